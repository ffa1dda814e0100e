//! The envelopes: how each AWS protocol carries a result or an error.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::AwsError;

/// How a service talks over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `X-Amz-Target` and JSON with `application/x-amz-json-1.0` (DynamoDB). Error types carry `namespace`.
    Json10 {
        /// Prefix of `__type`, e.g. `com.amazonaws.dynamodb.v20120810`.
        namespace: &'static str,
    },
    /// `X-Amz-Target` and JSON with `application/x-amz-json-1.1` (Rekognition, SSM).
    Json11,
    /// JSON bodies under REST paths (Lambda, SES v2). The error's type is in a header only.
    RestJson,
    /// Form-encoded `Action=…` in, XML out (SNS, SQS's older protocol, IAM).
    Query {
        /// Namespace of the XML document, e.g. `http://sns.amazonaws.com/doc/2010-03-31/`.
        xmlns: &'static str,
    },
    /// XML under REST paths (S3).
    RestXml,
}

/// A request id in the form AWS gives: a random UUID.
#[must_use]
pub fn request_id() -> String {
    Uuid::new_v4().to_string()
}

impl Protocol {
    /// A successful answer with a JSON body.
    ///
    /// For the JSON protocols; those that answer XML write their own documents and use [`Self::respond`].
    #[must_use]
    pub fn success(self, request_id: &str, output: &Value) -> Response<Bytes> {
        self.respond(StatusCode::OK, request_id, Bytes::from(output.to_string()))
    }

    /// The error in this protocol's envelope.
    #[must_use]
    pub fn error(self, request_id: &str, error: &AwsError) -> Response<Bytes> {
        let (status, code) = self.status_and_code(error);
        let body = match self {
            Self::Json10 { namespace } => json_error(error, &qualified(namespace, code), "message"),
            Self::Json11 => json_error(error, code, "Message"),
            Self::RestJson => {
                let mut body = (*error.members).clone();
                body.insert("message".into(), error.message.clone().into());
                Value::Object(body).to_string()
            }
            Self::Query { xmlns } => format!(
                "<ErrorResponse xmlns=\"{xmlns}\"><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message></Error>\
                 <RequestId>{}</RequestId></ErrorResponse>",
                if status.is_server_error() {
                    "Receiver"
                } else {
                    "Sender"
                },
                xml_text(code),
                xml_text(&error.message),
                xml_text(request_id),
            ),
            Self::RestXml => format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>\
                 <RequestId>{}</RequestId></Error>",
                xml_text(code),
                xml_text(&error.message),
                xml_text(request_id),
            ),
        };
        let mut response = self.respond(status, request_id, Bytes::from(body));
        if let (Self::Json10 { .. } | Self::Json11 | Self::RestJson, Ok(value)) =
            (self, HeaderValue::from_str(code))
        {
            response.headers_mut().insert("x-amzn-errortype", value);
        }
        response
    }

    /// A response with this protocol's content type and the request id.
    #[must_use]
    pub fn respond(self, status: StatusCode, request_id: &str, body: Bytes) -> Response<Bytes> {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let content_type = match self {
            Self::Json10 { .. } => "application/x-amz-json-1.0",
            Self::Json11 => "application/x-amz-json-1.1",
            Self::RestJson => "application/json",
            Self::Query { .. } => "text/xml",
            Self::RestXml => "application/xml",
        };
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Ok(value) = HeaderValue::from_str(request_id) {
            let name = if self == Self::RestXml {
                "x-amz-request-id"
            } else {
                "x-amzn-requestid"
            };
            response.headers_mut().insert(name, value);
        }
        response
    }

    /// The XML protocols have shorter codes and answer 403 where the JSON protocols answer 400.
    ///
    /// Codes: <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html> and
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
    fn status_and_code(self, error: &AwsError) -> (StatusCode, &str) {
        let same = (error.status, error.code.as_str());
        let forbidden = |code| (StatusCode::FORBIDDEN, code);
        match self {
            Self::Json10 { .. } | Self::Json11 => same,
            Self::RestJson => match error.code.as_str() {
                "InvalidSignatureException"
                | "UnrecognizedClientException"
                | "MissingAuthenticationTokenException"
                | "AccessDeniedException" => forbidden(error.code.as_str()),
                _ => same,
            },
            Self::Query { .. } => match error.code.as_str() {
                "InvalidSignatureException" => forbidden("SignatureDoesNotMatch"),
                "UnrecognizedClientException" => forbidden("InvalidClientTokenId"),
                "MissingAuthenticationTokenException" => forbidden("MissingAuthenticationToken"),
                "IncompleteSignatureException" => (StatusCode::BAD_REQUEST, "IncompleteSignature"),
                // SNS's own code; the other query services that matter here say the same.
                "AccessDeniedException" => forbidden("AuthorizationError"),
                "UnknownOperationException" => (StatusCode::BAD_REQUEST, "InvalidAction"),
                _ => same,
            },
            Self::RestXml => match error.code.as_str() {
                "InvalidSignatureException" => forbidden("SignatureDoesNotMatch"),
                "UnrecognizedClientException" => forbidden("InvalidAccessKeyId"),
                "MissingAuthenticationTokenException" | "AccessDeniedException" => forbidden("AccessDenied"),
                "IncompleteSignatureException" => (StatusCode::BAD_REQUEST, "AuthorizationHeaderMalformed"),
                _ => same,
            },
        }
    }
}

