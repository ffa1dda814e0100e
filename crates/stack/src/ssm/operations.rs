//! Parameter Store's operations on the wire.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html>

use aws_wire::AwsError;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Kind, Parameter, ParameterStore, PutError};

/// Operations that are answered; everything else is a 501.
pub const SERVED: &[&str] = &["DeleteParameter", "GetParameter", "PutParameter"];

/// Longest value of a standard and of an advanced parameter, in bytes.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
const MAX_STANDARD_BYTES: usize = 4_096;
const MAX_ADVANCED_BYTES: usize = 8_192;

/// Longest name, without the ARN around it. API reference of `PutParameter`.
const MAX_NAME_CHARS: usize = 1_011;

pub(super) async fn run(store: &ParameterStore, operation: &str, body: &[u8]) -> Result<Value, AwsError> {
    match operation {
        "GetParameter" => get(store, read(body)?).await,
        "PutParameter" => put(store, read(body)?).await,
        "DeleteParameter" => delete(store, read(body)?).await,
        other => Err(AwsError::not_implemented("SSM", other)),
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| {
        // The position says where; the text around it could be a secret.
        AwsError::serialization(format!(
            "malformed input at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

fn validation(message: impl Into<String>) -> AwsError {
    AwsError::client("ValidationException", message)
}

/// A name as a caller may write it: plain, as an ARN, or with `:version`.
pub(super) struct Selector {
    pub(super) name: String,
    version: Option<String>,
}

impl Selector {
    pub(super) fn parse(text: &str) -> Self {
        let plain = match text
            .strip_prefix("arn:")
            .and_then(|it| it.split_once(":parameter"))
        {
            // `…:parameter/a` is the parameter `a`, and `…:parameter/a/b` is `/a/b`.
            Some((_, name)) if name.matches('/').count() == 1 => &name[1..],
            Some((_, name)) => name,
            None => text,
        };
        match plain.split_once(':') {
            Some((name, version)) => Self {
                name: name.to_owned(),
                version: Some(version.to_owned()),
            },
            None => Self {
                name: plain.to_owned(),
                version: None,
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetInput {
    name: String,
    #[serde(default)]
    with_decryption: bool,
}

async fn get(store: &ParameterStore, input: GetInput) -> Result<Value, AwsError> {
    let selector = Selector::parse(&input.name);
    let parameter = store.get(&selector.name).await.ok_or_else(not_found)?;
    if selector
        .version
        .as_ref()
        .is_some_and(|it| *it != parameter.version.to_string())
    {
        let message = "Only the current version of a parameter is kept here.";
        return Err(AwsError::client("ParameterVersionNotFound", message));
    }
    let value = match parameter.kind {
        Kind::SecureString if !input.with_decryption => sealed(&selector.name, &parameter),
        _ => parameter.value,
    };
    Ok(json!({ "Parameter": {
        "Name": selector.name,
        "Type": parameter.kind,
        "Value": value,
        "Version": parameter.version,
        "LastModifiedDate": parameter.modified_at.as_millisecond() as f64 / 1000.0,
        "ARN": store.arn(&selector.name),
        "DataType": "text",
    }}))
}

/// What stands for the ciphertext: different for every version, and nothing can be learned from it.
fn sealed(name: &str, parameter: &Parameter) -> String {
    STANDARD.encode(Sha256::digest(format!(
        "{name}:{}:{}",
        parameter.version, parameter.modified_at
    )))
}

fn not_found() -> AwsError {
    AwsError::client("ParameterNotFound", "")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    name: String,
    value: String,
    r#type: Option<String>,
    #[serde(default)]
    overwrite: bool,
    tier: Option<String>,
    data_type: Option<String>,
    allowed_pattern: Option<Value>,
    policies: Option<Value>,
}

async fn put(store: &ParameterStore, input: PutInput) -> Result<Value, AwsError> {
    check_name(&input.name)?;
    if input.allowed_pattern.is_some() || input.policies.is_some() {
        return Err(AwsError::not_implemented(
            "SSM",
            "PutParameter with AllowedPattern or Policies",
        ));
    }
    if input.data_type.as_deref().is_some_and(|it| it != "text") {
        return Err(AwsError::not_implemented(
            "SSM",
            "PutParameter with a DataType other than text",
        ));
    }
    let (tier, limit) = match input.tier.as_deref() {
        None | Some("Standard") => ("Standard", MAX_STANDARD_BYTES),
        Some("Intelligent-Tiering") if input.value.len() <= MAX_STANDARD_BYTES => {
            ("Standard", MAX_STANDARD_BYTES)
        }
        Some("Advanced" | "Intelligent-Tiering") => ("Advanced", MAX_ADVANCED_BYTES),
        Some(_) => {
            return Err(validation(
                "Tier must be Standard, Advanced or Intelligent-Tiering.",
            ));
        }
    };
    if input.value.is_empty() || limit < input.value.len() {
        return Err(validation(format!(
            "{tier} tier parameters support a maximum parameter value of {limit} characters."
        )));
    }
    let existing = store.get(&input.name).await;
    let kind = match (input.r#type.as_deref(), existing) {
        (Some("String"), _) => Kind::String,
        (Some("StringList"), _) => Kind::StringList,
        (Some("SecureString"), _) => Kind::SecureString,
        (Some(_), _) => return Err(validation("Type must be String, StringList or SecureString.")),
        (None, Some(existing)) => existing.kind,
        (None, None) => {
            return Err(validation(
                "A parameter type is required when you create a parameter.",
            ));
        }
    };
    match store.put(&input.name, kind, &input.value, input.overwrite).await {
        Ok(version) => Ok(json!({ "Version": version, "Tier": tier })),
        Err(PutError::AlreadyExists) => Err(AwsError::client(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        )),
        Err(PutError::Store(error)) => Err(failed(&error)),
    }
}

fn failed(error: &std::io::Error) -> AwsError {
    tracing::error!(%error, "the parameters could not be written");
    AwsError::internal()
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "_.-/".contains(it);
    if name.is_empty() || MAX_NAME_CHARS < name.len() || !name.chars().all(allowed) {
        return Err(validation(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of \
             sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
             following 3 symbols .-_",
        ));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(validation("Parameter name must be a fully qualified name."));
    }
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(AwsError::client(
            "AccessDeniedException",
            "No access to reserved parameter name.",
        ));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteInput {
    name: String,
}

async fn delete(store: &ParameterStore, input: DeleteInput) -> Result<Value, AwsError> {
    match store.delete(&Selector::parse(&input.name).name).await {
        Ok(true) => Ok(json!({})),
        Ok(false) => Err(not_found()),
        Err(error) => Err(failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_wire::StoppedClock;
    use std::sync::Arc;

    fn open(folder: &std::path::Path) -> ParameterStore {
        let clock = Arc::new(StoppedClock("2026-11-20T10:00:00Z".parse().unwrap()));
        ParameterStore::open(
            &folder.join("parameters.json"),
            "eu-west-1",
            "000000000000",
            clock,
        )
        .unwrap()
    }

    async fn call(store: &ParameterStore, operation: &str, input: Value) -> Result<Value, AwsError> {
        store.call(operation, input.to_string().as_bytes()).await
    }

    #[tokio::test]
    async fn a_parameter_survives_reopening_and_counts_its_versions() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let put = json!({"Name": "/v/key", "Value": "one", "Type": "String"});
        assert_eq!(call(&store, "PutParameter", put).await.unwrap()["Version"], 1);
        let again = json!({"Name": "/v/key", "Value": "two", "Overwrite": true});
        assert_eq!(call(&store, "PutParameter", again).await.unwrap()["Version"], 2);
        let store = open(folder.path());
        let got = call(&store, "GetParameter", json!({"Name": "/v/key"}))
            .await
            .unwrap();
        assert_eq!(got["Parameter"]["Value"], "two");
        assert_eq!(got["Parameter"]["LastModifiedDate"], 1_795_168_800.0);
        assert_eq!(
            got["Parameter"]["ARN"],
            "arn:aws:ssm:eu-west-1:000000000000:parameter/v/key"
        );
        let by_arn = json!({"Name": "arn:aws:ssm:eu-west-1:000000000000:parameter/v/key"});
        assert_eq!(
            call(&store, "GetParameter", by_arn).await.unwrap()["Parameter"]["Version"],
            2
        );
    }

    #[tokio::test]
    async fn of_two_creations_one_finds_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let put = |value: &str| json!({"Name": "key", "Value": value, "Type": "SecureString"});
        let (one, other) = tokio::join!(
            call(&store, "PutParameter", put("a")),
            call(&store, "PutParameter", put("b"))
        );
        let refused = [one, other]
            .into_iter()
            .filter_map(Result::err)
            .collect::<Vec<_>>();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].code, "ParameterAlreadyExists");
    }

    #[tokio::test]
    async fn a_secure_string_is_in_clear_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let put = json!({"Name": "key", "Value": "secret", "Type": "SecureString"});
        call(&store, "PutParameter", put).await.unwrap();
        let sealed = call(&store, "GetParameter", json!({"Name": "key"}))
            .await
            .unwrap();
        assert_ne!(sealed["Parameter"]["Value"], "secret");
        let open = json!({"Name": "key", "WithDecryption": true});
        assert_eq!(
            call(&store, "GetParameter", open).await.unwrap()["Parameter"]["Value"],
            "secret"
        );
        assert!(!format!("{:?}", store.get("key").await).contains("secret"));
    }

    #[tokio::test]
    async fn refusals_have_awss_codes() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let long = "x".repeat(MAX_STANDARD_BYTES + 1);
        for (operation, input, code) in [
            ("GetParameter", json!({"Name": "none"}), "ParameterNotFound"),
            ("DeleteParameter", json!({"Name": "none"}), "ParameterNotFound"),
            ("GetParameter", json!({}), "SerializationException"),
            (
                "PutParameter",
                json!({"Name": "a b", "Value": "x", "Type": "String"}),
                "ValidationException",
            ),
            (
                "PutParameter",
                json!({"Name": "a/b", "Value": "x", "Type": "String"}),
                "ValidationException",
            ),
            (
                "PutParameter",
                json!({"Name": "/aws/x", "Value": "x", "Type": "String"}),
                "AccessDeniedException",
            ),
            (
                "PutParameter",
                json!({"Name": "a", "Value": "x"}),
                "ValidationException",
            ),
            (
                "PutParameter",
                json!({"Name": "a", "Value": long, "Type": "String"}),
                "ValidationException",
            ),
            ("GetParametersByPath", json!({"Path": "/"}), "NotImplemented"),
        ] {
            assert_eq!(
                call(&store, operation, input.clone()).await.unwrap_err().code,
                code,
                "{operation} {input}"
            );
        }
    }
}
