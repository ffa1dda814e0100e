//! Which service a request means, and how it talks.

use aws_wire::{AwsError, Protocol, scope_refusal};
use http::request::Parts;

use super::sns;

const DYNAMODB: Protocol = Protocol::Json10 {
    namespace: "com.amazonaws.dynamodb.v20120810",
};
const SNS: Protocol = Protocol::Query { xmlns: sns::XMLNS };

/// Where a request goes.
#[derive(Debug)]
pub(super) enum Meant {
    S3,
    Service(Service),
    /// A service that is not served, by its name in the scope.
    Unserved(String),
    /// Nowhere: what it is told.
    Nothing(AwsError),
}

/// Decides by the scope of the signature.
pub(super) fn meant(scope: Option<&str>, parts: &Parts) -> Meant {
    let Some(scope) = scope else {
        // A browser's preflight, and whatever else is unsigned, can only be meant for S3, unless it names a target.
        if !parts.headers.contains_key("x-amz-target") {
            return Meant::S3;
        }
        return Meant::Nothing(scope_refusal(parts));
    };
    if scope == "s3" {
        return Meant::S3;
    }
    match Service::of(scope) {
        Some(service) => Meant::Service(service),
        None => Meant::Unserved(scope.to_owned()),
    }
}

/// A service by its name in the credential scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    Rekognition,
    Ses,
    Sns,
    Ssm,
}

impl Service {
    fn of(scope: &str) -> Option<Self> {
        Some(match scope {
            // Streams are signed for DynamoDB, and have another target prefix.
            "dynamodb" => Self::DynamoDb,
            "rekognition" => Self::Rekognition,
            "ses" => Self::Ses,
            "sns" => Self::Sns,
            "ssm" => Self::Ssm,
            _ => return None,
        })
    }

    pub(super) const fn protocol(self) -> Protocol {
        match self {
            Self::DynamoDb => DYNAMODB,
            Self::Rekognition | Self::Ssm => Protocol::Json11,
            Self::Ses => Protocol::RestJson,
            Self::Sns => SNS,
        }
    }

    /// What `X-Amz-Target` starts with.
    const fn target_prefixes(self) -> &'static [&'static str] {
        match self {
            Self::DynamoDb => &["DynamoDB_20120810.", "DynamoDBStreams_20120810."],
            Self::Rekognition => &["RekognitionService."],
            Self::Ssm => &["AmazonSSM."],
            Self::Ses | Self::Sns => &[],
        }
    }
}

/// Services whose requests look unlike JSON, so that a refusal can be read by their SDKs.
fn protocol_of_unserved(scope: &str, parts: &Parts) -> Protocol {
    if parts.headers.contains_key("x-amz-target") {
        return Protocol::Json11;
    }
    match scope {
        "iam" | "sts" | "cloudformation" | "monitoring" | "sqs" | "ec2" => Protocol::Query { xmlns: "" },
        _ => Protocol::RestJson,
    }
}

/// The operation a request names.
pub(super) fn target(service: Service, parts: &Parts) -> Result<&str, AwsError> {
    let target = parts
        .headers
        .get("x-amz-target")
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    service
        .target_prefixes()
        .iter()
        .find_map(|it| target.strip_prefix(it))
        .filter(|it| !it.is_empty())
        .ok_or_else(|| AwsError::unknown_operation(target))
}

/// The refusal of a request to a service that is not served, in that service's own envelope.
pub(super) fn refusal(scope: &str, parts: &Parts, body: &[u8]) -> (Protocol, AwsError) {
    let operation = operation_name(parts, body);
    tracing::warn!(
        service = scope,
        operation,
        "a service that is not served was asked for"
    );
    (
        protocol_of_unserved(scope, parts),
        AwsError::not_implemented(scope, &operation),
    )
}

/// What a request asks for: its target, the `Action` of a form, or else method and path.
fn operation_name(parts: &Parts, body: &[u8]) -> String {
    if let Some(target) = parts.headers.get("x-amz-target").and_then(|it| it.to_str().ok()) {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    match sns::Form::parse(body) {
        Ok(form) if !form.action().is_empty() => form.action().chars().take(100).collect(),
        _ => format!("{} {}", parts.method, parts.uri.path()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn parts(target: Option<&str>) -> Parts {
        let mut request = Request::post("/");
        if let Some(target) = target {
            request = request.header("x-amz-target", target);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_target_must_be_the_services_own() {
        assert_eq!(
            target(Service::DynamoDb, &parts(Some("DynamoDB_20120810.GetItem"))).unwrap(),
            "GetItem"
        );
        assert_eq!(
            target(
                Service::DynamoDb,
                &parts(Some("DynamoDBStreams_20120810.GetRecords"))
            )
            .unwrap(),
            "GetRecords"
        );
        for wrong in [None, Some("AmazonSSM.GetParameter"), Some("DynamoDB_20120810.")] {
            assert_eq!(
                target(Service::DynamoDb, &parts(wrong)).unwrap_err().code,
                "UnknownOperationException"
            );
        }
    }

    #[test]
    fn an_unserved_service_is_refused_in_its_own_envelope() {
        assert_eq!(
            protocol_of_unserved("secretsmanager", &parts(Some("secretsmanager.GetSecretValue"))),
            Protocol::Json11
        );
        assert!(matches!(
            protocol_of_unserved("sts", &parts(None)),
            Protocol::Query { .. }
        ));
        assert_eq!(protocol_of_unserved("lambda", &parts(None)), Protocol::RestJson);
        assert_eq!(
            operation_name(&parts(Some("secretsmanager.GetSecretValue")), b""),
            "GetSecretValue"
        );
        assert_eq!(
            operation_name(&parts(None), b"Action=GetCallerIdentity&Version=1"),
            "GetCallerIdentity"
        );
        assert_eq!(operation_name(&parts(None), b""), "POST /");
    }
}
