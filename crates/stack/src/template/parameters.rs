//! Parameters: defaults, overrides, and the constraints the template declares for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Problem, TemplateError, items, text};

/// The value of every declared parameter; lists are arrays of text, everything else is text.
pub(super) fn values(
    declared: Option<&Map<String, Value>>,
    overrides: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let empty = Map::new();
    let declared = declared.unwrap_or(&empty);
    if let Some(name) = overrides.keys().find(|it| !declared.contains_key(*it)) {
        return Err(TemplateError::at(
            "Parameters",
            Problem::UndeclaredParameter(name.clone()),
        ));
    }
    declared
        .iter()
        .map(|(name, declaration)| {
            let given = overrides.get(name).map(String::as_str);
            Ok((name.clone(), value(name, declaration, given)?))
        })
        .collect()
}

fn value(name: &str, declaration: &Value, given: Option<&str>) -> Result<Value, TemplateError> {
    let at = format!("Parameters.{name}");
    let raw = match (given, declaration.get("Default")) {
        (Some(given), _) => given.to_owned(),
        (None, Some(default)) => text(default)
            .ok_or_else(|| TemplateError::at(format!("{at}.Default"), Problem::Expected("text")))?,
        (None, None) => return Err(TemplateError::at("Parameters", Problem::NoValue(name.to_owned()))),
    };
    let kind = declaration
        .get("Type")
        .and_then(Value::as_str)
        .ok_or_else(|| TemplateError::at(&at, Problem::Missing("Type")))?;
    match kind {
        // These are read from Parameter Store at deployment; there is nothing to read them from here.
        _ if kind.starts_with("AWS::SSM::Parameter::Value") => Err(TemplateError::at(
            at,
            Problem::Unsupported(format!("parameters of type {kind}")),
        )),
        // `AWS::Route53::HostedZone::Id` and its like: text that AWS checks for existence.
        _ if kind == "String" || kind.starts_with("AWS::") => {
            constrain(name, &at, declaration, &raw)?;
            Ok(Value::String(raw))
        }
        "Number" => {
            let number: f64 = raw
                .trim()
                .parse()
                .map_err(|_| TemplateError::at(&at, Problem::Expected("a number")))?;
            for (constraint, broken) in [
                (
                    "MinValue",
                    limit(declaration, "MinValue").is_some_and(|it| number < it),
                ),
                (
                    "MaxValue",
                    limit(declaration, "MaxValue").is_some_and(|it| it < number),
                ),
            ] {
                refuse(name, &at, constraint, broken)?;
            }
            constrain(name, &at, declaration, &raw)?;
            Ok(Value::String(raw))
        }
        _ if kind == "CommaDelimitedList" || kind.starts_with("List<") => Ok(Value::Array(
            raw.split(',')
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(|it| {
                    constrain(name, &at, declaration, it)?;
                    Ok(Value::String(it.to_owned()))
                })
                .collect::<Result<_, TemplateError>>()?,
        )),
        other => Err(TemplateError::at(
            at,
            Problem::Unsupported(format!("parameters of type {other}")),
        )),
    }
}

fn limit(declaration: &Value, name: &str) -> Option<f64> {
    declaration
        .get(name)
        .and_then(text)
        .and_then(|it| it.parse().ok())
}

fn constrain(name: &str, at: &str, declaration: &Value, value: &str) -> Result<(), TemplateError> {
    if let Some(allowed) = declaration.get("AllowedValues") {
        let broken = !items(allowed).iter().filter_map(text).any(|it| it == value);
        refuse(name, at, "AllowedValues", broken)?;
    }
    let length = value.chars().count() as f64;
    refuse(
        name,
        at,
        "MinLength",
        limit(declaration, "MinLength").is_some_and(|it| length < it),
    )?;
    refuse(
        name,
        at,
        "MaxLength",
        limit(declaration, "MaxLength").is_some_and(|it| it < length),
    )?;
    if let Some(pattern) = declaration.get("AllowedPattern").and_then(Value::as_str) {
        // CloudFormation matches the whole value.
        let pattern = regex_lite::Regex::new(&format!("^(?:{pattern})$")).map_err(|_| {
            TemplateError::at(
                format!("{at}.AllowedPattern"),
                Problem::Expected("a regular expression"),
            )
        })?;
        refuse(name, at, "AllowedPattern", !pattern.is_match(value))?;
    }
    Ok(())
}

fn refuse(name: &str, at: &str, constraint: &'static str, broken: bool) -> Result<(), TemplateError> {
    if broken {
        return Err(TemplateError::at(
            at,
            Problem::Constraint {
                parameter: name.to_owned(),
                constraint,
            },
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolve(
        declared: &Value,
        overrides: &[(&str, &str)],
    ) -> Result<BTreeMap<String, Value>, TemplateError> {
        let overrides = overrides
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        values(declared.as_object(), &overrides)
    }

    #[test]
    fn an_override_wins_over_the_default() {
        let declared = json!({"Mode": {"Type": "String", "Default": "open"}});
        assert_eq!(resolve(&declared, &[]).unwrap()["Mode"], "open");
        assert_eq!(
            resolve(&declared, &[("Mode", "closed")]).unwrap()["Mode"],
            "closed"
        );
    }

    #[test]
    fn a_list_is_split_at_commas() {
        let declared = json!({"Hosts": {"Type": "CommaDelimitedList", "Default": "a, b"}});
        assert_eq!(resolve(&declared, &[]).unwrap()["Hosts"], json!(["a", "b"]));
    }

    #[test]
    fn what_is_not_declared_missing_or_not_allowed_is_named() {
        let declared = json!({"Mode": {"Type": "String", "AllowedValues": ["a"]}});
        let message = |it: Result<_, TemplateError>| it.unwrap_err().to_string();
        assert!(message(resolve(&declared, &[])).contains("`Mode` has no default"));
        assert!(message(resolve(&declared, &[("Mode", "b")])).contains("AllowedValues"));
        assert!(message(resolve(&declared, &[("Mode", "a"), ("Typo", "x")])).contains("`Typo`"));
        let number = json!({"Days": {"Type": "Number", "MinValue": 1, "Default": 0}});
        assert!(message(resolve(&number, &[])).contains("MinValue"));
        let pattern = json!({"Name": {"Type": "String", "AllowedPattern": "[a-z]+", "Default": "ab1"}});
        assert!(message(resolve(&pattern, &[])).contains("AllowedPattern"));
    }
}
