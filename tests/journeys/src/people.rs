//! What an account does with the people it registered, and what is left of them, seen with the developer's credentials.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::{Answer, Person, Suite};

/// What is kept of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Rows of the table that mention them, but for what a receipt says of an erasure.
    pub rows: usize,
    /// Objects of any bucket that are called after them.
    pub objects: usize,
    /// Descriptions of faces in the account's collection.
    pub vectors: usize,
}

impl Person<'_> {
    /// Registers somebody who is called `name` and agreed, and returns their id.
    ///
    /// # Panics
    ///
    /// If that is refused.
    pub async fn register(&self, name: &str) -> String {
        let consent = json!({ "noticeVersion": "2026-11", "givenBy": name, "at": "2026-11-20T10:58:00Z" });
        let body = json!({ "displayName": name, "consent": consent });
        let made = self.post("/api/people", &body).await.expect(201);
        made["personId"].as_str().expect("an id").to_owned()
    }

    /// Uploads `jpeg` and adds the face in it to a person.
    pub async fn add_face(&self, person: &str, jpeg: &[u8]) -> Answer {
        let upload = self.upload(jpeg, "image/jpeg").await;
        self.add_upload(person, &upload).await
    }

    /// Adds the face of an upload to a person.
    pub async fn add_upload(&self, person: &str, upload: &str) -> Answer {
        let path = format!("/api/people/{person}/faces");
        self.post(&path, &json!({ "uploadId": upload })).await
    }

    /// Uploads `jpeg` and asks whether it shows a person.
    pub async fn verify_photo(&self, person: &str, jpeg: &[u8]) -> Answer {
        let upload = self.upload(jpeg, "image/jpeg").await;
        let body = json!({ "uploadId": upload });
        self.post(&format!("/api/people/{person}/verify"), &body).await
    }

    /// Asks whether it was a person who passed a liveness challenge; `at_least` is left out where it is null.
    pub async fn verify_assertion(&self, person: &str, assertion: &Value, at_least: &Value) -> Answer {
        let mut body = json!({ "livenessAssertion": assertion });
        if !at_least.is_null() {
            body["livenessAtLeast"] = at_least.clone();
        }
        self.post(&format!("/api/people/{person}/verify"), &body).await
    }
}

impl Suite {
    fn rekognition(&self) -> aws_sdk_rekognition::Client {
        aws_sdk_rekognition::Client::new(&self.aws())
    }

    /// Returns the collections that are an account's.
    ///
    /// # Panics
    ///
    /// If they cannot be listed.
    pub async fn collections_of(&self, user_id: &str) -> Vec<String> {
        let listed = self.rekognition().list_collections().send().await;
        let all = listed.expect("collections").collection_ids.unwrap_or_default();
        all.into_iter().filter(|it| it.contains(user_id)).collect()
    }

    /// Returns what is kept of a person whom an account registered.
    ///
    /// # Panics
    ///
    /// If a service does not answer, or what is left of an erasure names somebody.
    pub async fn kept_of(&self, user_id: &str, person: &str) -> Kept {
        let scanned = self
            .dynamodb()
            .scan()
            .table_name(&self.function("PeopleFunction").env["PEOPLE_TABLE"])
            .filter_expression("userId = :user AND contains(part, :person)")
            .expression_attribute_values(":user", AttributeValue::S(user_id.to_owned()))
            .expression_attribute_values(":person", AttributeValue::S(person.to_owned()))
            .send()
            .await;
        let objects = self.objects().await;
        let mut vectors = 0;
        for collection in self.collections_of(user_id).await {
            let listed = self
                .rekognition()
                .list_faces()
                .collection_id(collection)
                .send()
                .await;
            let faces = listed.expect("faces").faces.unwrap_or_default();
            vectors += faces
                .iter()
                .filter(|it| it.external_image_id() == Some(person))
                .count();
        }
        let rows = scanned.expect("a page").items.unwrap_or_default();
        let (receipts, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|it| it.contains_key("erasedAtMs"));
        let names = |it: &String| it.contains("Name") || it.contains("consent") || it == "externalId";
        assert!(!receipts.iter().any(|it| it.keys().any(names)), "{receipts:?}");
        Kept {
            rows: rows.len(),
            objects: objects.iter().filter(|it| it.contains(person)).count(),
            vectors,
        }
    }
}
