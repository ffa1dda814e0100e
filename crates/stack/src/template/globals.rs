//! SAM's `Globals`: defaults that every resource of a type inherits.

use serde_json::{Map, Value};

use super::{Template, TemplateError, intrinsic};

/// The resource's own properties over those of `Globals.<section>`.
///
/// As SAM documents it: scalars are replaced, mappings merged, and lists of the resource come after those of the
/// globals. An intrinsic function counts as a scalar.
pub(super) fn properties(
    template: &Template,
    section: &str,
    resource: &Value,
) -> Result<Value, TemplateError> {
    let own = resource
        .get("Properties")
        .cloned()
        .unwrap_or_else(|| Value::Object(Map::new()));
    let globals = template
        .section("Globals")?
        .and_then(|it| it.get(section))
        .cloned();
    Ok(match globals {
        Some(globals) => merge(globals, own),
        None => own,
    })
}

fn merge(global: Value, own: Value) -> Value {
    match (global, own) {
        (Value::Object(mut global), Value::Object(own))
            if intrinsic::call(&global).is_none() && intrinsic::call(&own).is_none() =>
        {
            for (key, value) in own {
                let merged = match global.remove(&key) {
                    Some(inherited) => merge(inherited, value),
                    None => value,
                };
                global.insert(key, merged);
            }
            Value::Object(global)
        }
        (Value::Array(mut global), Value::Array(own)) => {
            global.extend(own);
            Value::Array(global)
        }
        (_, own) => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_are_replaced_mappings_merged_and_lists_joined() {
        let global =
            json!({"Timeout": 5, "Environment": {"Variables": {"A": "1", "B": "1"}}, "Layers": ["x"]});
        let own = json!({"Timeout": 9, "Environment": {"Variables": {"B": {"Ref": "T"}}}, "Layers": ["y"]});
        assert_eq!(
            merge(global, own),
            json!({"Timeout": 9, "Environment": {"Variables": {"A": "1", "B": {"Ref": "T"}}}, "Layers": ["x", "y"]})
        );
    }

    #[test]
    fn a_function_call_is_not_merged_into() {
        assert_eq!(
            merge(json!({"Ref": "A"}), json!({"Ref": "B"})),
            json!({"Ref": "B"})
        );
    }
}
