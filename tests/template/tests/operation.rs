//! What whoever runs the stack relies on: logs that end, alarms that ring, data that is kept and kept private.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml_ng::Value;
use template_tests::{Template, intrinsic, references, root, text};

/// Longest that API Gateway waits for a function, in seconds (HTTP API quotas, "Maximum integration timeout").
const API_GATEWAY_TIMEOUT_S: u64 = 30;

fn refers_to(value: &Value, id: &str) -> bool {
    intrinsic(value) == Some(("Ref", &Value::from(id)))
}

#[test]
fn every_function_has_a_log_group_that_forgets() {
    let template = Template::read();
    let groups = template.resources("AWS::Logs::LogGroup");
    for (id, function) in template.functions() {
        let group = format!("{}LogGroup", id.strip_suffix("Function").unwrap());
        assert!(
            refers_to(&function.property("LoggingConfig")["LogGroup"], &group),
            "{id}"
        );
        assert!(groups.contains_key(&group), "{group}");
    }
    for (id, group) in groups {
        assert!(
            refers_to(&group["Properties"]["RetentionInDays"], "LogRetentionDays"),
            "{id}"
        );
    }
}

/// What alarms watch: metric and the resource it is of.
fn watched(template: &Template) -> BTreeSet<(String, String)> {
    let alarms = template.resources("AWS::CloudWatch::Alarm");
    let mut watched = BTreeSet::new();
    for (id, alarm) in alarms {
        let alarm = &alarm["Properties"];
        assert!(
            refers_to(&alarm["AlarmActions"][0], "AlarmsTopic"),
            "{id} tells nobody"
        );
        assert!(
            alarm["AlarmDescription"].is_string(),
            "{id} does not say what it is about"
        );
        let resources = references(&alarm["Dimensions"]);
        watched.extend(resources.into_iter().map(|it| (text(&alarm["MetricName"]), it)));
    }
    watched
}

#[test]
fn every_function_has_alarms_on_errors_and_throttles() {
    let template = Template::read();
    let watched = watched(&template);
    for id in template.functions().into_keys() {
        for metric in ["Errors", "Throttles"] {
            assert!(
                watched.contains(&(metric.to_owned(), id.clone())),
                "{id}: nobody watches {metric}"
            );
        }
    }
}

#[test]
fn no_function_behind_the_api_outlasts_api_gateway() {
    let template = Template::read();
    let default_s = template.global("Timeout").as_u64().unwrap();
    for (id, function) in template.functions() {
        if function.routes().is_empty() {
            continue;
        }
        let timeout_s = function.property("Timeout").as_u64().unwrap_or(default_s);
        assert!(timeout_s < API_GATEWAY_TIMEOUT_S, "{id}");
    }
}

#[test]
fn every_stream_reports_records_one_by_one_and_loses_none() {
    let template = Template::read();
    let watched = watched(&template);
    let mut n_streams = 0;
    for (id, function) in template.functions() {
        for (name, stream) in function.events("DynamoDB") {
            assert_eq!(
                text(&stream["FunctionResponseTypes"][0]),
                "ReportBatchItemFailures",
                "{id} {name}"
            );
            assert_eq!(text(&stream["StartingPosition"]), "TRIM_HORIZON", "{id} {name}");
            assert!(
                stream["MaximumRetryAttempts"].as_u64().is_some(),
                "{id} {name} retries for ever"
            );
            let destination = references(&stream["DestinationConfig"]["OnFailure"]["Destination"]);
            let [queue] = destination.as_slice() else {
                panic!("{id} {name} loses what fails")
            };
            let metric = "ApproximateNumberOfMessagesVisible".to_owned();
            assert!(
                watched.contains(&(metric, queue.clone())),
                "nobody looks into {queue}"
            );
            assert!(
                watched.contains(&("IteratorAge".to_owned(), id.clone())),
                "nobody notices that {id} is late"
            );

            let [source] = references(&stream["Stream"]).try_into().unwrap();
            let table = &template.resources("AWS::DynamoDB::Table")[&source];
            // No more than the function reads.
            let view = if id == "EraseAccountFunction" {
                "KEYS_ONLY"
            } else {
                "NEW_IMAGE"
            };
            assert_eq!(
                text(&table["Properties"]["StreamSpecification"]["StreamViewType"]),
                view
            );
            n_streams += 1;
        }
    }
    assert_eq!(n_streams, 2);
}

