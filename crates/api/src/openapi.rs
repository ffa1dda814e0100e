//! The OpenAPI 3.1 document, made from [`ROUTES`], [`ProblemType`] and the wire types.
//!
//! The order of everything follows the tables, so the same code always gives the same text.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Access, BASE_PATH, FieldError, ProblemType, ROUTES, Route,
    problem::MEDIA_TYPE,
    route::{Answer, OUTSIDE_OF_ROUTES, SchemaOf},
};

/// A problem (RFC 9457). Members beyond the first five depend on `type`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Problem", rename_all = "camelCase")]
struct ProblemSchema {
    /// Kind of problem.
    #[serde(rename = "type")]
    #[schemars(with = "ProblemTypeSchema")]
    kind: String,
    /// What happened, the same for every problem of the kind.
    title: String,
    /// HTTP status.
    status: u16,
    /// What is particular about this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Id of the request; say it when asking for help.
    instance: String,
    /// What is not acceptable in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<FieldError>>,
    /// Why, for kinds that have several reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Everything that is wrong with a photo that cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<crate::wire::FaceFault>>,
    /// The limit that was passed, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<u64>,
    /// Scopes of which one would have been enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<crate::wire::ScopeName>>,
    /// After how many seconds trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u32>,
}

/// Stands for the union of all `type`s.
struct ProblemTypeSchema;

impl JsonSchema for ProblemTypeSchema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ProblemType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        let all: Vec<String> = ProblemType::ALL.iter().map(|it| it.type_uri()).collect();
        schemars::json_schema!({
            "description": "Kind of problem: the registry, in full.",
            "type": "string",
            "enum": all,
        })
    }
}

/// Returns the document.
///
/// # Panics
///
/// If a wire type is used in a request and in an answer and differs between the two; a test makes the document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let problem_ref = schemas.answers.subschema_for::<ProblemSchema>().to_value();
    let paths = paths(&mut schemas);

    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Visavis",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Face analysis over HTTP.",
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": BASE_PATH }],
        "paths": paths,
        "components": {
            "schemas": schemas.into_components(),
            "responses": responses(&problem_ref),
            "securitySchemes": {
                "accessToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `accessToken` of signing in or refreshing.",
                },
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "The `key` of creating an API key; `x-scopes` names the scopes of which one is enough.",
                },
                "refreshCookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": crate::wire::REFRESH_COOKIE,
                    "description": "Set by signing in with delivery `cookie`.",
                },
            },
        },
        "x-problems": ProblemType::ALL.iter().map(|it| registry_row(*it)).collect::<Vec<_>>(),
    })
}

/// What we read and what we write differ: an optional member of a request may be left out, while an answer has
/// every member unless it says otherwise.
struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|it| {
            it.definitions_path = "/components/schemas".into();
            it.meta_schema = None;
        });
        Self {
            requests: settings.clone().for_deserialize().into_generator(),
            answers: settings.for_serialize().into_generator(),
        }
    }

    fn into_components(mut self) -> BTreeMap<String, Value> {
        let mut components: BTreeMap<String, Value> =
            self.requests.take_definitions(true).into_iter().collect();
        for (name, mut schema) in self.answers.take_definitions(true) {
            absent_instead_of_null(&mut schema);
            let other = components.insert(name.clone(), schema.clone());
            // Types used both ways are enums and plain strings, which read as they are written.
            assert!(
                other.is_none_or(|it| it == schema),
                "{name} reads and writes differently"
            );
        }
        components
    }
}

/// Returns the document as the text of `openapi.json`.
///
/// # Panics
///
/// Never: every value of the document is a string, number, list or map with string keys.
#[must_use]
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).expect("a document of plain values");
    text.push('\n');
    text
}

const DESCRIPTION: &str = "\
JSON in camelCase, times RFC 3339 in UTC, confidences in percent, boxes as ratios of width and height from the top \
left. Lists page with `limit` and `cursor`. Every answer that is not a success is a problem (RFC 9457); `x-problems` \
lists them all. Requests with members we do not know are refused.";

fn registry_row(kind: ProblemType) -> Value {
    json!({
        "type": kind.type_uri(),
        "slug": kind.slug(),
        "status": kind.status(),
        "title": kind.title(),
        "operations": ROUTES.iter().filter(|it| it.problems().contains(&kind)).map(|it| it.id).collect::<Vec<_>>(),
        "outsideOfOperations": OUTSIDE_OF_ROUTES.contains(&kind),
    })
}

