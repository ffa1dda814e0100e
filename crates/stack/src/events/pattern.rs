//! Filter patterns, the part of EventBridge's language that Lambda takes for streams.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>. In DynamoDB's records numbers are
//! text (`{"N": "5"}`), so `numeric` never matches them; that is so on AWS, too.

use serde_json::{Map, Value};

/// A pattern that would have to be misread.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// The text is not JSON.
    #[error("the filter pattern is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The pattern is not an object, or a leaf is not a list.
    #[error("in the filter pattern, `{0}` must be an object, or a list of what is accepted")]
    Shape(String),
    /// A comparison that is not evaluated here.
    #[error("the local stack does not evaluate `{0}` in filter patterns")]
    Unsupported(String),
}

/// A parsed pattern.
#[derive(Debug)]
pub struct Pattern {
    fields: Vec<(String, Node)>,
    /// Of each list, one has to match.
    alternatives: Vec<Vec<Pattern>>,
}

#[derive(Debug)]
enum Node {
    Object(Pattern),
    OneOf(Vec<Rule>),
}

#[derive(Debug)]
enum Rule {
    Exactly(Value),
    Prefix(String),
    Suffix(String),
    EqualsIgnoreCase(String),
    Exists(bool),
    AnythingBut(Vec<Rule>),
    Numeric(Vec<(Comparison, f64)>),
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    /// Parses the JSON text of a pattern.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for anything that could not be evaluated faithfully.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        match serde_json::from_str(text)? {
            Value::Object(object) => Self::read(&object),
            _ => Err(PatternError::Shape("the pattern".to_owned())),
        }
    }

    fn read(object: &Map<String, Value>) -> Result<Self, PatternError> {
        let mut pattern = Self {
            fields: Vec::new(),
            alternatives: Vec::new(),
        };
        for (name, value) in object {
            match value {
                Value::Array(choices) if name == "$or" => {
                    let choices = choices
                        .iter()
                        .map(|it| {
                            it.as_object()
                                .ok_or_else(|| PatternError::Shape(name.clone()))
                                .and_then(Self::read)
                        })
                        .collect::<Result<_, _>>()?;
                    pattern.alternatives.push(choices);
                }
                Value::Object(inner) => pattern
                    .fields
                    .push((name.clone(), Node::Object(Self::read(inner)?))),
                Value::Array(rules) if !rules.is_empty() => {
                    let rules = rules.iter().map(Rule::read).collect::<Result<_, _>>()?;
                    pattern.fields.push((name.clone(), Node::OneOf(rules)));
                }
                _ => return Err(PatternError::Shape(name.clone())),
            }
        }
        Ok(pattern)
    }

    /// Whether `event` has everything the pattern asks for.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.fields
            .iter()
            .all(|(name, node)| node.matches(event.get(name)))
            && self
                .alternatives
                .iter()
                .all(|choices| choices.iter().any(|it| it.matches(event)))
    }
}

impl Node {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            // A missing object can still satisfy `exists: false` further down.
            Self::Object(pattern) => pattern.matches(value.unwrap_or(&Value::Null)),
            Self::OneOf(rules) => match value {
                // EventBridge: one element of a list is enough.
                Some(Value::Array(elements)) if !elements.is_empty() => rules
                    .iter()
                    .any(|rule| elements.iter().any(|it| rule.matches(Some(it)))),
                value => rules.iter().any(|it| it.matches(value)),
            },
        }
    }
}

impl Rule {
    fn read(rule: &Value) -> Result<Self, PatternError> {
        let Value::Object(object) = rule else {
            return Ok(Self::Exactly(rule.clone()));
        };
        let mut members = object.iter();
        let (Some((name, argument)), None) = (members.next(), members.next()) else {
            return Err(PatternError::Unsupported(rule.to_string()));
        };
        let text = || argument.as_str().map(str::to_owned);
        let read = match name.as_str() {
            "prefix" => text().map(Self::Prefix),
            "suffix" => text().map(Self::Suffix),
            "equals-ignore-case" => text().map(|it| Self::EqualsIgnoreCase(it.to_lowercase())),
            "exists" => argument.as_bool().map(Self::Exists),
            "anything-but" => {
                let list = argument
                    .as_array()
                    .cloned()
                    .unwrap_or_else(|| vec![argument.clone()]);
                Some(Self::AnythingBut(
                    list.iter().map(Self::read).collect::<Result<_, _>>()?,
                ))
            }
            "numeric" => argument
                .as_array()
                .and_then(|it| comparisons(it))
                .map(Self::Numeric),
            _ => None,
        };
        read.ok_or_else(|| PatternError::Unsupported(rule.to_string()))
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else {
            return matches!(self, Self::Exists(false));
        };
        let text = value.as_str();
        match self {
            Self::Exactly(wanted) => wanted == value || same_number(wanted, value),
            Self::Prefix(prefix) => text.is_some_and(|it| it.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|it| it.ends_with(suffix)),
            Self::EqualsIgnoreCase(wanted) => text.is_some_and(|it| it.to_lowercase() == *wanted),
            // Only leaves exist in this sense.
            Self::Exists(wanted) => *wanted != value.is_object(),
            Self::AnythingBut(rules) => !rules.iter().any(|it| it.matches(Some(value))),
            Self::Numeric(comparisons) => value.as_f64().is_some_and(|it| {
                comparisons
                    .iter()
                    .all(|(comparison, bound)| comparison.holds(it, *bound))
            }),
        }
    }
}

