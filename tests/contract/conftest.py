"""Where the endpoints are, and clients for them.

Nothing here is skipped: an endpoint that was not named or does not answer fails every test that needs it.
"""

import contextlib
import os
import pathlib
import socket
import urllib.parse
import uuid

import boto3
import pytest
from botocore.config import Config

import conformance
import portraits
import recognition

REGION = "eu-west-1"
KEY = SECRET = "test"

OPTIONS = {
    "aws_url": ("VISAVIS_AWS_URL", "URL of the AWS endpoints, e.g. http://127.0.0.1:4566"),
    "http_url": ("VISAVIS_HTTP_URL", "URL of client and API, e.g. http://127.0.0.1:8080"),
    "samples": ("SAMPLES", "folder of the package's sample1.jpg to sample6.jpg"),
}


def pytest_addoption(parser):
    for name, (variable, text) in OPTIONS.items():
        parser.addoption(f"--{name.replace('_', '-')}", default=os.environ.get(variable), help=f"{text} [{variable}]")


def _setting(request, name):
    value = request.config.getoption(name)
    if not value:
        variable, text = OPTIONS[name]
        pytest.fail(f"set {variable} or --{name.replace('_', '-')}: {text}", pytrace=False)
    return value


@pytest.fixture(scope="session")
def aws_url(request):
    url = _setting(request, "aws_url").rstrip("/")
    _must_listen(url)
    return url


@pytest.fixture(scope="session")
def http_url(request):
    url = _setting(request, "http_url").rstrip("/")
    _must_listen(url)
    return url


@pytest.fixture(scope="session")
def samples(request):
    folder = pathlib.Path(_setting(request, "samples"))
    if not (folder / "sample1.jpg").is_file():
        pytest.fail(f"there is no sample1.jpg in {folder}", pytrace=False)
    return folder


def _must_listen(url):
    parsed = urllib.parse.urlsplit(url)
    try:
        socket.create_connection((parsed.hostname, parsed.port), timeout=5).close()
    except OSError as error:
        pytest.fail(f"nothing answers at {url}: {error}", pytrace=False)


def make_client(service, url, key=KEY, secret=SECRET, token=None, watched=True, **config):
    """A client that never retries, so that the first answer is the one that is seen, and checks every response."""
    settings = {"retries": {"max_attempts": 0}, "connect_timeout": 5, "read_timeout": 60, **config}
    client = boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(**settings),
    )
    return conformance.watch(client) if watched else client


@pytest.fixture(scope="session")
def rekognition(aws_url):
    return make_client("rekognition", aws_url)


@pytest.fixture(scope="session")
def lax(aws_url):
    """Rekognition without the checks that the SDK makes before it sends: what it would not send is for the server to refuse."""
    return make_client("rekognition", aws_url, parameter_validation=False)


@contextlib.contextmanager
def a_collection(rekognition, **parameters):
    """An empty collection with a name of its own, which is gone afterwards."""
    name = f"contract-{uuid.uuid4().hex[:16]}"
    rekognition.create_collection(CollectionId=name, **parameters)
    yield name
    with contextlib.suppress(rekognition.exceptions.ResourceNotFoundException):
        rekognition.delete_collection(CollectionId=name)


@pytest.fixture
def collection(rekognition):
    """An empty collection of the test's own."""
    with a_collection(rekognition) as name:
        yield name


@pytest.fixture(scope="session")
def people(samples):
    """Portraits of people who are known to be different."""
    return portraits.Portraits(samples)


@pytest.fixture(scope="session")
def scene(rekognition, people):
    """What every operation needs to succeed. For requests that are refused, or only read: it is everybody's."""
    with a_collection(rekognition) as name:
        yield recognition.make_scene(rekognition, name, people.jpeg("olive"), people.crowd("olive", 7, 5))


@pytest.fixture(scope="session")
def s3(aws_url):
    return make_client("s3", aws_url, signature_version="s3v4")


@pytest.fixture(scope="session")
def dynamodb(aws_url):
    return make_client("dynamodb", aws_url)


@pytest.fixture(scope="session")
def streams(aws_url):
    return make_client("dynamodbstreams", aws_url)


@pytest.fixture(scope="session")
def ses(aws_url):
    return make_client("sesv2", aws_url)


@pytest.fixture(scope="session")
def sns(aws_url):
    return make_client("sns", aws_url)


@pytest.fixture(scope="session")
def ssm(aws_url):
    return make_client("ssm", aws_url)


@pytest.fixture
def bucket(s3):
    """An empty bucket of the test's own."""
    name = f"contract-{uuid.uuid4().hex[:16]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield name
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for found in page.get("Contents", []):
            s3.delete_object(Bucket=name, Key=found["Key"])
    s3.delete_bucket(Bucket=name)


def pytest_terminal_summary(terminalreporter):
    total = sum(conformance.walked.values())
    operations = len(conformance.walked)
    terminalreporter.write_line(f"responses walked against the service models: {total}, of {operations} operations")
