use serde_json::json;

use super::*;

const TEMPLATE: &str = r"
Parameters:
  Stage: { Type: String, Default: dev }
  Hosts: { Type: CommaDelimitedList, Default: 'a,b' }
Mappings:
  Sizes: { dev: { memory: 256 } }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsNotProd: !Not [!Condition IsProd]
  Both: !And [!Condition IsNotProd, !Or [!Condition IsProd, !Equals [a, a]]]
Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { TableName: !Sub '${AWS::StackName}-rows' } }
  Files: { Type: AWS::S3::Bucket, Properties: { BucketName: !Sub '${AWS::StackName}-${AWS::AccountId}-files' } }
  Alarms: { Type: AWS::SNS::Topic }
  Dead: { Type: AWS::SQS::Queue }
  Site: { Type: AWS::CloudFront::Distribution }
  Gone: { Type: AWS::S3::Bucket, Condition: IsProd }
  Loop: { Type: AWS::S3::Bucket, Properties: { BucketName: !Sub '${Loop}-x' } }
";

fn local() -> Local {
    Local {
        region: "eu-west-1".into(),
        account: "000000000000".into(),
        stack_name: "visavis".into(),
        http_url: "http://127.0.0.1:8080".into(),
        aws_url: "http://127.0.0.1:4566".into(),
    }
}

fn resolve(yaml: &str) -> Result<Value, TemplateError> {
    let template = Template::parse(TEMPLATE).unwrap();
    let scope = Scope::new(&template, local(), &BTreeMap::new()).unwrap();
    scope.resolve(&super::super::yaml::parse(yaml).unwrap(), "here")
}

#[test]
fn names_and_attributes_have_their_local_values() {
    assert_eq!(resolve("!Ref Table").unwrap(), "visavis-rows");
    assert_eq!(
        resolve("!GetAtt Table.Arn").unwrap(),
        "arn:aws:dynamodb:eu-west-1:000000000000:table/visavis-rows"
    );
    assert_eq!(
        resolve("!GetAtt Files.Arn").unwrap(),
        "arn:aws:s3:::visavis-000000000000-files"
    );
    assert_eq!(
        resolve("!Ref Alarms").unwrap(),
        "arn:aws:sns:eu-west-1:000000000000:visavis-Alarms"
    );
    assert_eq!(
        resolve("!GetAtt [Dead, Arn]").unwrap(),
        "arn:aws:sqs:eu-west-1:000000000000:visavis-Dead"
    );
}

#[test]
fn sub_takes_names_attributes_variables_and_literals() {
    assert_eq!(
        resolve("!Sub '${Files.Arn}/u/*'").unwrap(),
        "arn:aws:s3:::visavis-000000000000-files/u/*"
    );
    assert_eq!(
        resolve("!Sub ['${Word}-${!Kept}', { Word: !Ref Stage }]").unwrap(),
        "dev-${Kept}"
    );
    assert!(
        resolve("!Sub '${Nobody}'")
            .unwrap_err()
            .to_string()
            .contains("here: `Nobody`")
    );
}

#[test]
fn the_sites_address_is_the_local_one() {
    assert_eq!(
        resolve("!Sub 'https://${Site.DomainName}'").unwrap(),
        "http://127.0.0.1:8080"
    );
}

#[test]
fn lists_can_be_joined_split_and_selected() {
    assert_eq!(resolve("!Join ['/', [x, !Ref Stage]]").unwrap(), "x/dev");
    assert_eq!(resolve("!Join [';', !Ref Hosts]").unwrap(), "a;b");
    assert_eq!(resolve("!Select [1, !Split ['-', a-b-c]]").unwrap(), "b");
    assert_eq!(resolve("!FindInMap [Sizes, !Ref Stage, memory]").unwrap(), 256);
    assert!(resolve("!Select [7, !Ref Hosts]").is_err());
}

#[test]
fn conditions_choose_and_no_value_disappears() {
    assert_eq!(resolve("!If [IsProd, 1, 2]").unwrap(), 2);
    assert_eq!(resolve("!If [Both, 1, 2]").unwrap(), 1);
    assert_eq!(
        resolve("{ a: 1, b: !If [IsProd, 1, !Ref AWS::NoValue] }").unwrap(),
        json!({"a": 1})
    );
    assert_eq!(resolve("[!Ref AWS::NoValue, 1]").unwrap(), json!([1]));
    assert!(resolve("!If [Unheard, 1, 2]").is_err());
}

#[test]
fn what_cannot_be_known_is_an_error_that_names_the_node() {
    for (yaml, word) in [
        ("{ x: !Ref Nobody }", "here.x: `Nobody`"),
        (
            "!GetAtt Table.Color",
            "no attribute `Color` of AWS::DynamoDB::Table",
        ),
        ("!Ref Gone", "does not exist"),
        ("!Ref Loop", "refers to itself"),
        ("!GetAZs eu-west-1", "Fn::GetAZs"),
    ] {
        let message = resolve(yaml).unwrap_err().to_string();
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn an_attribute_known_later_can_be_added() {
    let template = Template::parse(TEMPLATE).unwrap();
    let scope = Scope::new(&template, local(), &BTreeMap::new()).unwrap();
    let scope = scope.knowing("Table", "StreamArn", "arn:stream".into());
    assert_eq!(
        scope.attribute("Table", "StreamArn", "here").unwrap(),
        "arn:stream"
    );
}
