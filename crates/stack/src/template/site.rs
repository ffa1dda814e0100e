//! Response headers that CloudFront adds, read from its distribution and response headers policies.

use serde_json::Value;

use super::{NotRun, Problem, Scope, TemplateError, csp, items, read::Node};

/// One header a response headers policy sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderSpec {
    /// Lower-case name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Whether it replaces what the origin sent.
    pub replaces: bool,
}

/// What the distribution adds to answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteSpec {
    /// For the client's files: the default behavior.
    pub files: Vec<HeaderSpec>,
    /// For `/api/*`: the behavior with that path.
    pub api: Vec<HeaderSpec>,
}

impl SiteSpec {
    pub(super) fn read(scope: &Scope<'_>, not_run: &mut Vec<NotRun>) -> Result<Self, TemplateError> {
        let mut site = Self::default();
        for (id, resource) in scope.template.resources()? {
            if resource.get("Type").and_then(Value::as_str) != Some("AWS::CloudFront::Distribution")
                || !scope.exists(id, resource)?
            {
                continue;
            }
            let at = format!("Resources.{id}.Properties.DistributionConfig");
            let config = resource
                .pointer("/Properties/DistributionConfig")
                .cloned()
                .unwrap_or(Value::Null);
            let config = Node::new(&at, config)?;
            if let Some(behavior) = config.child("DefaultCacheBehavior")? {
                site.files = policy_of(scope, &behavior, id, not_run)?;
            }
            for (idx, behavior) in items(config.get("CacheBehaviors").unwrap_or(&Value::Null))
                .iter()
                .enumerate()
            {
                let behavior = Node::new(format!("{at}.CacheBehaviors[{idx}]"), behavior.clone())?;
                if behavior
                    .get("PathPattern")
                    .and_then(Value::as_str)
                    .is_some_and(|it| it.starts_with("/api"))
                {
                    site.api = policy_of(scope, &behavior, id, not_run)?;
                }
            }
        }
        Ok(site)
    }
}

fn policy_of(
    scope: &Scope<'_>,
    behavior: &Node,
    distribution: &str,
    not_run: &mut Vec<NotRun>,
) -> Result<Vec<HeaderSpec>, TemplateError> {
    let Some(policy) = behavior.get("ResponseHeadersPolicyId") else {
        return Ok(Vec::new());
    };
    let Some(id) = policy.get("Ref").and_then(Value::as_str) else {
        not_run.push(NotRun::new(
            &format!("{distribution}.ResponseHeadersPolicyId"),
            "a managed policy",
        ));
        return Ok(Vec::new());
    };
    let at = format!("Resources.{id}.Properties.ResponseHeadersPolicyConfig");
    let config = scope
        .template
        .resources()?
        .get(id)
        .and_then(|it| it.pointer("/Properties/ResponseHeadersPolicyConfig"))
        .ok_or_else(|| TemplateError::at(&behavior.at, Problem::UnknownName(id.to_owned())))?;
    let config = Node::new(&at, scope.resolve(config, &at)?)?;
    let mut headers = Vec::new();
    for name in config.members.keys() {
        match name.as_str() {
            "SecurityHeadersConfig" => security(&config, &scope.local.aws_url, &mut headers)?,
            "CustomHeadersConfig" => custom(&config, &mut headers)?,
            "Name" | "Comment" => {}
            name => not_run.push(NotRun::property(id, name)),
        }
    }
    Ok(headers)
}

fn custom(config: &Node, headers: &mut Vec<HeaderSpec>) -> Result<(), TemplateError> {
    let Some(custom) = config.child("CustomHeadersConfig")? else {
        return Ok(());
    };
    for (idx, item) in items(custom.get("Items").unwrap_or(&Value::Null))
        .iter()
        .enumerate()
    {
        let item = Node::new(format!("{}.Items[{idx}]", custom.at), item.clone())?;
        headers.push(HeaderSpec {
            name: item.required_text("Header")?.to_lowercase(),
            value: item.required_text("Value")?,
            replaces: item.boolean("Override")?.unwrap_or(false),
        });
    }
    Ok(())
}

fn security(config: &Node, aws_url: &str, headers: &mut Vec<HeaderSpec>) -> Result<(), TemplateError> {
    let Some(security) = config.child("SecurityHeadersConfig")? else {
        return Ok(());
    };
    for name in security.members.keys() {
        let Some(node) = security.child(name)? else {
            continue;
        };
        let (header, value) = match name.as_str() {
            "ContentSecurityPolicy" => (
                "content-security-policy",
                csp::localize(&node.required_text("ContentSecurityPolicy")?, aws_url),
            ),
            "ContentTypeOptions" => ("x-content-type-options", "nosniff".to_owned()),
            "FrameOptions" => ("x-frame-options", node.required_text("FrameOption")?),
            "ReferrerPolicy" => ("referrer-policy", node.required_text("ReferrerPolicy")?),
            "StrictTransportSecurity" => ("strict-transport-security", transport_security(&node)?),
            "XSSProtection" => ("x-xss-protection", xss_protection(&node)?),
            _ => {
                return Err(TemplateError::at(
                    &node.at,
                    Problem::Unsupported(format!("the security header {name}")),
                ));
            }
        };
        headers.push(HeaderSpec {
            name: header.to_owned(),
            value,
            replaces: node.boolean("Override")?.unwrap_or(false),
        });
    }
    Ok(())
}

fn transport_security(node: &Node) -> Result<String, TemplateError> {
    let mut value = format!("max-age={}", node.required_text("AccessControlMaxAgeSec")?);
    if node.boolean("IncludeSubdomains")? == Some(true) {
        value.push_str("; includeSubDomains");
    }
    if node.boolean("Preload")? == Some(true) {
        value.push_str("; preload");
    }
    Ok(value)
}

fn xss_protection(node: &Node) -> Result<String, TemplateError> {
    let on = node.boolean("Protection")?.unwrap_or(false);
    let block = node.boolean("ModeBlock")?.unwrap_or(false);
    Ok(match (on, block) {
        (true, true) => "1; mode=block".to_owned(),
        (true, false) => "1".to_owned(),
        (false, _) => "0".to_owned(),
    })
}
