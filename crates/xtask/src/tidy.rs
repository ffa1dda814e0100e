//! What must hold for the tree as a whole, each rule with the sentence that explains it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{self, cargo, command, output, say};

/// Largest file that may be in git, in bytes: sources and small goldens fit, photos and weights do not.
const FILE_LIMIT_BYTES: u64 = 1_000_000;

/// Checks all rules.
///
/// # Errors
///
/// If any is broken; every breach was printed then.
pub(crate) fn tidy() -> Result<()> {
    let metadata: Value = serde_json::from_str(&output(&mut command(
        &cargo(),
        ["metadata", "--format-version", "1", "--locked"],
    ))?)
    .context("cargo metadata")?;
    let mut breaches = Vec::new();
    edges(&metadata, &mut breaches);
    licences(&metadata, &mut breaches)?;
    files(&mut breaches)?;
    for breach in &breaches {
        say(&format!("   ✗ {breach}"));
    }
    if breaches.is_empty() {
        Ok(())
    } else {
        bail!("{} breach(es) of the tree's rules", breaches.len())
    }
}

/// A direct dependency that must not exist, with its reason.
struct Forbidden {
    from: fn(&Package) -> bool,
    to: &'static [&'static str],
    because: &'static str,
}

struct Package {
    name: String,
    dir: PathBuf,
    dependencies: BTreeSet<String>,
}

impl Package {
    /// A function, or what every function is put together from.
    fn is_in_functions(&self) -> bool {
        let is_function = self
            .dir
            .parent()
            .is_some_and(|parent| parent.ends_with("functions"));
        is_function || ["callers", "lambda-kit"].contains(&self.name.as_str())
    }
}

const RULES: &[Forbidden] = &[
    Forbidden {
        from: |it| it.name == "domain",
        to: &[
            "tokio",
            "futures",
            "serde_json",
            "jiff",
            "rand",
            "reqwest",
            "aws",
            "api",
            "lambda-kit",
            "callers",
            "intake",
        ],
        because: "domain has values and rules: no I/O, no async, no clock, no wire format",
    },
    Forbidden {
        from: |it| it.name != "lambda-kit",
        to: &["lambda_runtime", "lambda_http", "aws_lambda_events"],
        because: "only lambda-kit knows the Lambda runtime; a handler is called from a plain test",
    },
    Forbidden {
        from: Package::is_in_functions,
        to: &["stack", "rekognition-local", "face-engine", "visavis-local"],
        because: "functions reach everything over AWS's protocols, here as on AWS",
    },
    Forbidden {
        from: Package::is_in_functions,
        to: &[
            "aws-sdk-dynamodb",
            "aws-sdk-s3",
            "aws-sdk-rekognition",
            "aws-sdk-sesv2",
            "aws-sdk-sns",
            "aws-sdk-ssm",
        ],
        because: "only the aws crate knows the SDK; handlers take capabilities",
    },
    Forbidden {
        from: |it| it.name == "lambda-kit",
        to: &["aws", "callers"],
        because: "lambda-kit has rules and no service; callers puts both together",
    },
    Forbidden {
        from: |it| it.name == "aws",
        to: &["lambda-kit", "callers"],
        because: "aws has adapters and no decisions; callers puts both together",
    },
    Forbidden {
        from: |it| it.name == "face-engine",
        to: &["rekognition-local", "aws-wire", "serde_json", "tokio", "axum"],
        because: "face-engine knows nothing of Rekognition's JSON nor of networks",
    },
    Forbidden {
        from: |it| it.name == "stack",
        to: &[
            "lambda-kit",
            "api",
            "domain",
            "aws",
            "callers",
            "intake",
            "auth",
            "presign-upload",
            "analyze",
            "erase-account",
            "liveness-challenge",
            "people",
            "low-confidence-notifier",
        ],
        because: "the stack is a cloud, not a part of the application: JSON in, JSON out",
    },
];

fn edges(metadata: &Value, breaches: &mut Vec<String>) {
    for package in workspace(metadata) {
        for rule in RULES.iter().filter(|rule| (rule.from)(&package)) {
            for to in rule.to.iter().filter(|to| package.dependencies.contains(**to)) {
                breaches.push(format!("{} depends on {to}: {}", package.name, rule.because));
            }
        }
    }
}

