"""Parameter Store: where the signing keys live."""

import concurrent.futures
import datetime
import uuid

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def name(ssm):
    name = f"/contract/{uuid.uuid4()}/key"
    yield name
    try:
        ssm.delete_parameter(Name=name)
    except ssm.exceptions.ParameterNotFound:
        pass


def code(caught):
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"], caught.value.response["Error"]["Code"]


@pytest.mark.parametrize("kind", ["String", "SecureString", "StringList"])
def test_a_parameter_comes_back_as_it_was_put(ssm, name, kind):
    assert ssm.put_parameter(Name=name, Value="a,b", Type=kind)["Version"] == 1
    stored = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    assert (stored["Name"], stored["Value"], stored["Type"], stored["Version"]) == (name, "a,b", kind, 1)
    assert stored["ARN"] == f"arn:aws:ssm:eu-west-1:000000000000:parameter{name}"
    age = datetime.datetime.now(datetime.UTC) - stored["LastModifiedDate"]
    assert abs(age.total_seconds()) < 60


def test_a_secret_is_not_shown_without_decryption(ssm, name):
    ssm.put_parameter(Name=name, Value="very secret", Type="SecureString")
    assert "very secret" not in ssm.get_parameter(Name=name)["Parameter"]["Value"]


def test_an_existing_parameter_is_only_replaced_on_purpose(ssm, name):
    ssm.put_parameter(Name=name, Value="one", Type="String")
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=name, Value="two", Type="String")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "one"
    assert ssm.put_parameter(Name=name, Value="three", Type="String", Overwrite=True)["Version"] == 2
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "three"


def test_of_many_creators_exactly_one_wins(ssm, name):
    def create(n):
        try:
            ssm.put_parameter(Name=name, Value=f"from {n}", Type="SecureString", Overwrite=False)
            return f"from {n}"
        except ssm.exceptions.ParameterAlreadyExists:
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        winners = [it for it in pool.map(create, range(16)) if it]
    assert winners == [ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]]


def test_what_is_not_there(ssm):
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="/contract/none")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name="/contract/none")


def test_a_value_longer_than_its_tier_is_refused(ssm, name):
    with pytest.raises(ClientError) as caught:
        ssm.put_parameter(Name=name, Value="x" * 4097, Type="String")
    assert code(caught) == (400, "ValidationException")
    ssm.put_parameter(Name=name, Value="x" * 4097, Type="String", Tier="Advanced")


def test_what_is_not_supported_says_so(ssm):
    with pytest.raises(ClientError) as caught:
        ssm.describe_parameters()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "DescribeParameters" in caught.value.response["Error"]["Message"]
