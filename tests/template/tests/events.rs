//! The events in `events/` are what AWS would send for this template. Each function's own tests answer them.

use std::collections::BTreeMap;

use serde_json::Value;
use template_tests::{Template, root, text};

/// Events of a function by name.
fn events(function: &str) -> BTreeMap<String, Value> {
    let folder = root().join("events").join(function);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("events/{function} is missing"));
    let parse = |path: &std::path::Path| {
        let event = std::fs::read(path).expect("an event is readable");
        serde_json::from_slice(&event).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let paths = files.map(|it| it.expect("a folder is readable").path());
    paths.map(|it| (it.display().to_string(), parse(&it))).collect()
}

#[test]
fn every_function_has_events() {
    for (id, function) in Template::read().functions() {
        assert!(!events(function.binary()).is_empty(), "{id}");
    }
}

#[test]
fn every_request_is_for_a_route_of_its_function() {
    for function in Template::read().functions().into_values() {
        let routes = function.routes();
        for (name, event) in events(function.binary()) {
            let Some(key) = event["routeKey"].as_str() else {
                continue;
            };
            let (method, path) = key.split_once(' ').unwrap();
            assert!(
                routes.contains(&(method.to_owned(), path.to_owned())),
                "{name}: {key}"
            );
            assert_eq!(event["version"], "2.0", "{name}");
            let http = &event["requestContext"]["http"];
            assert_eq!(http["path"], event["rawPath"], "{name}");
            assert!(method == "ANY" || http["method"] == method, "{name}");
            assert!(
                matches(path, event["rawPath"].as_str().unwrap()),
                "{name}: {path}"
            );
        }
    }
}

/// Whether a path of API Gateway takes a path of a request.
fn matches(template: &str, path: &str) -> bool {
    if let Some(prefix) = template.strip_suffix("{proxy+}") {
        return path.starts_with(prefix) && prefix.len() < path.len();
    }
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(expected, found)| expected.starts_with('{') || expected == found)
}

#[test]
fn every_record_of_a_stream_passes_the_filter() {
    let mut n_records = 0;
    for function in Template::read().functions().into_values() {
        for stream in function.events("DynamoDB").into_values() {
            let pattern = text(&stream["FilterCriteria"]["Filters"][0]["Pattern"]);
            let pattern: Value = serde_json::from_str(&pattern).unwrap();
            for (name, event) in events(function.binary()) {
                // Direct calls have no records.
                for record in event["Records"].as_array().into_iter().flatten() {
                    assert!(passes(&pattern, record), "{name}");
                    n_records += 1;
                }
            }
        }
    }
    assert!(0 < n_records);
}

#[test]
fn the_filter_keeps_away_what_is_not_new_or_not_doubtful() {
    let function = &Template::read().functions()["LowConfidenceNotifierFunction"];
    let pattern =
        text(&function.events("DynamoDB")["LowConfidence"]["FilterCriteria"]["Filters"][0]["Pattern"]);
    let pattern: Value = serde_json::from_str(&pattern).unwrap();
    let (_, event) = events(function.binary()).pop_first().unwrap();
    let changed = |path: &str, value: Value| {
        let mut record = event["Records"][0].clone();
        *record.pointer_mut(path).unwrap() = value;
        record
    };
    for record in [
        changed("/eventName", "MODIFY".into()),
        changed("/eventName", "REMOVE".into()),
        changed("/dynamodb/NewImage/lowConfidence/BOOL", false.into()),
        changed("/dynamodb/NewImage/lowConfidence", Value::Null),
    ] {
        assert!(!passes(&pattern, &record));
    }
}

#[test]
fn only_an_account_that_is_gone_is_erased() {
    let function = &Template::read().functions()["EraseAccountFunction"];
    let pattern =
        text(&function.events("DynamoDB")["AccountGone"]["FilterCriteria"]["Filters"][0]["Pattern"]);
    let pattern: Value = serde_json::from_str(&pattern).unwrap();
    let events = events(function.binary());
    let (_, event) = events.iter().find(|it| it.1["Records"].is_array()).unwrap();
    let changed = |path: &str, value: &str| {
        let mut record = event["Records"][0].clone();
        *record.pointer_mut(path).unwrap() = value.into();
        record
    };
    for record in [
        changed("/eventName", "INSERT"),
        changed("/eventName", "MODIFY"),
        changed("/dynamodb/Keys/pk/S", "username#ada"),
        changed("/dynamodb/Keys/pk/S", "email#ada@example.org"),
        changed("/dynamodb/Keys/pk/S", "administrators"),
    ] {
        assert!(!passes(&pattern, &record));
    }
}

/// Lambda's event filtering, as far as the template uses it: lists of values that a leaf may have or begin with.
fn passes(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, it)| passes(it, &event[name])),
        Value::Array(values) => values.iter().any(|it| match it["prefix"].as_str() {
            Some(prefix) => event.as_str().is_some_and(|it| it.starts_with(prefix)),
            None => it == event,
        }),
        other => panic!("{other} is not a pattern of Lambda's"),
    }
}
