"""The walker catches faults: each mutant is one that a service could have."""

import copy
import json

import botocore.session
import pytest

import conformance

SESSION = botocore.session.get_session()


def operation(service, name):
    return SESSION.get_service_model(service).operation_model(name)


def json_headers(version):
    return {"content-type": f"application/x-amz-json-{version}", "x-amzn-requestid": "id"}


def faults(service, name, body, status=200, headers=None):
    version = operation(service, name).service_model.metadata["jsonVersion"]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return conformance.faults(operation(service, name), status, headers or json_headers(version), raw)


FACES = {
    "FaceDetails": [
        {
            "BoundingBox": {"Width": 0.2, "Height": 0.3, "Left": -0.1, "Top": 0.1},
            "AgeRange": {"Low": 20, "High": 30},
            "Smile": {"Value": True, "Confidence": 99.5},
            "Gender": {"Value": "Female", "Confidence": 99},
            "Emotions": [{"Type": "HAPPY", "Confidence": 100.0}],
            "Landmarks": [{"Type": "nose", "X": 0.5, "Y": 0.5}],
            "Pose": {"Roll": -1.5, "Yaw": 0, "Pitch": 180.0},
            "Quality": {"Brightness": 61.5, "Sharpness": 92.25},
            "Confidence": 99.9,
        }
    ]
}


def test_a_true_answer_has_no_faults():
    assert faults("rekognition", "DetectFaces", FACES) == []


def mutated(change):
    body = copy.deepcopy(FACES)
    change(body["FaceDetails"][0])
    return body


