//! Messages for the errors that s3s answers with a code alone.
//!
//! SDKs put the message in front of people; without one they show `None`.

use bytes::Bytes;
use http::{Response, header};
use s3s::Body;

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
#[rustfmt::skip] // one row per error
const SENTENCES: &[(&str, &str)] = &[
    ("AccessDenied",          "Access Denied"),
    ("InvalidAccessKeyId",    "The AWS Access Key Id you provided does not exist in our records."),
    ("InvalidArgument",       "Invalid Argument"),
    ("InvalidBucketName",     "The specified bucket is not valid."),
    ("InvalidRange",          "The requested range is not satisfiable"),
    ("InvalidRequest",        "The request is not valid."),
    ("KeyTooLongError",       "Your key is too long"),
    ("MalformedXML",          "The XML you provided was not well-formed or did not validate against our published schema"),
    ("MethodNotAllowed",      "The specified method is not allowed against this resource."),
    ("NotImplemented",        "A header or query you provided implies functionality that is not implemented"),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."),
];

/// The same answer, with a message if it is an error without one.
pub(super) fn completed(mut response: Response<Body>) -> Response<Body> {
    if !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let Some(text) = response
        .body()
        .bytes()
        .and_then(|it| String::from_utf8(it.to_vec()).ok())
    else {
        return response;
    };
    if let Some(text) = with_message(&text) {
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(Bytes::from(text));
    }
    response
}

fn with_message(text: &str) -> Option<String> {
    const AFTER: &str = "</Code>";
    let (_, rest) = text.split_once("<Error><Code>")?;
    let (code, _) = rest.split_once(AFTER)?;
    if text.contains("<Message>") {
        return None;
    }
    let known = SENTENCES.iter().find(|it| it.0 == code);
    let sentence = known.map_or("The request was refused.", |it| it.1);
    Some(text.replacen(AFTER, &format!("{AFTER}<Message>{sentence}</Message>"), 1))
}

#[cfg(test)]
mod tests {
    use super::with_message;

    #[test]
    fn a_code_alone_gets_its_sentence() {
        let bare = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
        assert_eq!(
            with_message(bare).unwrap(),
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        );
        let unheard = bare.replace("AccessDenied", "Odd");
        assert!(
            with_message(&unheard)
                .unwrap()
                .contains("<Message>The request was refused.</Message>")
        );
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "<Error><Code>A</Code><Message>b</Message></Error>",
            "<ListBucketResult/>",
            "<Error/>",
        ] {
            assert_eq!(with_message(text), None);
        }
    }
}
