"""Who may call: signatures, keys, clocks and hosts, in every protocol."""

import datetime
import json
import urllib.parse

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from conftest import KEY, REGION, SECRET, make_client

MISMATCH = "The request signature we calculated does not match the signature you provided."
UNKNOWN_KEY = "The security token included in the request is invalid."

# A harmless call of each service.
CALLS = {
    "dynamodb": lambda client: client.list_tables(),
    "rekognition": lambda client: client.detect_faces(Image={"Bytes": b"x"}),
    "sns": lambda client: client.list_topics(),
    "ssm": lambda client: client.get_parameter(Name="/none"),
    "s3": lambda client: client.list_buckets(),
}
CODES = {
    # service: (wrong secret, unknown key, status)
    "dynamodb": ("InvalidSignatureException", "UnrecognizedClientException", 400),
    "rekognition": ("InvalidSignatureException", "UnrecognizedClientException", 400),
    "ssm": ("InvalidSignatureException", "UnrecognizedClientException", 400),
    "sns": ("SignatureDoesNotMatch", "InvalidClientTokenId", 403),
    "s3": ("SignatureDoesNotMatch", "InvalidAccessKeyId", 403),
}


def refused(call, client):
    with pytest.raises(ClientError) as caught:
        call(client)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


@pytest.mark.parametrize("service", CODES)
def test_a_wrong_secret_is_refused(aws_url, service):
    wrong, _, expected = CODES[service]
    status, code, message = refused(CALLS[service], make_client(service, aws_url, secret="guess"))
    assert (status, code) == (expected, wrong)
    assert message.startswith(MISMATCH.rstrip("."))


@pytest.mark.parametrize("service", CODES)
def test_an_unknown_key_is_refused(aws_url, service):
    _, unknown, expected = CODES[service]
    status, code, message = refused(CALLS[service], make_client(service, aws_url, key="AKIANOBODY"))
    assert (status, code) == (expected, unknown)
    if service not in ("s3",):
        assert message == UNKNOWN_KEY


@pytest.mark.parametrize("service", ["dynamodb", "rekognition", "ssm"])
def test_a_session_token_that_was_never_given_out_is_refused(aws_url, service):
    status, code, message = refused(CALLS[service], make_client(service, aws_url, token="made-up"))
    assert (status, code, message) == (400, "UnrecognizedClientException", UNKNOWN_KEY)


# ---- below the SDK


class At(SigV4Auth):
    """A signer whose clock is off."""

    def __init__(self, *args, offset=0):
        super().__init__(*args)
        self.offset = datetime.timedelta(seconds=offset)

    def add_auth(self, request):
        from botocore import auth

        now = datetime.datetime.now(datetime.UTC) + self.offset
        original = auth.get_current_datetime
        auth.get_current_datetime = lambda **_: now.replace(tzinfo=None)
        try:
            super().add_auth(request)
        finally:
            auth.get_current_datetime = original


def signed(url, offset=0, service="rekognition", body="{}", headers=(), path="/"):
    """A signed request, as headers that a test may change before sending."""
    request = AWSRequest(
        "POST",
        url + path,
        data=body,
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "RekognitionService.DetectFaces",
            **dict(headers),
        },
    )
    At(Credentials(KEY, SECRET), service, REGION, offset=offset).add_auth(request)
    return dict(request.prepare().headers.items())


def send(url, headers, body="{}", path="/", method="POST"):
    response = requests.request(method, url + path, data=body, headers=headers, timeout=30)
    error = response.json()
    return response.status_code, response.headers["x-amzn-errortype"], error.get("Message", error.get("message"))


def test_the_request_that_the_others_differ_from_is_accepted(aws_url):
    assert send(aws_url, signed(aws_url))[1] == "InvalidParameterException", "a complaint about the input, not the caller"


def test_no_authorization(aws_url):
    headers = signed(aws_url)
    del headers["Authorization"]
    assert send(aws_url, headers)[:2] == (400, "MissingAuthenticationTokenException")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        ("Credential=", "Credentials="),
        ("SignedHeaders=", "Headers="),
        ("Signature=", "Sig="),
        ("/aws4_request", ""),
        ("/aws4_request", "/aws3_request"),
    ],
)
def test_an_authorization_that_cannot_be_read(aws_url, old, new):
    headers = signed(aws_url)
    headers["Authorization"] = headers["Authorization"].replace(old, new)
    assert send(aws_url, headers)[:2] == (400, "IncompleteSignatureException")


