//! Intrinsic functions.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>

use serde_json::{Map, Value};

use super::{Problem, Scope, TemplateError, conditions, items, sub, text};

/// The function and its argument, if the mapping is a call of one.
pub(super) fn call(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    (key == "Ref" || key.starts_with("Fn::")).then_some((key, argument))
}

/// The value of a call; `None` for `AWS::NoValue`.
pub(super) fn evaluate(
    scope: &Scope<'_>,
    function: &str,
    argument: &Value,
    at: &str,
) -> Result<Option<Value>, TemplateError> {
    let expected = |what| TemplateError::at(at, Problem::Expected(what));
    let value = match function {
        "Ref" => {
            let name = argument.as_str().ok_or_else(|| expected("a name after !Ref"))?;
            if name == "AWS::NoValue" {
                return Ok(None);
            }
            scope.reference(name, at)?
        }
        "Fn::GetAtt" => get_att(scope, argument, at)?,
        "Fn::Sub" => Value::String(scope.local.localize(&sub::evaluate(scope, argument, at)?)),
        "Fn::If" => {
            let [condition, yes, no] = items(argument) else {
                return Err(expected("[condition, value, value] after !If"));
            };
            let name = condition
                .as_str()
                .ok_or_else(|| expected("the name of a condition"))?;
            let branch = if conditions::holds(scope, name, at)? {
                yes
            } else {
                no
            };
            return scope.resolve_or_nothing(branch, at);
        }
        "Fn::Join" => {
            let [delimiter, list] = items(argument) else {
                return Err(expected("[delimiter, list] after !Join"));
            };
            let delimiter = delimiter
                .as_str()
                .ok_or_else(|| expected("a delimiter that is text"))?;
            let list = scope.resolve(list, at)?;
            let parts: Option<Vec<String>> = items(&list).iter().map(text).collect();
            let joined = parts
                .ok_or_else(|| expected("a list of text to join"))?
                .join(delimiter);
            Value::String(scope.local.localize(&joined))
        }
        "Fn::Split" => {
            let [delimiter, source] = items(argument) else {
                return Err(expected("[delimiter, text] after !Split"));
            };
            let delimiter = delimiter
                .as_str()
                .ok_or_else(|| expected("a delimiter that is text"))?;
            let source = scope.resolve(source, at)?;
            let source = source.as_str().ok_or_else(|| expected("text to split"))?;
            Value::Array(source.split(delimiter).map(Value::from).collect())
        }
        "Fn::Select" => {
            let [idx, list] = items(argument) else {
                return Err(expected("[index, list] after !Select"));
            };
            let idx = text(&scope.resolve(idx, at)?)
                .and_then(|it| it.parse::<usize>().ok())
                .ok_or_else(|| expected("an index"))?;
            let list = scope.resolve(list, at)?;
            let found = list.as_array().and_then(|it| it.get(idx)).cloned();
            found.ok_or_else(|| TemplateError::at(at, Problem::NoElement(idx.to_string())))?
        }
        "Fn::FindInMap" => find_in_map(scope, argument, at)?,
        other => return Err(TemplateError::at(at, Problem::UnknownFunction(other.to_owned()))),
    };
    Ok(Some(value))
}

fn find_in_map(scope: &Scope<'_>, argument: &Value, at: &str) -> Result<Value, TemplateError> {
    let keys = scope.resolve(argument, at)?;
    let keys: Vec<String> = items(&keys).iter().filter_map(text).collect();
    let [map, first, second] = keys.as_slice() else {
        return Err(TemplateError::at(
            at,
            Problem::Expected("[map, key, key] after !FindInMap"),
        ));
    };
    scope
        .template
        .section("Mappings")?
        .and_then(|it| it.get(map)?.get(first)?.get(second).cloned())
        .ok_or_else(|| TemplateError::at(at, Problem::NoElement(keys.join("."))))
}

fn get_att(scope: &Scope<'_>, argument: &Value, at: &str) -> Result<Value, TemplateError> {
    let path = match argument {
        Value::String(dotted) => dotted.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("."),
        _ => String::new(),
    };
    let (logical_id, attribute) = path
        .split_once('.')
        .ok_or_else(|| TemplateError::at(at, Problem::Expected("Resource.Attribute after !GetAtt")))?;
    scope.attribute(logical_id, attribute, at).map(Value::String)
}
