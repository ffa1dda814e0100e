use std::collections::BTreeMap;

use super::super::{CorsSpec, HeaderSpec, Local, OnFailure, RouteSpec, Template};
use super::*;

const FIXTURE: &str = include_str!("../../tests/fixtures/template.yaml");

fn plan(template: &str) -> Result<Plan, TemplateError> {
    let template = Template::parse(template)?;
    let local = Local {
        region: "eu-west-1".into(),
        account: "000000000000".into(),
        stack_name: "visavis".into(),
        http_url: "http://127.0.0.1:8080".into(),
        aws_url: "http://127.0.0.1:4566".into(),
    };
    let overrides = BTreeMap::from([("AdminEmail".to_owned(), "ada@example.org".to_owned())]);
    let scope = Scope::new(&template, local, &overrides)?;
    let stream = "arn:aws:dynamodb:eu-west-1:000000000000:table/visavis-notes/stream/2026-11-20T00:00:00.000";
    let scope = scope.knowing("NotesTable", "StreamArn", stream.into());
    Plan::read(&scope)
}

#[test]
fn a_function_has_its_environment_with_globals_below_its_own() {
    let plan = plan(FIXTURE).unwrap();
    let notes = &plan.functions[0];
    assert_eq!(
        (notes.name.as_str(), notes.binary.as_str()),
        ("visavis-NotesFunction", "notes")
    );
    assert_eq!((notes.timeout_s, notes.memory_mb), (2, 512));
    assert_eq!(notes.environment["NOTES_TABLE"], "visavis-notes");
    assert_eq!(notes.environment["STAGE"], "local");
    assert!(!notes.environment.contains_key("ABSENT"));
}

#[test]
fn routes_and_mappings_are_those_of_the_events() {
    let plan = plan(FIXTURE).unwrap();
    let route = |method: &str, path: &str| RouteSpec {
        method: method.into(),
        path: path.into(),
        timeout_ms: 30_000,
    };
    assert!(
        plan.functions[0]
            .routes
            .contains(&route("GET", "/api/notes/{noteId}"))
    );
    assert!(plan.functions[0].routes.contains(&route("ANY", "/api/{proxy+}")));
    let mapping = &plan.functions[1].mappings[0];
    assert!(mapping.stream_arn.contains("table/visavis-notes/stream/"));
    assert_eq!(
        (mapping.batch_size, mapping.max_retries, mapping.bisect),
        (10, Some(2), true)
    );
    assert!(mapping.from_start && mapping.report_item_failures);
    let queue = "arn:aws:sqs:eu-west-1:000000000000:visavis-DeadLetters";
    assert_eq!(mapping.on_failure, Some(OnFailure::Queue(queue.into())));
}

#[test]
fn cors_and_the_headers_of_cloudfront_are_read() {
    let plan = plan(FIXTURE).unwrap();
    let cors: &CorsSpec = plan.api.cors.as_ref().unwrap();
    assert_eq!(cors.allow_origins, ["https://notes.example.org"]);
    let csp = plan
        .site
        .files
        .iter()
        .find(|it| it.name == "content-security-policy")
        .unwrap();
    assert!(
        csp.value
            .contains("connect-src 'self' https://x.s3.eu-west-1.amazonaws.com http://127.0.0.1:4566")
    );
    let frame = HeaderSpec {
        name: "x-frame-options".into(),
        value: "DENY".into(),
        replaces: true,
    };
    assert!(plan.site.files.contains(&frame) && plan.site.api.contains(&frame));
}

#[test]
fn topics_know_whom_they_mail() {
    let plan = plan(FIXTURE).unwrap();
    assert_eq!(plan.topics[0].emails, ["ada@example.org", "second@example.org"]);
    assert_eq!(plan.parameters[0].name, "/visavis/greeting");
}

#[test]
fn what_only_aws_runs_is_listed() {
    let plan = plan(FIXTURE).unwrap();
    let listed = |name: &str| plan.not_run.iter().any(|it| it.name == name);
    assert!(listed("Distribution") && listed("Alarm") && listed("NotesFunction.VpcConfig"));
    assert!(listed("Rules.OnlyLocal") && listed("NotesFunction.Policies"));
    assert!(listed("NotesFunction.Events.Nightly") && !listed("NotesTable"));
}

#[test]
fn what_would_be_misread_is_refused_with_its_place() {
    for (from, to, at) in [
        (
            "Timeout: 2",
            "Timeout: soon",
            "Resources.NotesFunction.Properties.Timeout",
        ),
        (
            "Timeout: 2",
            "Role: arn:x",
            "Resources.NotesFunction.Properties.Role",
        ),
        (
            "StartingPosition: TRIM_HORIZON",
            "StartingPosition: AT_TIMESTAMP",
            "Properties.StartingPosition",
        ),
        ("BatchSize: 10", "BatchSize: 0", "Properties.BatchSize"),
        (
            "Binary: notes",
            "Other: notes",
            "Resources.NotesFunction: `Metadata",
        ),
        (
            "AWS::Serverless-2016-10-31",
            "[AWS::Serverless-2016-10-31, Mine]",
            "Transform: not supported",
        ),
        (
            "- Statement:",
            "- DynamoDBReadPolicy: { TableName: x }\n        - Statement:",
            "Policies[1]",
        ),
    ] {
        assert!(FIXTURE.contains(from), "{from}");
        let message = plan(&FIXTURE.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(message.contains(at), "{message}");
    }
}
