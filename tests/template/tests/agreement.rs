//! What the template declares is what the code says it needs, in both directions.

use std::collections::{BTreeMap, BTreeSet};

use lambda_kit::Manifest;
use serde_yaml_ng::Value;
use template_tests::{Template, intrinsic, root, text};

/// Every function's manifest with the name of its crate.
const MANIFESTS: &[(&str, &Manifest)] = &[
    ("auth", &auth::MANIFEST),
    ("presign-upload", &presign_upload::MANIFEST),
    ("analyze", &analyze::MANIFEST),
    ("erase-account", &erase_account::MANIFEST),
    ("liveness-challenge", &liveness_challenge::MANIFEST),
    ("people", &people::MANIFEST),
    ("low-confidence-notifier", &low_confidence_notifier::MANIFEST),
];

/// Read by the AWS SDK, not by a function, and set only where Rekognition is not Amazon's.
const READ_BY_THE_SDK: &str = "AWS_ENDPOINT_URL_REKOGNITION";

/// Statements without a trait of a function: keys are read, requests are counted and what happens is written down by
/// `lambda-kit`, the origin is read as any parameter is, what is erased is found first, Rekognition reads frames with the
/// rights of whoever asks it to, and the other lets S3 say that something is missing.
const WITHOUT_A_TRAIT: [&str; 9] = [
    "CountRequests",
    "FindObjects",
    "FindRows",
    "GetPublicKeys",
    "GetSiteOrigin",
    "MissUploadedPhoto",
    "ReadFrames",
    "RecordAudit",
    "VerifyApiKeys",
];

#[test]
fn every_function_is_a_crate_a_binary_and_a_resource_of_the_same_name() {
    let template = Template::read();
    let declared: BTreeMap<_, _> = template
        .functions()
        .iter()
        .map(|(id, it)| (id.clone(), it.binary().to_owned()))
        .collect();
    let known: BTreeMap<_, _> = MANIFESTS
        .iter()
        .map(|(name, it)| (it.logical_id.to_owned(), (*name).to_owned()))
        .collect();
    assert_eq!(declared, known);

    let folders: BTreeSet<_> = std::fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, known.values().cloned().collect());

    for (id, function) in template.functions() {
        let binary = function.binary();
        assert_eq!(id, format!("{}Function", pascal_case(binary)));
        assert_eq!(function.build_method(), "rust-cargolambda", "{id}");
        let name = intrinsic(function.property("FunctionName")).map(|(_, it)| text(it));
        assert_eq!(
            name.as_deref(),
            Some(format!("${{AWS::StackName}}-{binary}").as_str()),
            "{id}"
        );

        let manifest =
            std::fs::read_to_string(root().join("functions").join(binary).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some(binary));
        assert!(
            root()
                .join("functions")
                .join(binary)
                .join("src/main.rs")
                .is_file()
        );
    }
}

#[test]
fn every_function_gets_the_environment_it_reads_and_nothing_else() {
    let functions = Template::read().functions();
    for (name, manifest) in MANIFESTS {
        let mut set: BTreeSet<_> = functions[manifest.logical_id].env().into_keys().collect();
        set.remove(READ_BY_THE_SDK);
        let read: BTreeSet<_> = manifest.env.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(set, read, "{name}");
    }
    for id in [
        "AnalyzeFunction",
        "EraseAccountFunction",
        "LivenessChallengeFunction",
        "PeopleFunction",
    ] {
        assert!(functions[id].env().contains_key(READ_BY_THE_SDK), "{id}");
    }
}

#[test]
fn every_function_may_do_what_it_does_and_nothing_else() {
    let template = Template::read();
    let functions = template.functions();
    for (name, manifest) in MANIFESTS {
        let mut allowed = BTreeSet::new();
        for statement in functions[manifest.logical_id].statements() {
            for resource in &statement.resources {
                let resource = template.named_by(resource);
                allowed.extend(statement.actions.iter().map(|it| (resource.clone(), it.clone())));
            }
        }
        let mut needed = BTreeSet::new();
        for grant in manifest.grants {
            needed.extend(
                grant
                    .actions
                    .iter()
                    .map(|it| (grant.resource.to_owned(), (*it).to_owned())),
            );
        }
        assert_eq!(allowed, needed, "{name}");
    }
}