MUTANTS = {
    "unknown member": (lambda f: f.update(Hat=True), ".Hat: unknown member"),
    "misspelt member": (lambda f: f["BoundingBox"].update(Widht=1), ".Widht: unknown member"),
    "above the range": (lambda f: f.update(Confidence=100.1), "100.1 outside 0..100"),
    "below the range": (lambda f: f["Pose"].update(Roll=-181), "-181 outside -180..180"),
    "negative age": (lambda f: f["AgeRange"].update(Low=-1), "-1 outside 0..None"),
    "fraction for an integer": (lambda f: f["AgeRange"].update(Low=20.5), "not an integer"),
    "integer too wide": (lambda f: f["AgeRange"].update(High=2**31), "does not fit integer"),
    "outside the enum": (lambda f: f["Emotions"][0].update(Type="happy"), "'happy' not in enum"),
    "landmark of another model": (lambda f: f["Landmarks"][0].update(Type="nose1"), "'nose1' not in enum"),
    "text for a number": (lambda f: f.update(Confidence="99.9"), ".Confidence: not a number"),
    "number for a boolean": (lambda f: f["Smile"].update(Value=1), ".Value: not a boolean"),
    "boolean for a number": (lambda f: f.update(Confidence=True), ".Confidence: not a number"),
    "not a number": (lambda f: f.update(Confidence=float("nan")), ".Confidence: not a number"),
    "null": (lambda f: f.update(Beard=None), ".Beard: null"),
    "object for a list": (lambda f: f.update(Landmarks={}), ".Landmarks: not a list"),
    "list for an object": (lambda f: f.update(Pose=[]), ".Pose: not an object"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_of_an_answer_is_caught_and_nothing_else(name):
    change, expected = MUTANTS[name]
    found = faults("rekognition", "DetectFaces", mutated(change))
    assert len(found) == 1 and expected in found[0], found


@pytest.mark.parametrize(
    ("service", "operation_name", "body", "expected"),
    [
        ("rekognition", "CreateFaceLivenessSession", {}, ".SessionId: missing required"),
        ("rekognition", "CreateFaceLivenessSession", {"SessionId": "x" * 36}, "does not match"),
        ("rekognition", "ListCollections", {"CollectionIds": ["x" * 256]}, "length 256 outside 1..255"),
        ("rekognition", "DescribeCollection", {"CreationTimestamp": "2026-01-01"}, "not a number of seconds"),
        ("rekognition", "DescribeCollection", {"CreationTimestamp": 1767225600000}, "is not in seconds"),
        ("rekognition", "GetFaceLivenessSessionResults", {"SessionId": "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "Status": "SUCCEEDED", "ReferenceImage": {"Bytes": "%"}}, "not base64"),
        ("dynamodb", "GetItem", {"Item": {"a": {"Q": "1"}}}, ".Q: unknown member"),
        ("dynamodb", "DescribeTable", {"Table": {"TableStatus": "READY"}}, "'READY' not in enum"),
        ("ssm", "GetParameter", {"Parameter": {"Version": "1"}}, "not an integer"),
        ("rekognition", "DetectFaces", b"{", "body is not JSON"),
        ("rekognition", "DetectFaces", [], "not an object"),
    ],
)
def test_faults_of_other_shapes(service, operation_name, body, expected):
    found = faults(service, operation_name, body)
    assert len(found) == 1 and expected in found[0], found


def test_headers_of_json_are_checked():
    assert faults("rekognition", "DetectFaces", FACES, headers={"x-amzn-requestid": "id"}) == ["content-type None"]
    assert faults("rekognition", "DetectFaces", FACES, headers={"content-type": "application/x-amz-json-1.1"}) == ["no x-amzn-requestid"]
    assert faults("dynamodb", "GetItem", {}, headers=json_headers("1.1")) == ["content-type 'application/x-amz-json-1.1'"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"__type": "InvalidS3ObjectException", "Message": "no"}, []),
        ({"__type": "ThrottlingException", "Message": "no", "Code": "ThrottlingException", "Logref": "x"}, []),
        ({"__type": "UnknownOperationException", "message": "no"}, []),
        ({"__type": "NoSuchFaceException", "message": "no"}, ["error 'NoSuchFaceException' is not of this operation"]),
        ({"__type": "InvalidS3ObjectException"}, ["error without a message"]),
        ({"__type": "InvalidS3ObjectException", "Message": "no", "Bucket": "x"}, ["InvalidS3ObjectException.Bucket: unknown member"]),
        ({"message": "no"}, ["error without __type"]),
    ],
)
def test_faults_of_json_errors(body, expected):
    assert faults("rekognition", "DetectFaces", body, status=400) == expected


def test_header_and_body_of_an_error_agree():
    headers = {**json_headers("1.1"), "x-amzn-errortype": "ThrottlingException"}
    body = {"__type": "InvalidS3ObjectException", "Message": "no"}
    assert "beside __type" in faults("rekognition", "DetectFaces", body, status=400, headers=headers)[0]


LISTING = b"""<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix>
<KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>
<Contents><Key>a</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"x"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>
<Contents><Key>b</Key><Size>2</Size></Contents></ListBucketResult>"""


def xml_faults(service, name, body, status=200, headers=None):
    return conformance.faults(operation(service, name), status, headers or {"x-amz-request-id": "id"}, body)


def test_a_true_listing_has_no_faults():
    assert xml_faults("s3", "ListObjectsV2", LISTING) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"<Name>b</Name>", b"<Name>b</Name><Bucket>b</Bucket>", ".Bucket: unknown element"),
        (b"<Name>b</Name>", b"<Name>b</Name><Name>c</Name>", ".Name: twice"),
        (b"<KeyCount>2<", b"<KeyCount>two<", "'two' is not an integer"),
        (b">false<", b">False<", "'False' is not a boolean"),
        (b"STANDARD", b"COLD", "'COLD' not in enum"),
        (b"2026-01-01T00:00:00.000Z", b"Thu, 01 Jan 2026", "is not an ISO 8601 timestamp"),
        (b"</ListBucketResult>", b"", "body is not XML"),
    ],
)
def test_each_mutant_of_a_listing_is_caught(old, new, expected):
    found = xml_faults("s3", "ListObjectsV2", LISTING.replace(old, new))
    assert len(found) == 1 and expected in found[0], found


def test_headers_of_s3_are_checked():
    headers = {"x-amz-request-id": "id", "x-amz-server-side-encryption": "ROT13"}
    assert xml_faults("s3", "PutObject", b"", headers=headers) == [".ServerSideEncryption: 'ROT13' not in enum"]


PUBLISHED = b"""<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"x", b"x", []),
        (b"MessageId", b"Id", [".Id: unknown element"]),
        (b"PublishResult", b"Result", ["no PublishResult", "Result: unknown element"]),
        (b"PublishResponse", b"Response", ["root element 'Response'"]),
        (b"<RequestId>r</RequestId>", b"", ["no ResponseMetadata with a RequestId"]),
    ],
)
def test_faults_of_the_query_protocol(old, new, expected):
    assert xml_faults("sns", "Publish", PUBLISHED.replace(old, new)) == expected


def test_faults_of_xml_errors():
    good = b"<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    assert xml_faults("sns", "Publish", good, status=404) == []
    assert xml_faults("s3", "GetObject", b"<Error><Code>NoSuchKey</Code></Error>", status=404) == ["error without Message"]
    assert xml_faults("s3", "GetObject", b"<html/>", status=404) == ["error without Error, but 'html'"]