/// One reusable response per problem, named as its variant.
fn responses(problem_ref: &Value) -> Value {
    let mut responses = Map::new();
    for kind in ProblemType::ALL {
        responses.insert(kind.name().into(), response_of(&[*kind], problem_ref));
    }
    Value::Object(responses)
}

/// The response for problems that share a status.
fn response_of(kinds: &[ProblemType], problem_ref: &Value) -> Value {
    let description = kinds
        .iter()
        .map(|it| format!("`{}`: {}.", it.slug(), it.title()))
        .collect::<Vec<_>>()
        .join("\n\n");
    let examples: Map<String, Value> = kinds
        .iter()
        .map(|it| {
            let example = crate::Problem::new(*it).document("4a3e1bd0-6f5c-4f0e-9a55-0d5b8f6f2c11");
            (it.slug().to_owned(), json!({ "value": example }))
        })
        .collect();
    let types: Vec<String> = kinds.iter().map(|it| it.type_uri()).collect();
    let mut response = json!({
        "description": description,
        "content": { MEDIA_TYPE: {
            "schema": { "allOf": [problem_ref, { "properties": { "type": { "enum": types } } }] },
            "examples": examples,
        }},
    });
    let header = |name: &str, description: &str| json!({ name: { "description": description, "schema": { "type": "string" } } });
    if kinds.contains(&ProblemType::RateLimited) {
        response["headers"] = headers(RATE_HEADERS);
        response["headers"]["Retry-After"] = header("Retry-After", RETRY_AFTER)["Retry-After"].clone();
    } else if kinds.contains(&ProblemType::Busy) {
        response["headers"] = header("Retry-After", RETRY_AFTER);
    } else if kinds.contains(&ProblemType::MethodNotAllowed) {
        response["headers"] = header("Allow", "Methods that the address supports.");
    } else if kinds.contains(&ProblemType::Unauthenticated) {
        response["headers"] = header("WWW-Authenticate", "`Bearer`.");
    }
    response
}

fn paths(schemas: &mut Schemas) -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let operations = paths.entry(route.path).or_insert_with(|| json!({}));
        operations[route.method.as_str().to_ascii_lowercase()] = operation(route, schemas);
    }
    Value::Object(paths)
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".into(), route.id.into());
    operation.insert("summary".into(), route.summary.into());
    if !route.description.is_empty() {
        operation.insert("description".into(), route.description.into());
    }
    let tag = route.path.split('/').nth(1).unwrap_or_default();
    operation.insert("tags".into(), json!([tag]));
    operation.insert("security".into(), security(route));
    if let Access::Scoped(scopes) = route.access {
        let scopes: Vec<_> = scopes.iter().map(|it| it.as_str()).collect();
        operation.insert("x-scopes".into(), json!(scopes));
    }
    let parameters = parameters(route, &mut schemas.requests);
    if !parameters.is_empty() {
        operation.insert("parameters".into(), Value::Array(parameters));
    }
    if let Some(body) = &route.body {
        operation.insert(
            "requestBody".into(),
            json!({
                "required": !body.optional,
                "content": { "application/json": {
                    "schema": (body.schema)(&mut schemas.requests).to_value(),
                    "example": example(body.example),
                }},
            }),
        );
    }
    let mut responses = Map::new();
    for answer in route.answers {
        responses.insert(
            answer.status.to_string(),
            success(route, answer, &mut schemas.answers),
        );
    }
    let mut by_status: BTreeMap<u16, Vec<ProblemType>> = BTreeMap::new();
    for kind in route.problems() {
        by_status.entry(kind.status()).or_default().push(kind);
    }
    let problem_ref = schemas.answers.subschema_for::<ProblemSchema>().to_value();
    for (status, kinds) in by_status {
        let response = match kinds.as_slice() {
            [kind] => json!({ "$ref": format!("#/components/responses/{}", kind.name()) }),
            kinds => response_of(kinds, &problem_ref),
        };
        responses.insert(status.to_string(), response);
    }
    operation.insert("responses".into(), Value::Object(responses));
    operation.insert("x-function".into(), route.function.into());
    operation.insert(
        "x-problems".into(),
        json!(route.problems().iter().map(|it| it.slug()).collect::<Vec<_>>()),
    );
    Value::Object(operation)
}