fn json_error(error: &AwsError, type_name: &str, message_key: &str) -> String {
    let mut body = serde_json::Map::from_iter([("__type".to_owned(), json!(type_name))]);
    body.extend((*error.members).clone());
    body.insert(message_key.to_owned(), json!(error.message));
    Value::Object(body).to_string()
}

/// DynamoDB puts its own errors in its namespace, and those of the framework around every service in the framework's.
fn qualified(namespace: &str, code: &str) -> String {
    let framework = matches!(
        code,
        "AccessDeniedException"
            | "IncompleteSignatureException"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
            | "SerializationException"
            | "UnknownOperationException"
            | "UnrecognizedClientException"
            | "ValidationException"
    );
    if framework {
        format!("com.amazon.coral.service#{code}")
    } else {
        format!("{namespace}#{code}")
    }
}

fn xml_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // XML 1.0 has no way at all to write most control characters.
            it if it.is_control() && !matches!(it, '\t' | '\n' | '\r') => escaped.push('\u{fffd}'),
            it => escaped.push(it),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNS: Protocol = Protocol::Query {
        xmlns: "http://sns.amazonaws.com/doc/2010-03-31/",
    };
    const DYNAMODB: Protocol = Protocol::Json10 {
        namespace: "com.amazonaws.dynamodb.v20120810",
    };

    fn body(response: &Response<Bytes>) -> &str {
        std::str::from_utf8(response.body()).expect("UTF-8")
    }

    #[test]
    fn json_11_names_the_type_in_body_and_header() {
        let response = Protocol::Json11.error("id-1", &AwsError::client("ThrottlingException", "Slow down"));
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.1");
        assert_eq!(response.headers()["x-amzn-errortype"], "ThrottlingException");
        assert_eq!(response.headers()["x-amzn-requestid"], "id-1");
        assert_eq!(
            body(&response),
            r#"{"__type":"ThrottlingException","Message":"Slow down"}"#
        );
    }

    #[test]
    fn json_10_qualifies_the_type_and_keeps_members() {
        let error = AwsError::client(
            "ConditionalCheckFailedException",
            "The conditional request failed",
        )
        .with("Item", json!({"pk": {"S": "a"}}));
        let response = DYNAMODB.error("id", &error);
        assert_eq!(
            body(&response),
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{"pk":{"S":"a"}},"message":"The conditional request failed"}"#
        );
        let refused = DYNAMODB.error("id", &AwsError::client("AccessDeniedException", "no"));
        assert!(body(&refused).contains("com.amazon.coral.service#AccessDeniedException"));
    }

    #[test]
    fn rest_json_carries_the_type_in_the_header_only() {
        let response = Protocol::RestJson.error("id", &AwsError::client("InvalidSignatureException", "no"));
        assert_eq!(
            (response.status().as_u16(), body(&response)),
            (403, r#"{"message":"no"}"#)
        );
        assert_eq!(
            response.headers()["x-amzn-errortype"],
            "InvalidSignatureException"
        );
    }

    #[test]
    fn query_errors_are_xml_with_the_short_codes() {
        let response = SNS.error("id", &AwsError::client("InvalidSignatureException", "a < b & c"));
        assert_eq!(response.status(), 403);
        assert_eq!(
            body(&response),
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
             <Code>SignatureDoesNotMatch</Code><Message>a &lt; b &amp; c</Message></Error><RequestId>id</RequestId></ErrorResponse>"
        );
        let fault = SNS.error("id", &AwsError::internal());
        assert!(body(&fault).contains("<Type>Receiver</Type>"));
    }

    #[test]
    fn rest_xml_is_what_s3_answers() {
        let response =
            Protocol::RestXml.error("id", &AwsError::client("UnrecognizedClientException", "x\u{1}y"));
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers()["x-amz-request-id"], "id");
        assert!(body(&response).contains("<Code>InvalidAccessKeyId</Code><Message>x\u{fffd}y</Message>"));
    }
}