#[test]
fn tables_are_on_demand_encrypted_and_recoverable_and_kept() {
    for (id, table) in Template::read().resources("AWS::DynamoDB::Table") {
        let it = &table["Properties"];
        assert_eq!(text(&it["BillingMode"]), "PAY_PER_REQUEST", "{id}");
        assert_eq!(it["SSESpecification"]["SSEEnabled"].as_bool(), Some(true), "{id}");
        let recovery = &it["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
        assert_eq!(recovery.as_bool(), Some(true), "{id}");
        assert_eq!(text(&table["DeletionPolicy"]), "RetainExceptOnCreate", "{id}");
        assert_eq!(text(&table["UpdateReplacePolicy"]), "Retain", "{id}");
    }
}

#[test]
fn what_dies_dies_by_the_attribute_that_the_code_writes() {
    let tables = Template::read().resources("AWS::DynamoDB::Table");
    let dying: BTreeMap<_, _> = tables
        .iter()
        .filter(|(_, it)| it["Properties"]["TimeToLiveSpecification"]["Enabled"].as_bool() == Some(true))
        .map(|(id, it)| {
            (
                id.as_str(),
                text(&it["Properties"]["TimeToLiveSpecification"]["AttributeName"]),
            )
        })
        .collect();
    let expected = [
        "AnalysesTable",
        "ApiKeysTable",
        "AuditTable",
        "LimitsTable",
        "LivenessTable",
        "PeopleTable",
        "SessionsTable",
        "UploadsTable",
        "UsersTable",
    ]
    .map(|it| (it, "expiresAt".to_owned()));
    assert_eq!(dying, BTreeMap::from(expected));
}

#[test]
fn buckets_are_private_encrypted_and_speak_tls_only() {
    let template = Template::read();
    let policies = template.resources("AWS::S3::BucketPolicy");
    for (id, bucket) in template.resources("AWS::S3::Bucket") {
        let it = &bucket["Properties"];
        for block in [
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        ] {
            assert_eq!(
                it["PublicAccessBlockConfiguration"][block].as_bool(),
                Some(true),
                "{id} {block}"
            );
        }
        assert!(it["BucketEncryption"].is_mapping(), "{id}");
        let policy = &policies[&format!("{id}Policy")]["Properties"];
        assert!(refers_to(&policy["Bucket"], &id));
        let statements = policy["PolicyDocument"]["Statement"].as_sequence().unwrap();
        let tls = statements
            .iter()
            .find(|it| it["Sid"].as_str() == Some("OnlyTls"))
            .unwrap();
        assert_eq!(text(&tls["Effect"]), "Deny");
        assert_eq!(text(&tls["Condition"]["Bool"]["aws:SecureTransport"]), "false");
        // Nobody but the distribution is let in by a policy, and it only to the client's files.
        let allowed: Vec<_> = statements
            .iter()
            .filter(|it| it["Effect"].as_str() == Some("Allow"))
            .collect();
        if id == "SiteBucket" {
            let [reader] = allowed.as_slice() else {
                panic!("one reader of the site")
            };
            assert_eq!(text(&reader["Principal"]["Service"]), "cloudfront.amazonaws.com");
            assert_eq!(text(&reader["Action"]), "s3:GetObject");
        } else {
            assert!(allowed.is_empty(), "{id}");
        }
    }
}

#[test]
fn quarantine_is_emptied_and_frames_die() {
    let buckets = Template::read().resources("AWS::S3::Bucket");
    for id in ["UploadsBucket", "FramesBucket"] {
        let rule = &buckets[id]["Properties"]["LifecycleConfiguration"]["Rules"][0];
        assert_eq!(rule["ExpirationInDays"].as_u64(), Some(1), "{id}");
        assert_eq!(text(&rule["Status"]), "Enabled", "{id}");
    }
}

#[test]
fn the_clients_pages_run_no_code_but_their_own() {
    let template = Template::read();
    let headers = &template.resources("AWS::CloudFront::ResponseHeadersPolicy")["SecurityHeaders"];
    let policy = &headers["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
        ["ContentSecurityPolicy"];
    let policy = text(intrinsic(policy).unwrap().1);
    let directives: BTreeMap<_, _> = policy
        .split(';')
        .filter_map(|it| it.trim().split_once(' '))
        .collect();
    for (name, value) in [
        ("default-src", "'self'"),
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
    ] {
        assert_eq!(directives.get(name), Some(&value), "{name}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    for (directive, buckets) in [
        ("connect-src", &["uploads", "images"][..]),
        ("img-src", &["images"]),
    ] {
        for bucket in buckets {
            assert!(
                directives[directive].contains(&format!("-{bucket}.s3.")),
                "{directive} {bucket}"
            );
        }
    }
}

#[test]
fn the_api_is_never_cached_and_never_answered_by_the_client() {
    let distribution = &Template::read().resources("AWS::CloudFront::Distribution")["Distribution"];
    let config = &distribution["Properties"]["DistributionConfig"];
    let api = &config["CacheBehaviors"][0];
    assert_eq!(
        (text(&api["PathPattern"]), text(&api["TargetOriginId"])),
        ("/api/*".into(), "api".into())
    );
    // Managed policies CachingDisabled and AllViewerExceptHostHeader (CloudFront, "Use managed policies").
    assert_eq!(
        text(&api["CachePolicyId"]),
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    );
    assert_eq!(
        text(&api["OriginRequestPolicyId"]),
        "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    );
    assert!(
        config["CustomErrorResponses"].is_null(),
        "they would replace the API's problems"
    );
}

#[test]
fn every_parameter_and_output_says_what_it_is() {
    let template = Template::read();
    for section in ["Parameters", "Outputs"] {
        for (id, it) in template.section(section) {
            assert!(
                it["Description"].as_str().is_some_and(|it| it.ends_with('.')),
                "{section} {id}"
            );
        }
    }
}

#[test]
fn every_parameter_and_condition_is_used_and_every_name_exists() {
    let template = Template::read();
    let parameters = template.section("Parameters");
    let resources = template.section("Resources");
    let mut used: BTreeSet<String> = BTreeSet::new();
    for section in ["Resources", "Outputs", "Conditions", "Rules", "Globals"] {
        used.extend(template.section(section).values().flat_map(references));
    }
    for name in &used {
        let pseudo = name.starts_with("AWS::");
        assert!(
            pseudo || parameters.contains_key(name) || resources.contains_key(name),
            "{name}"
        );
    }
    for name in parameters.keys() {
        assert!(used.contains(name), "nobody reads {name}");
    }
    let whole = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    for name in template.section("Conditions").keys() {
        let n_uses = whole.matches(name.as_str()).count();
        assert!(1 < n_uses, "nobody asks {name}");
    }
}

/// cfn-lint finds circles only after SAM's transformation, so here is what SAM adds: an API knows its functions.
#[test]
fn nothing_depends_on_itself() {
    let template = Template::read();
    let functions = template.functions();
    let mut depends: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, mut resource) in template.section("Resources") {
        if functions.contains_key(&id) {
            let properties = resource["Properties"].as_mapping_mut().unwrap();
            // Routes are the API's; a stream's queue and table are the function's, by its role.
            let events = properties.remove("Events").unwrap_or_default();
            let streams = events.as_mapping().into_iter().flat_map(|it| it.values());
            let streams = streams.filter(|it| it["Type"].as_str() == Some("DynamoDB"));
            depends
                .entry(id.clone())
                .or_default()
                .extend(streams.flat_map(references));
            if !functions[&id].routes().is_empty() {
                depends.entry("Api".to_owned()).or_default().insert(id.clone());
            }
        }
        depends.entry(id).or_default().extend(references(&resource));
    }
    // Kahn's algorithm: take away what depends on nothing that is left.
    while !depends.is_empty() {
        let free: BTreeSet<_> = depends
            .iter()
            .filter(|(_, on)| on.iter().all(|it| !depends.contains_key(it)))
            .map(|(id, _)| id.clone())
            .collect();
        assert!(!free.is_empty(), "a circle among {:?}", depends.keys());
        depends.retain(|id, _| !free.contains(id));
    }
}

#[test]
fn samconfig_names_parameters_that_exist_and_nobodys_address() {
    let parameters = Template::read().section("Parameters");
    let config = std::fs::read_to_string(root().join("samconfig.toml")).unwrap();
    let config: toml::Table = config.parse().unwrap();
    for section in ["default", "dev", "prod"] {
        let deploy = &config[section]["deploy"]["parameters"];
        let overrides = deploy
            .get("parameter_overrides")
            .and_then(toml::Value::as_str)
            .unwrap_or_default();
        for assignment in overrides.split_whitespace() {
            let (name, _) = assignment.split_once('=').unwrap();
            assert!(parameters.contains_key(name), "{section}: {name}");
            assert_ne!(name, "AdminEmail", "{section}");
        }
        assert!(config[section]["global"]["parameters"]["stack_name"].is_str());
    }
}