fn security(route: &Route) -> Value {
    match route.access {
        // Either the cookie or a token in the body.
        Access::Public if route.id == crate::routes::REFRESH.id => json!([{ "refreshCookie": [] }, {}]),
        Access::Public => json!([]),
        Access::User | Access::RestrictedUser | Access::Admin => json!([{ "accessToken": [] }]),
        // OpenAPI 3.1: for other schemes than OAuth the array lists roles; all of them would be required, so the
        // scopes of which one is enough are in `x-scopes`.
        Access::Scoped(_) => json!([{ "accessToken": [] }, { "apiKey": [] }]),
        Access::Device => json!([{ "apiKey": [] }]),
    }
}

/// What answers of limited operations say (draft-ietf-httpapi-ratelimit-headers).
const RATE_HEADERS: &[(&str, &str)] = &[
    (
        "RateLimit-Policy",
        "Name of the limit, how many it lets through (`q`), and within how many seconds (`w`).",
    ),
    (
        "RateLimit",
        "Name of the limit, how many are left (`r`), and after how many seconds there are more (`t`).",
    ),
];
const RETRY_AFTER: &str = "Seconds after which trying again makes sense.";

fn headers(headers: &[(&str, &str)]) -> Value {
    let described = headers.iter().map(|(name, description)| {
        let header = json!({ "description": description, "schema": { "type": "string" } });
        ((*name).to_owned(), header)
    });
    described.collect()
}

fn success(route: &Route, answer: &Answer, generator: &mut SchemaGenerator) -> Value {
    let mut response = json!({ "description": answer.description });
    let mut described = answer.headers.to_vec();
    if route.rate().is_some() {
        described.extend_from_slice(RATE_HEADERS);
    }
    if !described.is_empty() {
        response["headers"] = headers(&described);
    }
    if let Some(schema) = answer.schema {
        let mut content = json!({ "schema": schema(generator).to_value() });
        if let Some(text) = answer.example {
            content["example"] = example(text);
        }
        response["content"] = json!({ "application/json": content });
    }
    response
}

/// Examples are constants of the route table; a test parses them all.
fn example(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters: Vec<Value> = route
        .path_parameters()
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true,
                "schema": { "type": "string", "format": "uuid" },
            })
        })
        .collect();
    if let Some(query) = route.query {
        parameters.extend(query_parameters(query, generator));
    }
    if route.idempotent_by_key {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Chosen by the client, 1 to 128 visible ASCII characters: repeating a request with the \
                            same key has the effect and the answer of the first.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
        }));
    }
    parameters
}

/// Turns the properties of the query's type into parameters; the type itself is not a component.
fn query_parameters(query: SchemaOf, generator: &mut SchemaGenerator) -> Vec<Value> {
    let reference = query(generator).to_value();
    let name = reference["$ref"]
        .as_str()
        .and_then(|it| it.rsplit('/').next())
        .unwrap_or_default()
        .to_owned();
    let Some(object) = generator.definitions_mut().shift_remove(&name) else {
        return Vec::new();
    };
    let required: Vec<&str> = object["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = object["properties"].as_object() else {
        return Vec::new();
    };
    properties
        .iter()
        .map(|(name, schema)| {
            let mut schema = without_null(schema.clone());
            let description = schema
                .as_object_mut()
                .and_then(|it| it.shift_remove("description"));
            json!({
                "name": name, "in": "query", "required": required.contains(&name.as_str()),
                "description": description, "schema": schema,
            })
        })
        .collect()
}

/// An answer leaves out a member that is not required; null is for members that are always there.
fn absent_instead_of_null(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, property) in properties {
        if !required.iter().any(|it| it == name) {
            *property = without_null(property.take());
        }
    }
}

/// A parameter that is left out is not null, as an optional member of a type would be.
fn without_null(mut schema: Value) -> Value {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|it| it != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|it| it["type"] != "null");
        if let [only] = choices.as_slice() {
            let (only, description) = (only.clone(), schema.get("description").cloned());
            schema = only;
            if let Some(description) = description {
                schema["description"] = description;
            }
        }
    }
    schema
}

#[cfg(test)]
mod tests;
