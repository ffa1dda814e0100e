//! Reads `template.yaml` for the tests that compare it with the code.
//!
//! Deliberately small and deliberately not the local stack's reader: what that one misreads, this one should
//! notice. Intrinsic functions are kept as they are written and only looked through where a test needs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

/// Folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The parsed template.
#[derive(Debug)]
pub struct Template(Value);

impl Template {
    /// Reads `template.yaml`.
    ///
    /// # Panics
    ///
    /// If the file is not there or is not YAML: then there is nothing to test.
    #[must_use]
    pub fn read() -> Self {
        let path = root().join("template.yaml");
        let text = std::fs::read_to_string(&path).expect("template.yaml is readable");
        Self(serde_yaml_ng::from_str(&text).expect("template.yaml is YAML"))
    }

    /// A top-level section, `Parameters` or `Outputs`, by name.
    #[must_use]
    pub fn section(&self, name: &str) -> BTreeMap<String, Value> {
        map(&self.0[name])
    }

    /// Resources of a type, by logical id.
    #[must_use]
    pub fn resources(&self, kind: &str) -> BTreeMap<String, Value> {
        let all = self.section("Resources").into_iter();
        all.filter(|(_, it)| it["Type"].as_str() == Some(kind)).collect()
    }

    /// Functions by logical id.
    #[must_use]
    pub fn functions(&self) -> BTreeMap<String, FunctionResource> {
        let found = self.resources("AWS::Serverless::Function").into_iter();
        found.map(|(id, it)| (id, FunctionResource(it))).collect()
    }

    /// Global setting of functions, of which a function's own takes precedence.
    #[must_use]
    pub fn global(&self, name: &str) -> &Value {
        &self.0["Globals"]["Function"][name]
    }

    /// Logical id of what a policy's `Resource` names, followed by the part of it, `UploadsBucket/u/*`.
    ///
    /// Parameters of the parameter store and Rekognition's collections are no resources of the template; parameters are named
    /// by their path below the stack's, `parameter/auth/jwks`, and the collections of all accounts are `collection/*`.
    ///
    /// # Panics
    ///
    /// If the resource is named in a way this reader does not know.
    #[must_use]
    pub fn named_by(&self, resource: &Value) -> String {
        match intrinsic(resource) {
            Some(("Ref", Value::String(id))) => id.clone(),
            Some(("GetAtt", Value::String(attribute))) => attribute
                .strip_suffix(".Arn")
                .expect("a policy names an ARN")
                .to_owned(),
            Some(("Sub", Value::String(text))) => self.named_by_arn(text),
            None if resource.as_str() == Some("*") => "*".to_owned(),
            other => panic!("cannot tell what {other:?} names"),
        }
    }

    fn named_by_arn(&self, arn: &str) -> String {
        const PARAMETER: &str =
            "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}/";
        // Accounts have UUIDs; a star would also stand for `dev-` and a UUID.
        const COLLECTIONS: &str = "arn:${AWS::Partition}:rekognition:${AWS::Region}:${AWS::AccountId}:\
            collection/${AWS::StackName}-????????-????-????-????-????????????";
        if let Some(name) = arn.strip_prefix(PARAMETER) {
            return format!("parameter/{name}");
        }
        if arn == COLLECTIONS {
            return "collection/*".to_owned();
        }
        if let Some(name) = arn.strip_prefix("arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:") {
            return name.to_owned();
        }
        // An index of a table.
        if let Some((table, index)) = arn
            .strip_prefix("${")
            .and_then(|it| it.split_once(".Arn}/index/"))
        {
            return format!("{table}/index/{index}");
        }
        let name = arn
            .strip_prefix("arn:${AWS::Partition}:s3:::")
            .expect("an ARN of S3, of SES, of a parameter, of a collection or of an index");
        for (id, bucket) in self.resources("AWS::S3::Bucket") {
            let Some(("Sub", Value::String(bucket_name))) = intrinsic(&bucket["Properties"]["BucketName"])
            else {
                panic!("{id} has a name of its own");
            };
            if let Some(rest) = name.strip_prefix(bucket_name.as_str()) {
                return format!("{id}{rest}");
            }
        }
        panic!("no bucket of the template has the name in {arn}");
    }
}

/// A function as the template declares it.
#[derive(Debug)]
pub struct FunctionResource(Value);

