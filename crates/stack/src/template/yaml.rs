//! YAML to JSON, with CloudFormation's short tags written out.

use serde_json::{Map, Number, Value};
use serde_yaml_ng::Value as Yaml;

use super::{Problem, TemplateError};

/// Parses `text`; `!Ref X` becomes `{"Ref": "X"}`, `!Sub X` becomes `{"Fn::Sub": "X"}`, and so on.
pub(super) fn parse(text: &str) -> Result<Value, TemplateError> {
    convert(serde_yaml_ng::from_str(text)?, "template")
}

fn convert(yaml: Yaml, at: &str) -> Result<Value, TemplateError> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(it) => Value::Bool(it),
        Yaml::Number(it) => Value::Number(number(&it, at)?),
        Yaml::String(it) => Value::String(it),
        Yaml::Sequence(items) => Value::Array(
            items
                .into_iter()
                .enumerate()
                .map(|(idx, item)| convert(item, &format!("{at}[{idx}]")))
                .collect::<Result<_, _>>()?,
        ),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = match key {
                    Yaml::String(key) => key,
                    Yaml::Number(key) => key.to_string(),
                    Yaml::Bool(key) => key.to_string(),
                    _ => return Err(TemplateError::at(at, Problem::Expected("keys that are text"))),
                };
                let at = if at == "template" {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                object.insert(key, convert(value, &at)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            tag_value(tag.trim_start_matches('!'), convert(tagged.value, at)?)
        }
    })
}

fn number(number: &serde_yaml_ng::Number, at: &str) -> Result<Number, TemplateError> {
    if let Some(it) = number.as_i64() {
        return Ok(it.into());
    }
    if let Some(it) = number.as_u64() {
        return Ok(it.into());
    }
    number
        .as_f64()
        .and_then(Number::from_f64)
        .ok_or_else(|| TemplateError::at(at, Problem::Expected("a finite number")))
}

fn tag_value(tag: &str, value: Value) -> Value {
    let key = match tag {
        "Ref" | "Condition" => tag.to_owned(),
        _ => format!("Fn::{tag}"),
    };
    let mut object = Map::new();
    object.insert(key, value);
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_tags_become_long_functions() {
        let parsed =
            parse("a: !Ref B\nc: !GetAtt D.Arn\ne: !If [F, !Sub '${G}', !Ref AWS::NoValue]\n").unwrap();
        assert_eq!(
            parsed,
            json!({
                "a": {"Ref": "B"},
                "c": {"Fn::GetAtt": "D.Arn"},
                "e": {"Fn::If": ["F", {"Fn::Sub": "${G}"}, {"Ref": "AWS::NoValue"}]},
            })
        );
    }

    #[test]
    fn a_policy_version_stays_text() {
        assert_eq!(
            parse("Version: 2012-10-17").unwrap(),
            json!({"Version": "2012-10-17"})
        );
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        assert!(matches!(parse("a: 1\na: 2"), Err(TemplateError::Yaml(_))));
    }
}