@pytest.mark.parametrize("offset", [-290, 290])
def test_a_clock_may_be_off_by_some_minutes(aws_url, offset):
    assert send(aws_url, signed(aws_url, offset))[1] == "InvalidParameterException"


@pytest.mark.parametrize(("offset", "sentence"), [(-310, "Signature expired: "), (310, "Signature not yet current: ")])
def test_but_not_by_more_than_five(aws_url, offset, sentence):
    status, code, message = send(aws_url, signed(aws_url, offset))
    assert (status, code) == (400, "InvalidSignatureException")
    assert message.startswith(sentence)


def test_each_part_of_the_request_is_signed(aws_url):
    good = signed(aws_url)
    mutants = {
        "body": {"body": '{"Image":{}}'},
        "path": {"path": "/x"},
        "query": {"path": "/?x=1"},
        "method": {"method": "PUT"},
        "target": {"headers": {**good, "X-Amz-Target": "RekognitionService.ListFaces"}},
        "date": {"headers": {**good, "X-Amz-Date": good["X-Amz-Date"][:-2] + ("1Z" if good["X-Amz-Date"][-2] != "1" else "2Z")}},
        "signature": {"headers": {**good, "Authorization": good["Authorization"][:-1] + ("0" if good["Authorization"][-1] != "0" else "1")}},
        "host": {"headers": {**good, "Host": "localhost:1"}},
    }
    for name, change in mutants.items():
        code = send(aws_url, change.get("headers", good), **{k: v for k, v in change.items() if k != "headers"})[1]
        assert code == "InvalidSignatureException", name


def test_an_amz_header_that_nobody_signed_is_refused(aws_url):
    headers = {**signed(aws_url), "X-Amz-Security-Token": "x"}
    status, code, message = send(aws_url, headers)
    assert (status, code) == (400, "InvalidSignatureException")
    assert message.endswith("not signed: x-amz-security-token")


def test_a_false_payload_hash_is_refused_although_it_was_signed(aws_url):
    headers = signed(aws_url, headers={"X-Amz-Content-SHA256": "0" * 64})
    assert send(aws_url, headers)[1] == "InvalidSignatureException"


def test_a_signature_for_one_service_does_not_serve_another(aws_url, dynamodb):
    table = json.dumps({"TableName": "x"})
    headers = signed(aws_url, service="ssm", body=table, headers={"X-Amz-Target": "DynamoDB_20120810.DeleteTable"})
    assert send(aws_url, headers, body=table)[1] in ("UnknownOperationException", "InvalidSignatureException")


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.nip.io", "attacker.test:4566", "10.0.0.1"])
def test_a_foreign_host_is_refused_before_anything_else(aws_url, host):
    assert send(aws_url, {**signed(aws_url), "Host": host})[0] == 403
    for method in ("GET", "POST", "PUT", "OPTIONS"):
        assert requests.request(method, aws_url + "/bucket/key", headers={"Host": host}, timeout=30).status_code == 403


def test_localhost_by_name_is_no_foreign_host(aws_url):
    port = urllib.parse.urlsplit(aws_url).port
    local = f"http://localhost:{port}"
    headers = signed(local)
    assert send(aws_url, {**headers, "Host": f"localhost:{port}"})[1] == "InvalidParameterException"


def test_a_service_that_is_not_here_says_so(aws_url):
    for service, call in {
        "sts": lambda client: client.get_caller_identity(),
        "secretsmanager": lambda client: client.list_secrets(),
        "lambda": lambda client: client.list_functions(),
        "kms": lambda client: client.list_keys(),
    }.items():
        client = make_client(service, aws_url, watched=False)
        status, _, message = refused(call, client)
        assert status == 501, service
        assert service in message


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/uploads", "/_stack/outbox.json"])
def test_a_foreign_host_reaches_neither_client_nor_api(http_url, path):
    assert requests.get(http_url + path, headers={"Host": "attacker.test"}, timeout=30).status_code == 421
