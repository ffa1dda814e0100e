//! Somebody who uses the API: one method per verb of a story.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Suite;

/// A password that satisfies the policy; nobody's in earnest.
const PASSWORD: &str = "a long sentence nobody uses";

/// Somebody at the API, signed in or not.
#[derive(Debug)]
pub struct Person<'suite> {
    suite: &'suite Suite,
    client: Client,
    token: Option<String>,
    api_key: Option<String>,
    /// The account's id once signed in.
    pub user_id: String,
}

/// What the API answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: HeaderMap,
    /// The body as JSON; `null` if it is none.
    pub json: Value,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body, provided that the status is `status`.
    ///
    /// # Panics
    ///
    /// If the status is another.
    #[expect(clippy::must_use_candidate, reason = "often called for its check alone")]
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self.json
    }

    /// Checks that this is the problem `slug` with `status`, as a well-formed document, and returns it.
    ///
    /// # Panics
    ///
    /// If anything of it is otherwise.
    #[track_caller]
    pub fn expect_problem(self, status: u16, slug: &str) -> Value {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        assert_eq!(self.status, status, "{text}");
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        assert_eq!(content_type, Some("application/problem+json"), "{text}");
        assert_eq!(self.json["status"], status, "{text}");
        assert!(
            self.json["type"]
                .as_str()
                .is_some_and(|it| it.ends_with(&format!("/{slug}"))),
            "{text}"
        );
        assert!(
            self.json["title"].as_str().is_some_and(|it| !it.is_empty()),
            "{text}"
        );
        assert!(
            self.json["instance"].as_str().is_some_and(|it| !it.is_empty()),
            "{text}"
        );
        self.json
    }
}

impl<'suite> Person<'suite> {
    pub(crate) fn anonymous(suite: &'suite Suite) -> Self {
        let client = Client::builder()
            .redirect(Policy::none())
            .build()
            .expect("an HTTP client");
        Self {
            suite,
            client,
            token: None,
            api_key: None,
            user_id: String::new(),
        }
    }

    /// Creates an account called `username`.
    pub async fn sign_up(&self, username: &str) -> Answer {
        let email = format!("{username}@example.org");
        let body = json!({ "username": username, "email": email, "password": PASSWORD });
        self.post("/api/auth/sign-up", &body).await
    }

    /// Signs in to the account called `username`.
    pub async fn sign_in(&mut self, username: &str) {
        let body = json!({ "username": username, "password": PASSWORD, "delivery": "body" });
        let session = self.post("/api/auth/sign-in", &body).await.expect(200);
        self.token = session["accessToken"].as_str().map(str::to_owned);
        session["user"]["id"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut self.user_id);
    }

    /// Holds `token` from now on, whatever it is.
    pub fn hold(&mut self, token: Option<String>) {
        self.token = token;
    }

    /// Holds this API key from now on, beside the access token if there is one.
    pub fn hold_api_key(&mut self, key: &str) {
        self.api_key = Some(key.to_owned());
    }

    /// The access token held.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `GET path` with these headers beside those that are always sent.
    pub async fn get_with(&self, path: &str, headers: HeaderMap) -> Answer {
        self.send(self.request(Method::GET, path).headers(headers)).await
    }

    /// `DELETE path`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// `POST path` with a JSON body and these headers beside those that are always sent.
    pub async fn post_with(&self, path: &str, body: &Value, headers: HeaderMap) -> Answer {
        self.send(self.request(Method::POST, path).headers(headers).json(body))
            .await
    }

    /// `PUT path` with a JSON body.
    pub async fn put_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// `POST path` as a browser does that has nothing but a cookie.
    pub async fn post_with_cookie(&self, path: &str, cookie: &str) -> Answer {
        self.send(
            self.request(Method::POST, path)
                .header("cookie", cookie)
                .json(&json!({})),
        )
        .await
    }

    /// Any method with any body and content type.
    pub async fn raw(&self, method: Method, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        self.send(
            self.request(method, path)
                .header(CONTENT_TYPE, content_type)
                .body(body),
        )
        .await
    }

    /// Any method with headers beside those that are always sent, and a JSON body if there is one.
    pub async fn call(&self, method: Method, path: &str, headers: HeaderMap, body: Option<&Value>) -> Answer {
        let request = self.request(method, path).headers(headers);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Promises an upload of `photo`; the answer has the presigned request.
    pub async fn promise(&self, photo: &[u8], content_type: &str) -> Answer {
        let sha256 = hex::encode(Sha256::digest(photo));
        let body = json!({ "contentType": content_type, "sizeBytes": photo.len(), "sha256": sha256 });
        self.post("/api/uploads", &body).await
    }

    /// Sends the presigned request of `upload` with `photo` as its body, exactly as it says.
    pub async fn put(&self, upload: &Value, photo: &[u8]) -> Answer {
        let mut request = self
            .client
            .put(upload["url"].as_str().unwrap_or_default())
            .body(photo.to_vec());
        for (name, value) in upload["headers"].as_object().into_iter().flatten() {
            if !name.eq_ignore_ascii_case("content-length") {
                request = request.header(name, value.as_str().unwrap_or_default());
            }
        }
        self.send(request).await
    }

    /// Uploads `photo` and returns the upload's id.
    ///
    /// # Panics
    ///
    /// If a step is refused.
    pub async fn upload(&self, photo: &[u8], content_type: &str) -> String {
        let upload = self.promise(photo, content_type).await.expect(201);
        self.put(&upload, photo).await.expect(200);
        upload["uploadId"].as_str().unwrap_or_default().to_owned()
    }

    /// Uploads `photo` and asks for its analysis.
    pub async fn analyze(&self, photo: &[u8], content_type: &str) -> Answer {
        let upload_id = self.upload(photo, content_type).await;
        self.post(
            "/api/analyses",
            &json!({ "uploadId": upload_id, "kinds": ["faces"] }),
        )
        .await
    }

    /// Follows a link that the API answers with a redirect to storage, without the token.
    ///
    /// # Panics
    ///
    /// If the answer is no redirect.
    pub async fn fetch(&self, path: &str) -> Answer {
        let redirect = self.get(path).await;
        assert_eq!(redirect.status, 302, "{redirect:?}");
        let location = redirect.headers["location"]
            .to_str()
            .unwrap_or_default()
            .to_owned();
        self.send(self.client.get(location)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.suite.url(path));
        let request = match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        match &self.api_key {
            Some(key) => request.header("x-api-key", key),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the suite answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("the whole body").to_vec();
        Answer {
            status,
            headers,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        }
    }
}
