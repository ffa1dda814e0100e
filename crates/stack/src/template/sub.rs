//! `Fn::Sub`, both forms.

use serde_json::{Map, Value};

use super::{Problem, Scope, TemplateError, text};

/// Replaces every `${Name}` and `${Resource.Attribute}`; `${!Literal}` becomes `${Literal}`.
pub(super) fn evaluate(scope: &Scope<'_>, argument: &Value, at: &str) -> Result<String, TemplateError> {
    let expected = |what| TemplateError::at(at, Problem::Expected(what));
    let none = Map::new();
    let (pattern, variables) = match argument {
        Value::String(pattern) => (pattern.as_str(), &none),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(pattern), Value::Object(variables)] => (pattern.as_str(), variables),
            _ => return Err(expected("[text, mapping] after !Sub")),
        },
        _ => return Err(expected("text after !Sub")),
    };
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(start) = rest.find("${") {
        let (before, after) = (&rest[..start], &rest[start + 2..]);
        let end = after
            .find('}')
            .ok_or_else(|| expected("a closing brace in !Sub"))?;
        let name = after[..end].trim();
        out.push_str(before);
        out.push_str(&value(scope, name, variables, at)?);
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn value(
    scope: &Scope<'_>,
    name: &str,
    variables: &Map<String, Value>,
    at: &str,
) -> Result<String, TemplateError> {
    if let Some(literal) = name.strip_prefix('!') {
        return Ok(format!("${{{literal}}}"));
    }
    let value = match (variables.get(name), name.split_once('.')) {
        (Some(variable), _) => scope.resolve(variable, at)?,
        (None, Some((logical_id, attribute))) => return scope.attribute(logical_id, attribute, at),
        (None, None) => scope.reference(name, at)?,
    };
    text(&value).ok_or_else(|| TemplateError::at(at, Problem::Expected("text for every name in !Sub")))
}
