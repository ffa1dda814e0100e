//! People: registered, verified, erased.

mod callers;
mod erasing;
mod faces;
mod liveness;
mod photos;
mod registering;
mod spared;

use journeys::{Person, Suite};
use serde_json::json;

/// The first administrator, with a password of their own.
async fn administrator(suite: &Suite) -> Person<'_> {
    let given = suite.first_admin().expect("a first start").clone();
    let mut admin = suite.anonymous();
    let own = "another long sentence";
    for password in [given.one_time_password.as_str(), own] {
        let body = json!({ "username": given.username, "password": password, "delivery": "body" });
        let session = admin.post("/api/auth/sign-in", &body).await.expect(200);
        admin.hold(session["accessToken"].as_str().map(str::to_owned));
        if password != own {
            let body = json!({ "currentPassword": password, "newPassword": own });
            admin.put_json("/api/auth/password", &body).await.expect(204);
        }
    }
    admin
}

/// Somebody who has nothing but a new API key of `owner` with these scopes.
async fn program<'suite>(suite: &'suite Suite, owner: &Person<'_>, scopes: &[&str]) -> Person<'suite> {
    let wish = json!({ "name": "Reception", "scopes": scopes });
    let made = owner.post("/api/api-keys", &wish).await.expect(201);
    let mut program = suite.anonymous();
    program.hold_api_key(made["key"].as_str().expect("a key"));
    program
}