#[test]
fn every_statement_is_a_capability_of_its_function() {
    let functions = Template::read().functions();
    for (name, manifest) in MANIFESTS {
        let capabilities = capabilities(name);
        let mut seen = BTreeSet::new();
        for statement in functions[manifest.logical_id].statements() {
            let sid = statement.sid;
            assert!(
                sid.bytes().all(|it| it.is_ascii_alphanumeric()),
                "{sid}: IAM takes letters and digits only"
            );
            let is_trait = [" ", ":"]
                .iter()
                .any(|end| capabilities.contains(&format!("pub trait {sid}{end}")));
            assert!(
                is_trait || WITHOUT_A_TRAIT.contains(&sid.as_str()),
                "{name} has no capability {sid}"
            );
            assert!(seen.insert(sid.clone()), "{name} has two statements {sid}");
        }
    }
}

/// The text of the module in which a function says what it can do, with the modules below it.
fn capabilities(function: &str) -> String {
    let source = root().join("functions").join(function).join("src");
    let mut text = std::fs::read_to_string(source.join("capabilities.rs")).expect("a module");
    for below in std::fs::read_dir(source.join("capabilities"))
        .into_iter()
        .flatten()
    {
        let path = below.expect("an entry of a folder").path();
        if path.is_file() {
            text += &std::fs::read_to_string(path).expect("a module");
        }
    }
    text
}

#[test]
fn a_right_to_everything_exists_only_where_iam_knows_no_resource() {
    // Service authorization reference, Amazon Rekognition: these have no resource types.
    let without_resources = ["rekognition:DetectFaces", "rekognition:CompareFaces"].map(str::to_owned);
    let without_resources = BTreeSet::from(without_resources);
    let template = Template::read();
    for (id, function) in template.functions() {
        for statement in function.statements() {
            assert!(
                statement.actions.iter().all(|it| !it.contains('*')),
                "{id} {}",
                statement.sid
            );
            if statement.resources.iter().any(|it| template.named_by(it) == "*") {
                let actions: BTreeSet<_> = statement.actions.into_iter().collect();
                assert!(actions.is_subset(&without_resources), "{id} {}", statement.sid);
            }
        }
    }
}

#[test]
fn every_route_of_the_api_is_a_route_of_the_template_and_conversely() {
    let template = Template::read();
    let mut declared = BTreeSet::new();
    for (id, function) in template.functions() {
        for (method, path) in function.routes() {
            assert!(
                declared.insert((method.clone(), path.clone(), id.clone())),
                "{method} {path} twice"
            );
        }
        for (name, event) in function.events("HttpApi") {
            assert_eq!(
                intrinsic(&event["ApiId"]),
                Some(("Ref", &Value::from("Api"))),
                "{id} {name}"
            );
        }
    }
    // Whatever has no route reaches a function that answers with a problem document.
    let rest = (
        "ANY".to_owned(),
        format!("{}/{{proxy+}}", api::BASE_PATH),
        "AuthFunction".to_owned(),
    );
    assert!(declared.remove(&rest), "nothing takes what no route takes");
    let served = api::ROUTES.iter();
    let served: BTreeSet<_> = served
        .map(|it| {
            (
                it.method.as_str().to_owned(),
                format!("{}{}", api::BASE_PATH, it.path),
                it.function.to_owned(),
            )
        })
        .collect();
    assert_eq!(declared, served);
}

#[test]
fn an_attempt_to_use_an_upload_cannot_outlive_its_claim() {
    let functions = Template::read().functions();
    for (manifest, claim) in [
        (analyze::MANIFEST, analyze::create::CLAIM_LIFETIME),
        (people::MANIFEST, people::upload::CLAIM_LIFETIME),
    ] {
        let timeout_s = functions[manifest.logical_id]
            .property("Timeout")
            .as_u64()
            .unwrap();
        assert!(timeout_s < claim.as_secs(), "{}", manifest.logical_id);
    }
}

#[test]
fn a_request_about_a_challenge_cannot_outlive_its_lease() {
    let functions = Template::read().functions();
    let timeout_s = functions[liveness_challenge::MANIFEST.logical_id]
        .property("Timeout")
        .as_i64()
        .unwrap();
    assert!(timeout_s < liveness_challenge::course::LEASE.as_secs());
}

#[test]
fn a_browser_may_send_what_a_presigned_upload_demands() {
    let template = Template::read();
    let bucket = &template.resources("AWS::S3::Bucket")["UploadsBucket"];
    let rule = &bucket["Properties"]["CorsConfiguration"]["CorsRules"][0];
    let list = |name: &str| -> Vec<String> { rule[name].as_sequence().unwrap().iter().map(text).collect() };
    assert_eq!(list("AllowedMethods"), ["PUT"]);
    // What `aws::photos` signs; `Content-Length` is the browser's own.
    assert_eq!(
        list("AllowedHeaders"),
        ["content-type", "if-none-match", "x-amz-checksum-sha256"]
    );
}

fn pascal_case(kebab: &str) -> String {
    let words = kebab.split('-').map(|it| {
        let (first, rest) = it.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}