/// `300` and `300.0` are one number; JSON keeps them apart.
fn same_number(one: &Value, other: &Value) -> bool {
    matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if one.total_cmp(&other).is_eq())
}

fn comparisons(list: &[Value]) -> Option<Vec<(Comparison, f64)>> {
    if list.is_empty() || !list.len().is_multiple_of(2) {
        return None;
    }
    list.chunks(2)
        .map(|pair| {
            let comparison = match pair.first()?.as_str()? {
                "=" => Comparison::Equal,
                "<" => Comparison::Less,
                "<=" => Comparison::LessOrEqual,
                ">" => Comparison::Greater,
                ">=" => Comparison::GreaterOrEqual,
                _ => return None,
            };
            Some((comparison, pair.get(1)?.as_f64()?))
        })
        .collect()
}

impl Comparison {
    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Equal => value.total_cmp(&bound).is_eq(),
            Self::Less => value < bound,
            Self::LessOrEqual => value <= bound,
            Self::Greater => value > bound,
            Self::GreaterOrEqual => value >= bound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matches(pattern: &Value, event: &Value) -> bool {
        Pattern::parse(&pattern.to_string()).unwrap().matches(event)
    }

    #[test]
    fn a_new_doubtful_row_is_wanted_and_nothing_else() {
        let pattern =
            json!({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"lowConfidence": {"BOOL": [true]}}}});
        let record = |name: &str, value: bool| json!({"eventName": name, "dynamodb": {"NewImage": {"lowConfidence": {"BOOL": value}, "x": {"S": "y"}}}});
        assert!(matches(&pattern, &record("INSERT", true)));
        assert!(!matches(&pattern, &record("INSERT", false)));
        assert!(!matches(&pattern, &record("MODIFY", true)));
        assert!(!matches(
            &pattern,
            &json!({"eventName": "INSERT", "dynamodb": {"Keys": {}}})
        ));
    }

    #[test]
    fn every_kind_of_rule_decides() {
        for (rule, value, expected) in [
            (json!(["a", "b"]), json!("b"), true),
            (json!([null]), json!(null), true),
            (json!([5]), json!(5.0), true),
            (json!([5]), json!("5"), false),
            (json!([{"prefix": "u/"}]), json!("u/1"), true),
            (json!([{"suffix": ".jpg"}]), json!("u/1.png"), false),
            (json!([{"equals-ignore-case": "Ada"}]), json!("ADA"), true),
            (json!([{"exists": true}]), json!("x"), true),
            (json!([{"exists": true}]), json!({"S": "x"}), false),
            (json!([{"anything-but": ["a", "b"]}]), json!("c"), true),
            (json!([{"anything-but": "a"}]), json!("a"), false),
            (
                json!([{"anything-but": {"prefix": "tmp"}}]),
                json!("tmp-1"),
                false,
            ),
            (json!([{"numeric": [">", 1, "<=", 2]}]), json!(2), true),
            (json!([{"numeric": [">", 1, "<=", 2]}]), json!(1), false),
            (json!([{"numeric": ["=", 2]}]), json!("2"), false),
            (json!(["a"]), json!(["x", "a"]), true),
        ] {
            assert_eq!(
                matches(&json!({"x": rule}), &json!({"x": value})),
                expected,
                "{rule} {value}"
            );
        }
    }

    #[test]
    fn what_is_absent_only_satisfies_exists_false() {
        assert!(matches(&json!({"a": {"b": [{"exists": false}]}}), &json!({})));
        assert!(!matches(
            &json!({"a": {"b": [{"exists": false}]}}),
            &json!({"a": {"b": 1}})
        ));
        assert!(!matches(&json!({"a": [{"anything-but": "x"}]}), &json!({})));
    }

    #[test]
    fn alternatives_are_one_of() {
        let pattern = json!({"kind": ["k"], "$or": [{"a": [1]}, {"b": [2]}]});
        assert!(matches(&pattern, &json!({"kind": "k", "b": 2})));
        assert!(!matches(&pattern, &json!({"kind": "k", "b": 3})));
    }

    #[test]
    fn what_would_have_to_be_misread_is_refused() {
        for text in [
            "{",
            "[]",
            r#"{"a": "b"}"#,
            r#"{"a": []}"#,
            r#"{"a": [{"cidr": "10.0.0.0/8"}]}"#,
            r#"{"a": [{"wildcard": "*"}]}"#,
            r#"{"a": [{"numeric": [">"]}]}"#,
            r#"{"a": [{"prefix": 1}]}"#,
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
