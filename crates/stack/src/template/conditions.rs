//! The template's `Conditions`.

use serde_json::Value;

use super::{Problem, Scope, TemplateError, items, text};

/// Deepest nesting of conditions followed before they are called circular. CloudFormation refuses cycles at
/// deployment; no template of ours nests more than a few levels.
const MAX_DEPTH: usize = 32;

/// Whether the condition `name` holds.
pub(super) fn holds(scope: &Scope<'_>, name: &str, at: &str) -> Result<bool, TemplateError> {
    named(scope, name, at, 0)
}

fn named(scope: &Scope<'_>, name: &str, at: &str, depth: usize) -> Result<bool, TemplateError> {
    if depth == MAX_DEPTH {
        return Err(TemplateError::at(at, Problem::Circular(name.to_owned())));
    }
    let node = scope
        .template
        .section("Conditions")?
        .and_then(|it| it.get(name))
        .ok_or_else(|| TemplateError::at(at, Problem::UnknownCondition(name.to_owned())))?;
    evaluate(scope, node, &format!("Conditions.{name}"), depth + 1)
}

fn evaluate(scope: &Scope<'_>, node: &Value, at: &str, depth: usize) -> Result<bool, TemplateError> {
    let (function, argument) = node
        .as_object()
        .filter(|it| it.len() == 1)
        .and_then(|it| it.iter().next())
        .ok_or_else(|| TemplateError::at(at, Problem::Expected("a condition function")))?;
    let all = |wanted: bool| -> Result<bool, TemplateError> {
        for (idx, part) in items(argument).iter().enumerate() {
            if evaluate(scope, part, &format!("{at}[{idx}]"), depth + 1)? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match function.as_str() {
        "Condition" => {
            let name = argument
                .as_str()
                .ok_or_else(|| TemplateError::at(at, Problem::Expected("the name of a condition")))?;
            named(scope, name, at, depth)
        }
        "Fn::Equals" => match items(argument) {
            [left, right] => Ok(same(&scope.resolve(left, at)?, &scope.resolve(right, at)?)),
            _ => Err(TemplateError::at(
                at,
                Problem::Expected("two values after !Equals"),
            )),
        },
        "Fn::Not" => match items(argument) {
            [part] => Ok(!evaluate(scope, part, at, depth + 1)?),
            _ => Err(TemplateError::at(
                at,
                Problem::Expected("one condition after !Not"),
            )),
        },
        "Fn::Or" => all(true),
        "Fn::And" => Ok(!all(false)?),
        other => Err(TemplateError::at(at, Problem::UnknownFunction(other.to_owned()))),
    }
}

/// CloudFormation compares as text: `!Equals [!Ref Flag, true]` holds for the parameter value `"true"`.
fn same(left: &Value, right: &Value) -> bool {
    match (text(left), text(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}
