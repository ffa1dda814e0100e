//! The AWS endpoints: every service on one port, told apart by the scope of the signature.
//!
//! ```text
//! request → loopback? → S3, which checks for itself
//!                     → signature → operation → rights → service
//! ```

mod service;
mod ses;
mod sns;

pub(crate) use ses::Ses;
pub use sns::{Sns, Topic};

use std::sync::Arc;

use aws_wire::{AwsError, Protocol, Verifier, loopback_host, request_id, scope_service};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use rekognition_local::Rekognition;
use serde_json::Value;

use service::{Meant, Service, meant, target};

use crate::{
    dynamodb::Dynamo,
    http_body::{HttpBody, boxed, bytes},
    iam::Iam,
    s3::S3Service,
    ssm::ParameterStore,
};

/// Longest body of a request that is not for S3. DynamoDB takes 16 MB in `BatchWriteItem`; Rekognition's 5 MB picture
/// has 7 MB in base64. <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
const MAX_BODY_BYTES: usize = 17 * 1024 * 1024;
/// Longest form that is read to find out what a refused request asked for. Chosen: actions stand at the front.
const MAX_NAMED_BYTES: usize = 64 * 1024;

/// Everything behind the port.
pub(crate) struct Endpoint {
    pub(crate) verifier: Verifier,
    pub(crate) iam: Arc<Iam>,
    pub(crate) s3: S3Service,
    pub(crate) dynamo: Dynamo,
    pub(crate) rekognition: Rekognition,
    pub(crate) ses: Ses,
    pub(crate) sns: Arc<Sns>,
    pub(crate) ssm: Arc<ParameterStore>,
    pub(crate) region: String,
    pub(crate) account: String,
}

impl Endpoint {
    /// Answers one request.
    pub(crate) async fn handle(&self, request: Request<Incoming>) -> Response<HttpBody> {
        let (parts, body) = request.into_parts();
        let scope = scope_service(&parts);
        let id = request_id();
        if !loopback_host(&parts) {
            return bytes(Protocol::RestJson.error(&id, &AwsError::foreign_host()));
        }
        let service = match meant(scope.as_deref(), &parts) {
            Meant::S3 => return boxed(self.s3.handle(Request::from_parts(parts, body)).await),
            Meant::Nothing(error) => return bytes(Protocol::Json11.error(&id, &error)),
            Meant::Unserved(scope) => {
                // Only to name what was asked for; a body too long to tell is left alone.
                let body = Limited::new(body, MAX_NAMED_BYTES).collect().await;
                let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
                let (protocol, error) = service::refusal(&scope, &parts, &body);
                return bytes(protocol.error(&id, &error));
            }
            Meant::Service(service) => service,
        };
        bytes(self.serve(service, &parts, body, &id).await)
    }

    async fn serve(&self, service: Service, parts: &Parts, body: Incoming, id: &str) -> Response<Bytes> {
        let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return service.protocol().error(id, &AwsError::request_too_large());
            }
            Err(_) => {
                return service
                    .protocol()
                    .error(id, &AwsError::serialization("The body ended too early."));
            }
        };
        match self.answer(service, parts, &body, id).await {
            Ok(response) => response,
            Err(error) => service.protocol().error(id, &error),
        }
    }

    async fn answer(
        &self,
        service: Service,
        parts: &Parts,
        body: &[u8],
        id: &str,
    ) -> Result<Response<Bytes>, AwsError> {
        let caller = self.verifier.verify(parts, body)?;
        if service == Service::Sns {
            let form = sns::Form::parse(body)?;
            for (action, resource) in Sns::touches(&form) {
                self.iam.check(&caller.access_key, &action, &resource)?;
            }
            let document = self.sns.call(&form, id).await?;
            return Ok(service
                .protocol()
                .respond(StatusCode::OK, id, Bytes::from(document)));
        }
        let operation = match service {
            Service::Ses => Ses::operation(parts)?,
            _ => target(service, parts)?,
        };
        for (action, resource) in self.touches(service, operation, body) {
            self.iam.check(&caller.access_key, &action, &resource)?;
        }
        let output = match service {
            Service::DynamoDb => self.dynamo.call(operation, body).await?,
            Service::Rekognition => self.rekognition.call(&caller, operation, body).await?,
            Service::Ssm => self.ssm.call(operation, body).await?,
            Service::Ses => self.ses.send(body).await?,
            Service::Sns => Value::Null,
        };
        let mut response = service.protocol().success(id, &output);
        if service == Service::DynamoDb {
            // DynamoDB alone sends it, and some SDKs compare.
            let checksum = crc32fast::hash(response.body()).to_string();
            if let Ok(value) = HeaderValue::from_str(&checksum) {
                response.headers_mut().insert("x-amz-crc32", value);
            }
        }
        Ok(response)
    }

    fn touches(&self, service: Service, operation: &str, body: &[u8]) -> Vec<(String, String)> {
        match service {
            Service::DynamoDb => self.dynamo.touches(operation, body),
            Service::Rekognition => vec![(
                format!("rekognition:{operation}"),
                self.collection(operation, body),
            )],
            Service::Ssm => vec![(format!("ssm:{operation}"), self.ssm.resource(body))],
            Service::Ses => {
                let identity = Ses::resource(body, &self.region, &self.account);
                vec![(format!("ses:{operation}"), identity)]
            }
            Service::Sns => Vec::new(),
        }
    }

    /// The collection a Rekognition request is about; operations that have none ask for `*`.
    fn collection(&self, operation: &str, body: &[u8]) -> String {
        match rekognition_local::collection_of(operation, body) {
            Some(id) => format!(
                "arn:aws:rekognition:{}:{}:collection/{id}",
                self.region, self.account
            ),
            None => "*".to_owned(),
        }
    }
}