/// One statement of a function's policies.
#[derive(Debug)]
pub struct Statement {
    /// Name of the statement.
    pub sid: String,
    /// What it allows.
    pub actions: Vec<String>,
    /// On what, still as it is written.
    pub resources: Vec<Value>,
}

impl FunctionResource {
    /// A property of the function.
    #[must_use]
    pub fn property(&self, name: &str) -> &Value {
        &self.0["Properties"][name]
    }

    /// Name of the binary that is built for it.
    #[must_use]
    pub fn binary(&self) -> &str {
        self.0["Metadata"]["BuildProperties"]["Binary"]
            .as_str()
            .unwrap_or_default()
    }

    /// How it is built.
    #[must_use]
    pub fn build_method(&self) -> &str {
        self.0["Metadata"]["BuildMethod"].as_str().unwrap_or_default()
    }

    /// Environment variables by name.
    #[must_use]
    pub fn env(&self) -> BTreeMap<String, Value> {
        map(&self.property("Environment")["Variables"])
    }

    /// Statements of its policies.
    ///
    /// # Panics
    ///
    /// If a policy is not a list of statements that allow: SAM's policy templates grant more than one
    /// capability, and a denial would hide what is allowed.
    #[must_use]
    pub fn statements(&self) -> Vec<Statement> {
        let policies = self
            .property("Policies")
            .as_sequence()
            .expect("a list of policies");
        let statements = policies
            .iter()
            .flat_map(|it| it["Statement"].as_sequence().expect("statements"));
        statements
            .map(|it| {
                assert_eq!(it["Effect"].as_str(), Some("Allow"));
                Statement {
                    sid: it["Sid"].as_str().expect("a statement has a Sid").to_owned(),
                    actions: one_or_more(&it["Action"]).iter().map(text).collect(),
                    resources: one_or_more(&it["Resource"]),
                }
            })
            .collect()
    }

    /// Events of a type by their name.
    #[must_use]
    pub fn events(&self, kind: &str) -> BTreeMap<String, Value> {
        let all = map(self.property("Events")).into_iter();
        all.filter(|(_, it)| it["Type"].as_str() == Some(kind))
            .map(|(name, it)| (name, it["Properties"].clone()))
            .collect()
    }

    /// Method and path of its routes.
    #[must_use]
    pub fn routes(&self) -> Vec<(String, String)> {
        self.events("HttpApi")
            .values()
            .map(|it| (text(&it["Method"]), text(&it["Path"])))
            .collect()
    }
}

/// Name and argument of an intrinsic function in YAML's short form, `!Ref X`.
#[must_use]
pub fn intrinsic(value: &Value) -> Option<(&str, &Value)> {
    let Value::Tagged(tagged) = value else {
        return None;
    };
    // `Tag` shows itself with the exclamation mark and compares without it.
    let names = ["Ref", "GetAtt", "Sub", "If", "Equals", "Not", "And", "Or"];
    names
        .into_iter()
        .find(|it| tagged.tag == **it)
        .map(|it| (it, &tagged.value))
}

/// Every `!Ref`, `!GetAtt` and `${…}` inside `value`, as logical ids.
#[must_use]
pub fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Tagged(tagged) => match intrinsic(value) {
            Some(("Ref", Value::String(id))) => vec![id.clone()],
            Some(("GetAtt", Value::String(attribute))) => {
                vec![attribute.split('.').next().unwrap_or_default().to_owned()]
            }
            Some(("Sub", Value::String(text))) => substituted(text),
            Some(("If", Value::Sequence(parts))) => {
                let branches = parts.iter().skip(1);
                branches.flat_map(references).collect()
            }
            _ => references(&tagged.value),
        },
        Value::Sequence(items) => items.iter().flat_map(references).collect(),
        Value::Mapping(members) => members.values().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn substituted(text: &str) -> Vec<String> {
    let holes = text.split("${").skip(1).filter_map(|it| it.split_once('}'));
    holes
        .map(|(name, _)| name.split('.').next().unwrap_or_default().to_owned())
        .collect()
}

/// The members of a mapping by name; none for anything else.
#[must_use]
pub fn map(value: &Value) -> BTreeMap<String, Value> {
    let members = value.as_mapping().into_iter().flatten();
    members.map(|(name, it)| (text(name), it.clone())).collect()
}

/// A string as it is.
///
/// # Panics
///
/// If it is none.
#[must_use]
pub fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn one_or_more(value: &Value) -> Vec<Value> {
    value
        .as_sequence()
        .cloned()
        .unwrap_or_else(|| vec![value.clone()])
}
