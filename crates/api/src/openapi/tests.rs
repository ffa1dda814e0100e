use std::collections::BTreeSet;

use super::*;

/// Path of the snapshot.
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");

#[test]
fn the_snapshot_is_current() {
    let snapshot = std::fs::read_to_string(SNAPSHOT).unwrap();
    assert!(
        snapshot == text(),
        "openapi.json is not what the code says; run: cargo run -p api --bin openapi > openapi.json"
    );
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect_references(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(text) if name == "$ref" => references.push(text.to_owned()),
                    _ => collect_references(member, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| collect_references(it, references)),
        _ => {}
    }
}

#[test]
fn every_component_is_used() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    let used: BTreeSet<_> = references
        .iter()
        .filter_map(|it| it.strip_prefix("#/components/schemas/"))
        .collect();
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(used.contains(name.as_str()), "{name} is described and never used");
    }
}

#[test]
fn the_registry_and_the_document_have_the_same_problems() {
    let document = document();
    let registry: BTreeSet<String> = ProblemType::ALL.iter().map(|it| it.type_uri()).collect();
    let union: BTreeSet<String> =
        serde_json::from_value(document["components"]["schemas"]["ProblemType"]["enum"].clone()).unwrap();
    assert_eq!(union, registry);

    let listed: BTreeSet<&str> = document["x-problems"]
        .as_array()
        .unwrap()
        .iter()
        .inspect(|it| {
            let somewhere =
                !it["operations"].as_array().unwrap().is_empty() || it["outsideOfOperations"] == true;
            assert!(somewhere, "no operation has {it}");
        })
        .map(|it| it["slug"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ProblemType::ALL.iter().map(|it| it.slug()).collect());

    let responses: BTreeSet<&str> = document["components"]["responses"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(responses, ProblemType::ALL.iter().map(|it| it.name()).collect());
}

#[test]
fn every_problem_of_an_operation_is_under_its_status() {
    let document = document();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
        for kind in route.problems() {
            let response = &operation["responses"][kind.status().to_string()];
            let response = match response["$ref"].as_str() {
                Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
                None => response,
            };
            let example = &response["content"][MEDIA_TYPE]["examples"][kind.slug()]["value"];
            assert_eq!(example["type"], kind.type_uri(), "{} {kind:?}", route.id);
        }
    }
}

#[test]
fn protected_operations_say_so() {
    let document = document();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
        let has_token = operation["security"].to_string().contains("accessToken");
        assert_eq!(has_token, route.access != Access::Public, "{}", route.id);
    }
}

#[test]
fn examples_are_json() {
    for route in ROUTES {
        let bodies = route.body.iter().map(|it| it.example);
        let answers = route.answers.iter().filter_map(|it| it.example);
        for text in bodies.chain(answers) {
            serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{}: {error}", route.id));
        }
    }
}

#[test]
fn examples_are_what_the_types_read() {
    use crate::{routes::*, wire::*};
    fn reads<T: serde::de::DeserializeOwned>(text: &str) {
        serde_json::from_str::<T>(text).map(drop).unwrap();
    }
    reads::<SignUpRequest>(SIGN_UP.body.as_ref().unwrap().example);
    reads::<SignInRequest>(SIGN_IN.body.as_ref().unwrap().example);
    reads::<RefreshRequest>(REFRESH.body.as_ref().unwrap().example);
    reads::<ChangePasswordRequest>(CHANGE_PASSWORD.body.as_ref().unwrap().example);
    reads::<ForgotPasswordRequest>(FORGOT_PASSWORD.body.as_ref().unwrap().example);
    reads::<ResetPasswordRequest>(RESET_PASSWORD.body.as_ref().unwrap().example);
    reads::<CreateUploadRequest>(CREATE_UPLOAD.body.as_ref().unwrap().example);
    reads::<CreateAnalysisRequest>(CREATE_ANALYSIS.body.as_ref().unwrap().example);
    reads::<CreateChallengeRequest>(CREATE_CHALLENGE.body.as_ref().unwrap().example);
    reads::<PutFrameRequest>(PUT_FRAME.body.as_ref().unwrap().example);
    reads::<VerifyChallengeRequest>(VERIFY_CHALLENGE.body.as_ref().unwrap().example);
    reads::<UserAnswer>(SIGN_UP.answers[0].example.unwrap());
    reads::<SessionAnswer>(SIGN_IN.answers[0].example.unwrap());
    reads::<JwkSet>(JWKS.answers[0].example.unwrap());
    reads::<Upload>(CREATE_UPLOAD.answers[0].example.unwrap());
    reads::<Analysis>(CREATE_ANALYSIS.answers[0].example.unwrap());
    reads::<StartedChallenge>(CREATE_CHALLENGE.answers[0].example.unwrap());
    reads::<FrameAnswer>(PUT_FRAME.answers[0].example.unwrap());
    reads::<ChallengeResult>(VERIFY_CHALLENGE.answers[0].example.unwrap());
    reads::<AnalysisPage>(LIST_ANALYSES.answers[0].example.unwrap());
}

#[test]
fn optional_query_parameters_are_not_nullable() {
    let document = document();
    let parameters = document["paths"]["/analyses"]["get"]["parameters"]
        .as_array()
        .unwrap();
    let names: Vec<_> = parameters.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["list", "smiling", "from", "to", "limit", "cursor"]);
    assert!(
        !serde_json::to_string(parameters).unwrap().contains("null"),
        "{parameters:#?}"
    );
}

#[test]
fn answers_leave_out_what_is_not_there_and_have_null_where_they_say_so() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["Face"]["properties"]["smile"]["$ref"],
        "#/components/schemas/Verdict"
    );
    assert!(!schemas["Face"]["required"].to_string().contains("smile"));
    assert!(
        schemas["Analysis"]["required"]
            .to_string()
            .contains("bestConfidence")
    );
    assert_eq!(
        schemas["Analysis"]["properties"]["bestConfidence"]["type"],
        json!(["number", "null"])
    );
}
