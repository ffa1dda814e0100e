//! Bodies and queries into types, and what to tell the caller where they do not fit.
//!
//! Text that is not JSON is `invalid-json`; JSON that is not what the operation takes is `invalid-request`, with
//! the place and a reason. What the caller sent is never repeated: it may be a password.

use api::{FieldError, Problem, ProblemType};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

/// Reads a JSON body.
pub(crate) fn parse_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // serde also reads a struct from a list of its members, which nobody who sends one means.
    if body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice::<IgnoredAny>(body).map_err(|it| from_json_error("", &it))?;
        return Err(Problem::invalid("", "must be an object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        from_json_error(&path, error.inner())
    })?;
    deserializer.end().map_err(|error| from_json_error("", &error))?;
    Ok(value)
}

fn from_json_error(path: &str, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => Problem::invalid_fields(vec![explain(path, &error.to_string())]),
        Category::Eof if error.column() == 0 => {
            Problem::new(ProblemType::InvalidJson).detail("The body is empty.")
        }
        Category::Eof => Problem::new(ProblemType::InvalidJson).detail("The body ends too early."),
        Category::Syntax | Category::Io => Problem::new(ProblemType::InvalidJson).detail(format!(
            "The mistake is in line {}, column {}.",
            error.line(),
            error.column()
        )),
    }
}

/// Reads the query of an address. Parameters that are left empty count as given.
pub(crate) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = url_pairs(query);
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let path = error.path().to_string();
        Problem::invalid_fields(vec![explain(&path, &error.inner().to_string())])
    })
}

fn url_pairs(query: &str) -> serde_urlencoded::Deserializer<'_> {
    serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()))
}