fn workspace(metadata: &Value) -> Vec<Package> {
    let members: BTreeSet<&str> = metadata["workspace_members"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|package| package["id"].as_str().is_some_and(|id| members.contains(id)))
        .map(|package| Package {
            name: package["name"].as_str().unwrap_or_default().to_owned(),
            dir: Path::new(package["manifest_path"].as_str().unwrap_or_default())
                .parent()
                .map(Path::to_path_buf)
                .unwrap_or_default(),
            dependencies: package["dependencies"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
                .collect(),
        })
        .collect()
}

/// Third-party licences equal `deny.toml`'s list, in both directions.
fn licences(metadata: &Value, breaches: &mut Vec<String>) -> Result<()> {
    let path = run::root().join("deny.toml");
    let deny: toml::Table = std::fs::read_to_string(&path)
        .with_context(|| format!("reading {}", path.display()))?
        .parse()
        .context("deny.toml")?;
    let allowed: BTreeSet<&str> = deny
        .get("licenses")
        .and_then(|it| it.get("allow"))
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect();
    let mut used = BTreeSet::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        if package["source"].is_null() {
            continue;
        }
        let name = package["name"].as_str().unwrap_or_default();
        let expression = package["license"].as_str().unwrap_or("none stated");
        match choose(expression, &allowed) {
            Some(chosen) => used.extend(chosen),
            None => breaches.push(format!(
                "{name} is licensed {expression}, which deny.toml does not allow"
            )),
        }
    }
    for unused in allowed.iter().filter(|licence| !used.contains(**licence)) {
        breaches.push(format!("deny.toml allows {unused}, which no dependency needs"));
    }
    Ok(())
}

/// The licences by which `expression` (SPDX: `AND`, `OR`, `/`, one level of brackets) is satisfied, if it is.
///
/// Every alternative that is allowed counts as used, so that the list does not depend on an order.
fn choose<'a>(expression: &str, allowed: &BTreeSet<&'a str>) -> Option<BTreeSet<&'a str>> {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    let mut used = BTreeSet::new();
    for part in expression.split(" AND ") {
        let found: Vec<&str> = part
            .split(" OR ")
            .filter_map(|name| allowed.get(name.trim()).copied())
            .collect();
        if found.is_empty() {
            return None;
        }
        used.extend(found);
    }
    Some(used)
}

fn files(breaches: &mut Vec<String>) -> Result<()> {
    let listed = output(&mut command("git", ["ls-files", "-z"]))?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let path = run::root().join(name);
        let Ok(about) = std::fs::metadata(&path) else {
            continue;
        };
        if about.len() > FILE_LIMIT_BYTES {
            breaches.push(format!(
                "{name} has {} bytes: data and build output stay out of git",
                about.len()
            ));
        }
        let is_test = name.contains("/tests/") || name.starts_with("tests/");
        if path.extension().is_some_and(|it| it == "rs") && !is_test {
            let text = std::fs::read_to_string(&path)?;
            for unfinished in ["todo!(", "unimplemented!(", "#[ignore"] {
                if text.contains(unfinished) && !name.ends_with("xtask/src/tidy.rs") {
                    breaches.push(format!(
                        "{name} has {unfinished}: finish it or say in the docs that it is missing"
                    ));
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaches of a workspace with one package and one dependency of it.
    fn breaches(folder: &str, name: &str, dependency: &str) -> Vec<String> {
        let metadata = serde_json::json!({
            "workspace_members": ["it"],
            "packages": [{
                "id": "it",
                "name": name,
                "manifest_path": format!("/{folder}/{name}/Cargo.toml"),
                "dependencies": [{ "name": dependency, "kind": null }],
            }],
        });
        let mut breaches = Vec::new();
        edges(&metadata, &mut breaches);
        breaches
    }

    #[test]
    fn callers_puts_together_what_does_not_know_each_other() {
        for (name, dependency) in [("callers", "aws"), ("callers", "lambda-kit")] {
            assert_eq!(
                breaches("crates", name, dependency),
                [] as [&str; 0],
                "{name} {dependency}"
            );
        }
        for (name, dependency) in [
            ("aws", "lambda-kit"),
            ("aws", "callers"),
            ("lambda-kit", "aws"),
            ("lambda-kit", "callers"),
            ("lambda-kit", "aws-sdk-ssm"),
            ("callers", "aws-sdk-dynamodb"),
            ("callers", "stack"),
            ("stack", "callers"),
        ] {
            let found = breaches("crates", name, dependency);
            let edge = format!("{name} depends on {dependency}: ");
            assert!(
                matches!(&found[..], [breach] if breach.starts_with(&edge)),
                "{found:?}"
            );
        }
        assert_eq!(breaches("functions", "auth", "callers"), [] as [&str; 0]);
        assert_eq!(breaches("functions", "auth", "aws-sdk-sesv2").len(), 1);
    }

    #[test]
    fn an_expression_is_satisfied_by_any_allowed_alternative_of_every_part() {
        let allowed = BTreeSet::from(["MIT", "ISC"]);
        assert_eq!(
            choose("MIT OR Apache-2.0", &allowed),
            Some(BTreeSet::from(["MIT"]))
        );
        assert_eq!(
            choose("(MIT OR GPL-3.0) AND ISC", &allowed),
            Some(BTreeSet::from(["MIT", "ISC"]))
        );
        assert_eq!(choose("MIT/Unlicense", &allowed), Some(BTreeSet::from(["MIT"])));
        assert_eq!(choose("ISC AND AGPL-3.0", &allowed), None);
    }
}
