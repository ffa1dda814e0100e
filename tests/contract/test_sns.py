"""SNS: the query protocol, and that a publication reaches the outbox."""

import uuid

import pytest
import requests
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def topic(sns):
    return next(it["TopicArn"] for it in sns.list_topics()["Topics"] if "alerts" in it["TopicArn"].lower())


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]


def test_a_publication_has_an_id_and_reaches_the_outbox(sns, topic, http_url):
    marker = f"contract {uuid.uuid4()} <&> ü"
    first = sns.publish(TopicArn=topic, Subject="Low confidence", Message=marker)["MessageId"]
    second = sns.publish(TopicArn=topic, Message=marker)["MessageId"]
    assert uuid.UUID(first) and first != second
    assert topic.split(":")[:5] == ["arn", "aws", "sns", "eu-west-1", "000000000000"]
    outbox = requests.get(f"{http_url}/_stack/outbox.json", timeout=30)
    assert outbox.status_code == 200
    assert outbox.text.count(marker.split()[1]) >= 2


def test_attributes_and_json_structure_are_taken(sns, topic):
    attributes = {"kind": {"DataType": "String", "StringValue": "test"}}
    assert sns.publish(TopicArn=topic, Message="x", MessageAttributes=attributes)["MessageId"]
    assert sns.publish(TopicArn=topic, Message='{"default": "x", "email": "y"}', MessageStructure="json")["MessageId"]


def test_mistakes_are_named(sns, topic):
    unknown = topic.rsplit(":", 1)[0] + ":nothing"
    assert refused(sns.publish, TopicArn=unknown, Message="x") == (404, "NotFound")
    assert refused(sns.publish, TopicArn=topic, Message="") == (400, "InvalidParameter")
    assert refused(sns.publish, TopicArn=topic, Message="x" * 262_145) == (400, "InvalidParameter")
    assert refused(sns.publish, TopicArn=topic, Message="x", Subject="x" * 101) == (400, "InvalidParameter")
    assert refused(sns.publish, TopicArn=topic, Message="x", Subject="a\nb") == (400, "InvalidParameter")
    assert refused(sns.publish, Message="x") == (400, "InvalidParameter")


def test_what_is_not_supported_says_so(sns, topic):
    assert refused(sns.create_topic, Name="another")[0] == 501
    assert refused(sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="a@example.org")[0] == 501
    assert refused(sns.publish, PhoneNumber="+491700000000", Message="x")[0] == 501