/// Turns serde's message into a field and a reason that can be read after it.
fn explain(path: &str, message: &str) -> FieldError {
    // serde_json ends with the place in the text, which the path says better.
    let message = message.rsplit_once(" at line ").map_or(message, |it| it.0);
    let quoted = || message.split('`').nth(1).unwrap_or_default();
    // The path of an unknown, missing or repeated member may be its parent's or its own.
    let member = |path: &str| {
        let name = quoted();
        if path == "." || path.is_empty() {
            name.to_owned()
        } else if path == name || path.ends_with(&format!(".{name}")) {
            path.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    let here = if path == "." {
        String::new()
    } else {
        path.to_owned()
    };
    let (field, reason) = if message.starts_with("missing field") {
        (member(path), "is required".to_owned())
    } else if message.starts_with("unknown field") {
        (member(path), "is not known".to_owned())
    } else if message.starts_with("duplicate field") {
        (member(path), "is given twice".to_owned())
    } else if let Some((_, expected)) = message.split_once(", expected ") {
        (here, format!("must be {}", readable(expected)))
    } else if message.starts_with("invalid digit") || message.starts_with("cannot parse integer") {
        (here, "must be a whole number".to_owned())
    } else if message.starts_with("number too") {
        (here, "is out of range".to_owned())
    } else if message.starts_with("provided string was not `true` or `false`") {
        (here, "must be true or false".to_owned())
    } else {
        (here, "is not acceptable".to_owned())
    };
    FieldError { field, reason }
}

/// Turns what serde says it expected into words: Rust's names of types mean nothing to a caller.
fn readable(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        _ if expected.starts_with("struct ") || expected.starts_with("internally tagged") => {
            "an object".to_owned()
        }
        _ if expected.starts_with("variant ") || expected.starts_with("enum ") => {
            "one of the known names".to_owned()
        }
        _ => expected.replace('`', ""),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Order {
        display_name: String,
        items: Vec<Item>,
        #[serde(default)]
        limit: Option<u32>,
        #[serde(default)]
        gift: Option<bool>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Item {
        color: Color,
        n_pieces: u8,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Color {
        Red,
        Green,
    }

    fn errors_of(problem: &Problem) -> (String, String) {
        let error = &problem.member("errors").unwrap()[0];
        (
            error["field"].as_str().unwrap().to_owned(),
            error["reason"].as_str().unwrap().to_owned(),
        )
    }

    #[test]
    fn text_that_is_not_json() {
        for (body, detail) in [
            ("", "The body is empty."),
            ("{", "The body ends too early."),
            ("{\"a\":}", "The mistake is in line 1, column 6."),
            ("{} x", "The mistake is in line 1, column 4."),
            ("\u{feff}{}", "The mistake is in line 1, column 1."),
            ("{'a':1}", "The mistake is in line 1, column 2."),
        ] {
            let problem = parse_body::<serde_json::Value>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.kind(), ProblemType::InvalidJson, "{body}");
            assert_eq!(problem.document("")["detail"], detail, "{body}");
        }
    }

    #[test]
    fn nesting_and_bytes_that_are_no_text_are_refused_without_harm() {
        let deep = "[".repeat(100_000);
        assert_eq!(
            parse_body::<serde_json::Value>(deep.as_bytes())
                .unwrap_err()
                .kind(),
            ProblemType::InvalidJson
        );
        parse_body::<serde_json::Value>(b"\"\xff\xfe\"").unwrap_err();
    }

    #[test]
    fn json_that_does_not_fit_names_the_place_and_the_reason() {
        for (body, field, reason) in [
            (r#"{"items":[]}"#, "displayName", "is required"),
            (
                r#"{"displayName":1,"items":[]}"#,
                "displayName",
                "must be a string",
            ),
            (r#"{"displayName":"a","items":{}}"#, "items", "must be a list"),
            (
                r#"{"displayName":"a","items":[{"nPieces":1}]}"#,
                "items[0].color",
                "is required",
            ),
            (
                r#"{"displayName":"a","items":[{"color":"blue","nPieces":1}]}"#,
                "items[0].color",
                "must be red or green",
            ),
            (
                r#"{"displayName":"a","items":[{"color":"red","nPieces":300}]}"#,
                "items[0].nPieces",
                "must be a whole number",
            ),
            (
                r#"{"displayName":"a","items":[{"color":"red","nPieces":1,"x":1}]}"#,
                "items[0].x",
                "is not known",
            ),
            (
                r#"{"displayName":"a","items":[],"limit":-1}"#,
                "limit",
                "must be a whole number",
            ),
            (
                r#"{"displayName":"a","displayName":"b","items":[]}"#,
                "displayName",
                "is given twice",
            ),
            (r#"{"x":1}"#, "x", "is not known"),
            (r#" ["a",[]]"#, "", "must be an object"),
            (r#""hunter2""#, "", "must be an object"),
            ("null", "", "must be an object"),
        ] {
            let problem = parse_body::<Order>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.kind(), ProblemType::InvalidRequest, "{body}");
            assert_eq!(
                errors_of(&problem),
                (field.to_owned(), reason.to_owned()),
                "{body}"
            );
        }
    }

    #[test]
    fn what_was_sent_is_never_repeated() {
        let problem = parse_body::<Order>(br#"{"displayName":["hunter2"],"items":[]}"#).unwrap_err();
        assert!(!problem.document("").to_string().contains("hunter2"));
        let problem = parse_body::<Order>(br#""hunter2""#).unwrap_err();
        assert!(!problem.document("").to_string().contains("hunter2"));
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Query {
        limit: Option<u32>,
        #[serde(default)]
        everywhere: bool,
        color: Option<Color>,
    }

    #[test]
    fn a_query_reads_into_its_types() {
        let query: Query = parse_query("limit=5&everywhere=true&color=red").unwrap();
        assert_eq!((query.limit, query.everywhere), (Some(5), true));
        assert!(query.color.is_some());
        assert_eq!(parse_query::<Query>("").unwrap().limit, None);
    }

    #[test]
    fn a_query_that_does_not_fit_names_the_parameter() {
        for (query, field, reason) in [
            ("limit=x", "limit", "must be a whole number"),
            ("limit=", "limit", "must be a whole number"),
            ("limit=-1", "limit", "must be a whole number"),
            ("limit=99999999999", "limit", "is out of range"),
            ("everywhere=yes", "everywhere", "must be true or false"),
            ("color=blue", "color", "must be red or green"),
            ("colour=red", "colour", "is not known"),
            ("limit=1&limit=2", "limit", "is given twice"),
        ] {
            let problem = parse_query::<Query>(query).unwrap_err();
            assert_eq!(problem.kind(), ProblemType::InvalidRequest, "{query}");
            assert_eq!(
                errors_of(&problem),
                (field.to_owned(), reason.to_owned()),
                "{query}"
            );
        }
    }
}
