//! What a request carries does not reach a log, however much is logged.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};

use aws_sdk_s3::{presigning::PresigningConfig, primitives::ByteStream};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::servers::{S3, credentials};

/// Keeps everything that is logged on this thread.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0.lock().expect("not poisoned"), " {field}={value:?}").expect("memory");
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let target = attributes.metadata().target();
        writeln!(self.0.lock().expect("not poisoned"), "\nspan {target}").expect("memory");
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let target = event.metadata().target();
        writeln!(self.0.lock().expect("not poisoned"), "\nevent {target}").expect("memory");
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn signatures_keys_and_names_stay_out_of_the_log() {
    let s3 = S3::start().await;
    let minute = PresigningConfig::expires_in(std::time::Duration::from_mins(1)).expect("a minute");
    let presigned = s3
        .client()
        .put_object()
        .bucket("photos")
        .key("u/somebody/x")
        .presigned(minute)
        .await
        .expect("signed");
    let signature = presigned
        .uri()
        .split("X-Amz-Signature=")
        .nth(1)
        .expect("a signature")
        .get(..64)
        .expect("64 digits");

    let log = Everything::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let uri: http::Uri = presigned.uri().parse().expect("a URI");
    let request = format!(
        "PUT {} HTTP/1.1\r\nhost: {}\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx",
        uri.path_and_query().expect("a path"),
        s3.server.address
    );
    let answer = crate::s3_hostile::raw(&s3, request.as_bytes()).await;
    drop(guard);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // Refusals, too; these are logged by the SDK as well, which is the caller's business.
    let refused = s3
        .client_as(credentials("stranger"))
        .put_object()
        .bucket("photos")
        .key("k");
    assert!(refused.body(ByteStream::from_static(b"x")).send().await.is_err());

    let log = log.0.lock().expect("not poisoned");
    assert!(
        log.contains("S3 request answered"),
        "something is logged at all:\n{log}"
    );
    for secret in [signature, "X-Amz-Credential", "somebody", "secret of"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    assert!(!log.contains(" s3s"), "{log}");
}
