//! The endpoint by itself, over HTTP, signed by the official signer.

use std::{net::SocketAddr, sync::Arc};

use crate::{
    common::{Bucket, Sees, face, inline, jpeg, limits, nowhere},
    sign::{GOOD, Signed, request},
};
use rekognition_local::{
    Rekognition,
    endpoint::{Endpoint, Hosts},
};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

async fn start(hosts: Hosts) -> Running {
    let sees = Sees {
        faces: vec![face()],
        ..Sees::default()
    };
    let rekognition = Rekognition::with(
        Arc::new(sees),
        Arc::new(Bucket::default()),
        nowhere(),
        limits(2, 8),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let endpoint = Endpoint::new(rekognition, "test", "secret of test", hosts);
    let served = tokio::spawn(endpoint.serve(listener, async move {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop,
        served,
    }
}

impl Running {
    fn request(&self, how: &Signed<'_>, body: &Value) -> RequestBuilder {
        request(self.address, how, body)
    }

    async fn finish(self) {
        self.stop.send(()).expect("still running");
        self.served.await.expect("no panic").expect("a clean end");
    }
}

async fn refusal(request: RequestBuilder) -> (u16, String, String) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let header = header(&response, "x-amzn-errortype");
    assert_eq!(
        self::header(&response, "content-type"),
        "application/x-amz-json-1.1"
    );
    assert!(!self::header(&response, "x-amzn-requestid").is_empty());
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(
        body["__type"],
        json!(header),
        "body and header name the same type"
    );
    (
        status,
        header,
        body["Message"].as_str().expect("a message").to_owned(),
    )
}

fn header(response: &Response, name: &str) -> String {
    response
        .headers()
        .get(name)
        .map(|it| it.to_str().expect("text").to_owned())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_signed_request_is_answered() {
    let running = start(Hosts::Loopback).await;
    let response = running
        .request(&GOOD, &inline(&jpeg(200, 100)))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "application/x-amz-json-1.1");
    let id = header(&response, "x-amzn-requestid");
    assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id}");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["FaceDetails"][0]["Confidence"], json!(75.0));
    running.finish().await;
}

#[tokio::test]
async fn who_is_not_known_is_not_answered() {
    let running = start(Hosts::Loopback).await;
    let body = json!({});
    let cases = [
        (
            Signed {
                key: "nobody",
                ..GOOD
            },
            400,
            "UnrecognizedClientException",
        ),
        (
            Signed {
                secret: "guess",
                ..GOOD
            },
            400,
            "InvalidSignatureException",
        ),
        (
            Signed {
                service: "s3",
                ..GOOD
            },
            400,
            "InvalidSignatureException",
        ),
        (
            Signed {
                host: Some("rebound.example.com"),
                ..GOOD
            },
            403,
            "AccessDeniedException",
        ),
        (
            Signed {
                target: "RekognitionService.DetectLabels",
                ..GOOD
            },
            501,
            "NotImplemented",
        ),
        (
            Signed {
                target: "RekognitionService.Nonsense",
                ..GOOD
            },
            400,
            "UnknownOperationException",
        ),
        (
            Signed {
                target: "DynamoDB_20120810.PutItem",
                ..GOOD
            },
            400,
            "UnknownOperationException",
        ),
        (GOOD, 400, "InvalidParameterException"),
    ];
    for (how, status, code) in cases {
        let (got, named, message) = refusal(running.request(&how, &body)).await;
        assert_eq!((got, named.as_str()), (status, code), "{message}");
    }
    let plain = |method| Client::new().request(method, format!("http://{}/", running.address));
    assert_eq!(
        refusal(plain(Method::POST)).await.1,
        "MissingAuthenticationTokenException"
    );
    assert_eq!(
        refusal(plain(Method::GET)).await.1,
        "MissingAuthenticationTokenException"
    );
    let bearer = plain(Method::POST).header("authorization", "Bearer abc");
    assert_eq!(refusal(bearer).await.1, "IncompleteSignatureException");
    let changed = running
        .request(&GOOD, &json!({"Image": {"Bytes": "YQ=="}}))
        .body(r#"{"Image":{"Bytes":"Yg=="}}"#);
    assert_eq!(refusal(changed).await.1, "InvalidSignatureException");
    running.finish().await;
}

#[tokio::test]
async fn an_endpoint_for_others_answers_under_any_name() {
    let running = start(Hosts::Any).await;
    let how = Signed {
        host: Some("faces.example.com"),
        ..GOOD
    };
    assert_eq!(
        refusal(running.request(&how, &json!({}))).await.1,
        "InvalidParameterException"
    );
    running.finish().await;
}

#[tokio::test]
async fn bodies_are_read_up_to_a_limit_and_the_answer_still_arrives() {
    let running = start(Hosts::Loopback).await;
    let too_large = refusal(running.request(&GOOD, &inline(&vec![0; 5_242_881]))).await;
    assert_eq!(
        (too_large.0, too_large.1.as_str()),
        (400, "ImageTooLargeException")
    );
    let much_too_large = refusal(running.request(&GOOD, &inline(&vec![0; 16 * 1024 * 1024]))).await;
    assert_eq!(
        (much_too_large.0, much_too_large.1.as_str()),
        (413, "RequestEntityTooLargeException")
    );
    running.finish().await;
}
