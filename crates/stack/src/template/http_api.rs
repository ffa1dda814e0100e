//! Routes and settings of the HTTP API.

use serde_json::Value;

use super::{NotRun, Problem, Scope, TemplateError, globals, read::Node};

/// Longest an HTTP API waits for its integration, in milliseconds; also the default.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const MAX_TIMEOUT_MS: i64 = 30_000;

/// One `HttpApi` event of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSpec {
    /// Upper-case method, `ANY`, or empty for `$default`.
    pub method: String,
    /// Path with `{name}` and `{name+}`, or empty for `$default`.
    pub path: String,
    /// How long the gateway waits for the function.
    pub timeout_ms: u32,
}

impl RouteSpec {
    /// `METHOD /path` or `$default`, as it stands in events.
    #[must_use]
    pub fn key(&self) -> String {
        if self.path.is_empty() {
            "$default".to_owned()
        } else {
            format!("{} {}", self.method, self.path)
        }
    }

    pub(super) fn read(event: &Node) -> Result<Self, TemplateError> {
        let properties = event.child("Properties")?.unwrap_or(Node {
            at: event.at.clone(),
            members: serde_json::Map::new(),
        });
        for name in ["Auth"] {
            if properties.get(name).is_some() {
                return Err(unsupported(properties.at(name), "authorizers of the HTTP API"));
            }
        }
        if let Some(version) = properties.text("PayloadFormatVersion")?.filter(|it| it != "2.0") {
            let what = format!("payload format {version}; the gateway speaks 2.0");
            return Err(unsupported(properties.at("PayloadFormatVersion"), &what));
        }
        let timeout_ms = properties.integer("TimeoutInMillis")?.unwrap_or(MAX_TIMEOUT_MS);
        let timeout_ms = u32::try_from(timeout_ms)
            .ok()
            .filter(|it| (50..=MAX_TIMEOUT_MS).contains(&i64::from(*it)))
            .ok_or_else(|| {
                TemplateError::at(
                    properties.at("TimeoutInMillis"),
                    Problem::Expected("50 to 30000 ms"),
                )
            })?;
        let (method, path) = (properties.text("Method")?, properties.text("Path")?);
        let (method, path) = match (method, path) {
            (None, None) => (String::new(), String::new()),
            (_, Some(path)) if path == "$default" => (String::new(), String::new()),
            (method, Some(path)) if path.starts_with('/') => {
                let method = method.unwrap_or_else(|| "ANY".to_owned()).to_uppercase();
                (
                    if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
                        "ANY".to_owned()
                    } else {
                        method
                    },
                    path,
                )
            }
            _ => {
                return Err(TemplateError::at(
                    properties.at("Path"),
                    Problem::Expected("a path that starts with /"),
                ));
            }
        };
        Ok(Self {
            method,
            path,
            timeout_ms,
        })
    }
}

fn unsupported(at: String, what: &str) -> TemplateError {
    TemplateError::at(at, Problem::Unsupported(what.to_owned()))
}

/// `CorsConfiguration` of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorsSpec {
    /// Origins, or `*`.
    pub allow_origins: Vec<String>,
    /// Methods, or `*`.
    pub allow_methods: Vec<String>,
    /// Request headers, or `*`.
    pub allow_headers: Vec<String>,
    /// Response headers a page may read.
    pub expose_headers: Vec<String>,
    /// How long a browser may keep the answer of a preflight.
    pub max_age_s: Option<i64>,
    /// Whether credentials may be sent.
    pub allow_credentials: bool,
}

/// The HTTP API as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiSpec {
    /// CORS, if configured.
    pub cors: Option<CorsSpec>,
}

/// Properties that change nothing about how the API answers here.
const WITHOUT_EFFECT: &[&str] = &[
    "AccessLogSettings",
    "DefaultRouteSettings",
    "Description",
    "DisableExecuteApiEndpoint",
    "Name",
    "PropagateTags",
    "RouteSettings",
    "StageName",
    "Tags",
];

impl ApiSpec {
    /// Reads the one `AWS::Serverless::HttpApi`; the implicit API of SAM has no settings.
    pub(super) fn read(scope: &Scope<'_>, not_run: &mut Vec<NotRun>) -> Result<Self, TemplateError> {
        let mut found: Option<(String, Self)> = None;
        for (id, resource) in scope.template.resources()? {
            if resource.get("Type").and_then(Value::as_str) != Some("AWS::Serverless::HttpApi")
                || !scope.exists(id, resource)?
            {
                continue;
            }
            let at = format!("Resources.{id}");
            if let Some((other, _)) = &found {
                return Err(unsupported(at, &format!("a second HTTP API beside {other}")));
            }
            let properties = globals::properties(scope.template, "HttpApi", resource)?;
            let at = format!("{at}.Properties");
            let raw = Node::new(at, properties)?;
            let mut api = Self::default();
            for (name, value) in &raw.members {
                match name.as_str() {
                    "CorsConfiguration" => api.cors = cors(scope, &raw, value)?,
                    "Auth" | "Domain" | "DefinitionBody" | "DefinitionUri" => {
                        return Err(unsupported(raw.at(name), &format!("`{name}` of the HTTP API")));
                    }
                    name if WITHOUT_EFFECT.contains(&name) => {}
                    name => not_run.push(NotRun::property(id, name)),
                }
            }
            found = Some((id.clone(), api));
        }
        Ok(found.map(|(_, api)| api).unwrap_or_default())
    }
}

fn cors(scope: &Scope<'_>, raw: &Node, value: &Value) -> Result<Option<CorsSpec>, TemplateError> {
    let at = raw.at("CorsConfiguration");
    Ok(match scope.resolve_or_nothing(value, &at)? {
        None | Some(Value::Bool(false)) => None,
        // SAM: `true` allows every origin.
        Some(Value::Bool(true)) => Some(CorsSpec {
            allow_origins: vec!["*".to_owned()],
            ..CorsSpec::default()
        }),
        Some(Value::String(origin)) => Some(CorsSpec {
            allow_origins: vec![origin],
            ..CorsSpec::default()
        }),
        Some(value) => {
            let node = Node::new(at, value)?;
            Some(CorsSpec {
                allow_origins: node.texts("AllowOrigins")?,
                allow_methods: node.texts("AllowMethods")?,
                allow_headers: node.texts("AllowHeaders")?,
                expose_headers: node.texts("ExposeHeaders")?,
                max_age_s: node.integer("MaxAge")?,
                allow_credentials: node.boolean("AllowCredentials")?.unwrap_or(false),
            })
        }
    })
}
