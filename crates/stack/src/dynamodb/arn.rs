//! Names of tables, indexes and streams, and the region the engine writes into them.

use serde_json::Value;

/// What the engine writes in front of every resource: its region is fixed to its own name.
///
/// Source: `dynoxide::streams::{LOCAL_REGION, LOCAL_ACCOUNT}`.
pub(super) const ENGINE_PREFIX: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// Where this stack's tables live.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) region: String,
    prefix: String,
}

impl Place {
    pub(super) fn new(region: &str, account: &str) -> Self {
        Self {
            region: region.to_owned(),
            prefix: format!("arn:aws:dynamodb:{region}:{account}:"),
        }
    }

    pub(super) fn table(&self, table: &str) -> String {
        format!("{}table/{table}", self.prefix)
    }

    pub(super) fn index(&self, table: &str, index: &str) -> String {
        format!("{}table/{table}/index/{index}", self.prefix)
    }

    pub(super) fn stream(&self, table: &str, label: &str) -> String {
        format!("{}table/{table}/stream/{label}", self.prefix)
    }

    /// Replaces the engine's prefix by ours in every string of `output`.
    ///
    /// Only for answers that describe tables and streams: an item may hold any text, and is given back as it came.
    pub(super) fn rewrite(&self, output: &mut Value) {
        match output {
            Value::String(text) if text.contains(ENGINE_PREFIX) => *text = self.rewrite_text(text),
            Value::Array(members) => members.iter_mut().for_each(|it| self.rewrite(it)),
            Value::Object(members) => members.values_mut().for_each(|it| self.rewrite(it)),
            _ => {}
        }
    }

    pub(super) fn rewrite_text(&self, text: &str) -> String {
        text.replace(ENGINE_PREFIX, &self.prefix)
    }
}

/// The table and stream label in a stream's ARN, read as the engine reads it: by its slashes.
pub(super) fn table_and_label(stream_arn: &str) -> Option<(&str, &str)> {
    let mut parts = stream_arn.split('/');
    let (_, table) = (parts.next()?, parts.next()?);
    match (parts.next(), parts.next()) {
        (Some("stream"), Some(label)) => Some((table, label)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_engines_region_is_replaced_at_any_depth() {
        let place = Place::new("eu-west-1", "000000000000");
        let mut output = json!({"Table": {"TableArn": "arn:aws:dynamodb:dynoxide:000000000000:table/users",
            "Indexes": ["arn:aws:dynamodb:dynoxide:000000000000:table/users/index/by-name"], "ItemCount": 3}});
        place.rewrite(&mut output);
        assert_eq!(output["Table"]["TableArn"], place.table("users"));
        assert_eq!(output["Table"]["Indexes"][0], place.index("users", "by-name"));
        assert_eq!(output["Table"]["ItemCount"], 3);
    }

    #[test]
    fn a_stream_arn_names_its_table() {
        let place = Place::new("eu-west-1", "000000000000");
        assert_eq!(
            table_and_label(&place.stream("analyses", "17.5")),
            Some(("analyses", "17.5"))
        );
        for wrong in [
            "",
            "table/x",
            "arn:aws:dynamodb:eu-west-1:000000000000:table/x",
            "a/b/index/c",
        ] {
            assert_eq!(table_and_label(wrong), None, "{wrong}");
        }
    }
}
