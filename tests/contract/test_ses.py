"""SES: one plain mail, and that it reaches the outbox."""

import uuid

import pytest
import requests
from botocore.exceptions import ClientError


def mail(**changes):
    parameters = {
        "FromEmailAddress": "visavis@example.org",
        "Destination": {"ToAddresses": ["ada@example.org"]},
        "Content": {"Simple": {"Subject": {"Data": "A link"}, "Body": {"Text": {"Data": "x"}}}},
    }
    return parameters | changes


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]


def test_a_mail_has_an_id_and_reaches_the_outbox(ses, http_url):
    marker = f"contract {uuid.uuid4()} <&> ü"
    content = {"Simple": {"Subject": {"Data": "A link"}, "Body": {"Text": {"Data": marker, "Charset": "UTF-8"}}}}
    message_id = ses.send_email(**mail(Content=content))["MessageId"]
    assert message_id
    outbox = requests.get(f"{http_url}/_stack/outbox.json", timeout=30)
    assert outbox.status_code == 200
    assert message_id in outbox.text and marker.split()[1] in outbox.text


def test_mistakes_are_named(ses):
    assert refused(ses.send_email, **mail(Destination={})) == (400, "BadRequestException")
    assert refused(ses.send_email, **mail(FromEmailAddress="nobody")) == (400, "BadRequestException")
    many = {"ToAddresses": ["a@example.org"] * 51}
    assert refused(ses.send_email, **mail(Destination=many)) == (400, "BadRequestException")


def test_what_is_not_supported_says_so(ses):
    assert refused(ses.send_email, **mail(Content={"Raw": {"Data": b"x"}}))[0] == 501
    assert refused(ses.list_email_identities)[0] == 501
