//! How an error of an SDK becomes a [`Fault`]: what is kept of it, and whether trying again can help.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use domain::Fault;

/// Codes with which services refuse for now. The SDK has tried several times by itself when one gets here.
///
/// From the "Errors" of the operations in use; a status of 500 or above says the same.
const PASSING_CODES: &[&str] = &[
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
];

/// Returns the fault for an error that no caller branches on.
///
/// Keeps the chain of causes as text, which names codes, messages and request ids; SDK errors do not repeat what
/// was sent.
pub(crate) fn sdk_fault<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Fault
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let passes = match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(context) => {
            context.raw().status().is_server_error()
                || context.err().code().is_some_and(|it| PASSING_CODES.contains(&it))
        }
        // Also what the SDK has learned since.
        _ => false,
    };
    let source = DisplayErrorContext(error).to_string();
    if passes {
        Fault::later(operation, source)
    } else {
        Fault::never(operation, source)
    }
}

/// Returns the fault for something of ours that does not parse: a stored row, a file, a number out of range.
pub(crate) fn malformed(
    operation: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Fault {
    Fault::never(operation, source)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::error::{ErrorMetadata, SdkError};
    use aws_sdk_dynamodb::operation::get_item::GetItemError;
    use aws_smithy_types::body::SdkBody;
    use domain::Retry;

    use super::*;

    fn answered(status: u16, code: &str) -> SdkError<GetItemError, HttpResponse> {
        let error = GetItemError::generic(ErrorMetadata::builder().code(code).message("why").build());
        let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        SdkError::service_error(error, response)
    }

    #[test]
    fn throttling_and_failures_of_the_service_pass() {
        for (status, code) in [(400, "ThrottlingException"), (503, "SlowDown"), (500, "Anything")] {
            assert_eq!(
                sdk_fault("GetItem", answered(status, code)).retry,
                Retry::Later,
                "{code}"
            );
        }
        let timeout: SdkError<GetItemError, HttpResponse> = SdkError::timeout_error("too slow");
        assert_eq!(sdk_fault("GetItem", timeout).retry, Retry::Later);
    }

    #[test]
    fn a_denied_call_or_a_missing_table_stays() {
        for code in [
            "AccessDeniedException",
            "ResourceNotFoundException",
            "ValidationException",
        ] {
            assert_eq!(
                sdk_fault("GetItem", answered(400, code)).retry,
                Retry::Never,
                "{code}"
            );
        }
    }

    #[test]
    fn the_cause_is_kept() {
        let fault = sdk_fault("GetItem", answered(400, "AccessDeniedException"));
        assert_eq!(fault.to_string(), "GetItem failed");
        assert!(
            fault.source.to_string().contains("AccessDeniedException"),
            "{}",
            fault.source
        );
    }
}
