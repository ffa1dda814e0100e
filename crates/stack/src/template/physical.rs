//! Physical names, references and attributes of resources, as CloudFormation documents them per type.

use super::Local;

/// Identifier of the one HTTP API.
pub(super) const API_ID: &str = "local";

/// The property that names a resource of this type.
pub(super) fn name_property(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::S3::Bucket" => "BucketName",
        "AWS::Serverless::Function" | "AWS::Lambda::Function" => "FunctionName",
        "AWS::SNS::Topic" => "TopicName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::SSM::Parameter" | "AWS::SecretsManager::Secret" => "Name",
        "AWS::Logs::LogGroup" => "LogGroupName",
        "AWS::IAM::Role" => "RoleName",
        "AWS::KMS::Alias" => "AliasName",
        _ => return None,
    })
}

/// The name CloudFormation would generate, without its random suffix.
pub(super) fn default_name(kind: &str, stack_name: &str, logical_id: &str) -> String {
    let name = format!("{stack_name}-{logical_id}");
    match kind {
        "AWS::S3::Bucket" => name.to_lowercase(),
        "AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api" => API_ID.to_owned(),
        _ => name,
    }
}

/// What `!Ref` gives.
pub(super) fn reference(kind: &str, name: &str, local: &Local) -> String {
    match kind {
        "AWS::SNS::Topic" => arn(local, "sns", name),
        "AWS::SQS::Queue" => format!("{}/{}/{name}", local.aws_url, local.account),
        "AWS::SecretsManager::Secret" => arn(local, "secretsmanager", &format!("secret:{name}")),
        _ => name.to_owned(),
    }
}

/// What `!GetAtt` gives; `None` for attributes without a local value.
pub(super) fn attribute(kind: &str, attribute: &str, name: &str, local: &Local) -> Option<String> {
    let service_arn = |service: &str, resource: String| Some(arn(local, service, &resource));
    match (kind, attribute) {
        ("AWS::DynamoDB::Table", "Arn") => service_arn("dynamodb", format!("table/{name}")),
        ("AWS::S3::Bucket", "Arn") => Some(format!("arn:aws:s3:::{name}")),
        ("AWS::S3::Bucket", "DomainName") => Some(format!("{name}.s3.amazonaws.com")),
        ("AWS::S3::Bucket", "RegionalDomainName") => {
            Some(format!("{name}.s3.{}.amazonaws.com", local.region))
        }
        ("AWS::Serverless::Function" | "AWS::Lambda::Function", "Arn") => {
            service_arn("lambda", format!("function:{name}"))
        }
        ("AWS::SNS::Topic", "TopicArn") => service_arn("sns", name.to_owned()),
        ("AWS::SNS::Topic", "TopicName")
        | ("AWS::SQS::Queue", "QueueName")
        | ("AWS::CloudFront::Distribution", "Id") => Some(name.to_owned()),
        ("AWS::SQS::Queue", "Arn") => service_arn("sqs", name.to_owned()),
        ("AWS::SQS::Queue", "QueueUrl") => Some(reference(kind, name, local)),
        ("AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api", "ApiEndpoint") => {
            Some(local.http_url.clone())
        }
        ("AWS::CloudFront::Distribution", "DomainName") => Some(local.site_domain().to_owned()),
        ("AWS::KMS::Key", "Arn") => service_arn("kms", format!("key/{name}")),
        ("AWS::Logs::LogGroup", "Arn") => service_arn("logs", format!("log-group:{name}:*")),
        ("AWS::IAM::Role", "Arn") => Some(format!("arn:aws:iam::{}:role/{name}", local.account)),
        _ => None,
    }
}

fn arn(local: &Local, service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{}:{}:{resource}", local.region, local.account)
}
