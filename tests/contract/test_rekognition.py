"""DetectFaces as an SDK sees it: what is found, what is refused, and in which words."""

import base64
import json
import math

import boto3
import botocore.session
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from PIL import Image

import pictures
from conftest import KEY, REGION, SECRET
from recognition import REQUESTS
from refusals import refused


# Faces in the package's group photos, counted by eye.
FACES = {"sample1.jpg": 3, "sample2.jpg": 3, "sample3.jpg": 3, "sample4.jpg": 4, "sample5.jpg": 5, "sample6.jpg": 4}
DEFAULT = {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}
MEASURED = {"AgeRange", "Emotions", "EyesOpen", "Gender", "MouthOpen", "Smile"}
NO_MODEL = {"Beard", "EyeDirection", "Eyeglasses", "FaceOccluded", "Mustache", "Sunglasses"}
FIVE = {"eyeLeft", "eyeRight", "mouthLeft", "mouthRight", "nose"}
# Every operation that does something; the others say that they do not.
SUPPORTED = {"DetectFaces", *REQUESTS}
MODEL = botocore.session.get_session().get_service_model("rekognition")


# ---- what is found


@pytest.mark.parametrize("name", FACES)
def test_the_faces_of_a_group_photo_are_found_in_bytes_and_in_s3(rekognition, s3, bucket, samples, name):
    photo = (samples / name).read_bytes()
    from_bytes = rekognition.detect_faces(Image={"Bytes": photo}, Attributes=["ALL"])
    s3.put_object(Bucket=bucket, Key=f"photos/{name}", Body=photo, ContentType="image/jpeg")
    from_s3 = rekognition.detect_faces(
        Image={"S3Object": {"Bucket": bucket, "Name": f"photos/{name}"}}, Attributes=["ALL"]
    )
    assert from_bytes["FaceDetails"] == from_s3["FaceDetails"], "the same picture has the same faces"
    details = from_bytes["FaceDetails"]
    assert len(details) == FACES[name]
    for face in details:
        assert set(face) == DEFAULT | MEASURED
        check_face(face, Image.open(samples / name).size)
    areas = [face["BoundingBox"]["Width"] * face["BoundingBox"]["Height"] for face in details]
    assert areas == sorted(areas, reverse=True), "largest first"


def unrolled(face, size):
    """The landmarks in pixels, turned back by the roll of the head."""
    roll = math.radians(face["Pose"]["Roll"])
    points = {it["Type"]: (it["X"] * size[0], it["Y"] * size[1]) for it in face["Landmarks"]}
    return {
        name: (x * math.cos(roll) + y * math.sin(roll), y * math.cos(roll) - x * math.sin(roll))
        for name, (x, y) in points.items()
    }


def check_face(face, size):
    """What must hold of any face in a photo of that size, beyond what the service model says."""
    assert {it["Type"] for it in face["Landmarks"]} == set(MODEL.shape_for("LandmarkType").enum), "all thirty"
    assert len(face["Landmarks"]) == 30, "each once"
    points = unrolled(face, size)
    for left_to_right in (
        ("leftEyeLeft", "leftPupil", "leftEyeRight", "rightEyeLeft", "rightPupil", "rightEyeRight"),
        ("leftEyeBrowLeft", "leftEyeBrowUp", "leftEyeBrowRight", "rightEyeBrowLeft", "rightEyeBrowUp", "rightEyeBrowRight"),
        ("upperJawlineLeft", "midJawlineLeft", "chinBottom", "midJawlineRight", "upperJawlineRight"),
        ("mouthLeft", "mouthUp", "mouthRight"),
        ("noseLeft", "nose", "noseRight"),
    ):
        xs = [points[name][0] for name in left_to_right]
        # In half profile the far brow and the tip of the nose hide what is behind them.
        assert xs == sorted(xs) or abs(face["Pose"]["Yaw"]) > 25, left_to_right
    for downwards in (
        ("leftEyeBrowUp", "leftEyeUp", "leftEyeDown", "nose", "mouthUp", "mouthDown", "chinBottom"),
        ("rightEyeBrowUp", "rightEyeUp", "rightEyeDown", "nose", "mouthUp", "mouthDown", "chinBottom"),
    ):
        ys = [points[name][1] for name in downwards]
        assert ys == sorted(ys), downwards
    check_attributes(face)


def check_attributes(face):
    places = {it["Type"]: (it["X"], it["Y"]) for it in face["Landmarks"]}
    box = face["BoundingBox"]
    for name in FIVE:
        x, y = places[name]
        assert box["Left"] <= x <= box["Left"] + box["Width"] and box["Top"] <= y <= box["Top"] + box["Height"], name
    assert face["Confidence"] >= 50
    emotions = [it["Confidence"] for it in face["Emotions"]]
    assert emotions == sorted(emotions, reverse=True)
    assert abs(sum(emotions) - 100) < 0.5
    assert "CONFUSED" not in {it["Type"] for it in face["Emotions"]}, "not told by this network, so not invented"
    assert 0 <= face["AgeRange"]["Low"] <= face["AgeRange"]["High"] <= 120
    for name in ("Gender", "Smile", "EyesOpen", "MouthOpen"):
        assert 50 <= face[name]["Confidence"] <= 100, "how sure of the value that is given"


def test_default_is_five_landmarks_and_no_attributes(rekognition, samples):
    photo = (samples / "sample1.jpg").read_bytes()
    for attributes in ({}, {"Attributes": []}, {"Attributes": ["DEFAULT"]}, {"Attributes": ["DEFAULT", "DEFAULT"]}):
        answer = rekognition.detect_faces(Image={"Bytes": photo}, **attributes)
        assert "OrientationCorrection" not in answer
        for face in answer["FaceDetails"]:
            assert set(face) == DEFAULT
            assert {point["Type"] for point in face["Landmarks"]} == FIVE


@pytest.mark.parametrize(
    ("attributes", "fields"),
    [
        (["AGE_RANGE"], {"AgeRange"}),
        (["EMOTIONS"], {"Emotions"}),
        (["EYES_OPEN"], {"EyesOpen"}),
        (["GENDER", "GENDER"], {"Gender"}),
        (["MOUTH_OPEN", "DEFAULT"], {"MouthOpen"}),
        (["SMILE", "GENDER"], {"Smile", "Gender"}),
        (["ALL", "DEFAULT", "SMILE"], MEASURED),
        (["BEARD", "MUSTACHE", "EYEGLASSES", "SUNGLASSES", "EYE_DIRECTION", "FACE_OCCLUDED"], set()),
    ],
)
def test_attributes_add_their_fields(rekognition, samples, attributes, fields):
    photo = (samples / "sample1.jpg").read_bytes()
    for face in rekognition.detect_faces(Image={"Bytes": photo}, Attributes=attributes)["FaceDetails"]:
        assert set(face) - DEFAULT == fields
        assert not set(face) & NO_MODEL
        assert len(face["Landmarks"]) == 30


def test_a_picture_without_faces_is_an_empty_answer(rekognition):
    for picture in (pictures.jpeg(), pictures.png(), pictures.jpeg(80, 80)):
        assert rekognition.detect_faces(Image={"Bytes": picture})["FaceDetails"] == []


def test_grey_and_progressive_and_cmyk_and_16_bit_pictures_are_read(rekognition):
    for picture in (
        pictures.jpeg(mode="L"),
        pictures.jpeg(progressive=True),
        pictures.jpeg(mode="CMYK"),
        pictures.png(mode="I;16"),
        pictures.png(mode="RGBA"),
    ):
        assert rekognition.detect_faces(Image={"Bytes": picture})["FaceDetails"] == []


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_exif_orientation_is_applied(rekognition, samples, orientation):
    photo = (samples / "sample1.jpg").read_bytes()
    upright = rekognition.detect_faces(Image={"Bytes": photo})["FaceDetails"]
    turned = rekognition.detect_faces(Image={"Bytes": pictures.rotated(photo, orientation)})["FaceDetails"]
    assert len(turned) == len(upright)

    def across(faces):
        # Faces of nearly the same size may change places in the list.
        return sorted((face["BoundingBox"] for face in faces), key=lambda box: box["Left"])

    for one, other in zip(across(upright), across(turned), strict=True):
        for side in ("Left", "Top", "Width", "Height"):
            # Encoding anew moves boxes a little; a picture on its side would move them by much more than 3 %.
            assert abs(one[side] - other[side]) < 0.03


# ---- what is refused


PICTURE = pictures.jpeg()
GENERAL = "Request has invalid parameters"


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ({}, GENERAL),
        ({"Bytes": PICTURE, "S3Object": {"Bucket": "abc", "Name": "k"}}, GENERAL),
        ({"S3Object": {}}, GENERAL),
        ({"S3Object": {"Bucket": "abc"}}, GENERAL),
        ({"S3Object": {"Name": "k"}}, GENERAL),
        ({"Bytes": pictures.jpeg(79, 200)}, GENERAL),
        ({"Bytes": pictures.png(200, 79)}, GENERAL),
        ({"S3Object": {"Bucket": "a/b", "Name": "k"}}, "at 'image.s3Object.bucket' failed to satisfy constraint"),
    ],
)
def test_invalid_parameters(rekognition, image, message):
    status, code, said = refused(rekognition.detect_faces, Image=image)
    assert (status, code) == (400, "InvalidParameterException")
    assert message in said


def test_an_attribute_outside_the_enum_is_named_with_the_choices(rekognition):
    status, code, message = refused(rekognition.detect_faces, Image={"Bytes": PICTURE}, Attributes=["SMILE", "HATS"])
    assert (status, code) == (400, "InvalidParameterException")
    assert "1 validation error detected: Value '[SMILE, HATS]' at 'attributes' failed to satisfy constraint" in message
    for choice in MODEL.shape_for("Attribute").enum:
        assert choice in message


@pytest.mark.parametrize(
    "picture",
    [
        b"hello",
        b"GIF89a" + bytes(100),
        PICTURE[: len(PICTURE) // 2],
        pictures.png()[:-20],
        pictures.animated_png(),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff" + bytes(1000),
    ],
)
def test_what_is_no_picture_has_an_invalid_format(rekognition, picture):
    refusal = refused(rekognition.detect_faces, Image={"Bytes": picture})
    assert refusal == (400, "InvalidImageFormatException", "Request has invalid image format")


def test_five_megabytes_of_bytes_are_the_limit(rekognition):
    limit = 5 * 1024 * 1024
    rekognition.detect_faces(Image={"Bytes": pictures.padded(PICTURE, limit)})
    too_large = refused(rekognition.detect_faces, Image={"Bytes": pictures.padded(PICTURE, limit + 1)})
    assert too_large == (400, "ImageTooLargeException", "Image size is too large.")


def test_fifteen_megabytes_in_s3_are_the_limit(rekognition, s3, bucket):
    limit = 15 * 1024 * 1024
    for size, key in ((limit, "full"), (limit + 1, "over")):
        s3.put_object(Bucket=bucket, Key=key, Body=pictures.padded(PICTURE, size))
    rekognition.detect_faces(Image={"S3Object": {"Bucket": bucket, "Name": "full"}})
    too_large = refused(rekognition.detect_faces, Image={"S3Object": {"Bucket": bucket, "Name": "over"}})
    assert too_large == (400, "ImageTooLargeException", "Image size is too large.")


def test_a_promise_of_many_pixels_is_refused_by_its_header(rekognition):
    too_large = refused(rekognition.detect_faces, Image={"Bytes": pictures.huge_png_header()})
    assert too_large == (400, "ImageTooLargeException", "Image size is too large.")


def test_an_object_that_is_not_there_or_no_picture(rekognition, s3, bucket):
    sentence = "Unable to get object metadata from S3. Check object key, region and/or access permissions."
    for name in ({"Bucket": bucket, "Name": "none"}, {"Bucket": "no-such-bucket-here", "Name": "k"}):
        refusal = refused(rekognition.detect_faces, Image={"S3Object": name})
        assert refusal == (400, "InvalidS3ObjectException", sentence)
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    s3.put_object(Bucket=bucket, Key="text", Body=b"hello")
    for key in ("empty", "text"):
        refusal = refused(rekognition.detect_faces, Image={"S3Object": {"Bucket": bucket, "Name": key}})
        assert refusal == (400, "InvalidImageFormatException", "Request has invalid image format")


def test_typed_exceptions_reach_the_caller(rekognition):
    with pytest.raises(rekognition.exceptions.InvalidImageFormatException):
        rekognition.detect_faces(Image={"Bytes": b"hello"})
    with pytest.raises(rekognition.exceptions.InvalidParameterException):
        rekognition.detect_faces(Image={})
    with pytest.raises(rekognition.exceptions.InvalidS3ObjectException):
        rekognition.detect_faces(Image={"S3Object": {"Bucket": "no-such-bucket-here", "Name": "k"}})


# ---- below the SDK


def post(url, body, target="RekognitionService.DetectFaces", method="POST"):
    request = AWSRequest(
        method, url + "/", data=body, headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    )
    SigV4Auth(Credentials(KEY, SECRET), "rekognition", REGION).add_auth(request)
    prepared = request.prepare()
    return requests.request(method, prepared.url, data=body, headers=dict(prepared.headers.items()), timeout=30)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"Image": "x"}',
        b'{"Image": {"Bytes": 7}}',
        b'{"Image": {"Bytes": "%%%"}}',
        b'{"Image": {"Bytes": "YWJj"}, "Attributes": "ALL"}',
        b'{"Image": {"Bytes": "\xff"}}',
        b"[" * 10_000,
    ],
)
def test_a_body_that_is_no_input_is_a_serialization_error(aws_url, body):
    response = post(aws_url, body)
    assert response.status_code == 400
    assert response.json()["__type"] == "SerializationException"
    assert response.headers["x-amzn-errortype"] == "SerializationException"


def test_what_the_sdk_would_not_send_is_refused_here_too(aws_url):
    picture = base64.b64encode(PICTURE).decode()
    for body, message in (
        ({}, "Value null at 'image' failed to satisfy constraint: Member must not be null"),
        ({"Image": {"Bytes": ""}}, "Member must have length greater than or equal to 1"),
        ({"Image": {"S3Object": {"Bucket": "ab", "Name": "k"}}}, "greater than or equal to 3"),
        ({"Image": {"S3Object": {"Bucket": "abc", "Name": ""}}}, "at 'image.s3Object.name'"),
        ({"Image": {"Bytes": picture}, "Attributes": [""]}, "at 'attributes'"),
    ):
        response = post(aws_url, json.dumps(body))
        error = response.json()
        assert (response.status_code, error["__type"]) == (400, "InvalidParameterException")
        assert message in error["Message"]


def test_an_error_has_the_documented_envelope(aws_url):
    response = post(aws_url, json.dumps({"Image": {"S3Object": {"Bucket": "no-such-bucket-here", "Name": "k"}}}))
    assert response.headers["content-type"] == "application/x-amz-json-1.1"
    assert len(response.headers["x-amzn-requestid"]) == 36
    error = response.json()
    assert set(error) == {"__type", "Code", "Logref", "Message"}
    assert error["__type"] == error["Code"] == "InvalidS3ObjectException"
    assert len(error["Logref"]) == 36


def test_members_outside_the_model_are_ignored(aws_url):
    body = {"Image": {"Bytes": base64.b64encode(PICTURE).decode(), "Url": "x"}, "Mood": 1, "Attributes": None}
    response = post(aws_url, json.dumps(body))
    assert (response.status_code, response.json()) == (200, {"FaceDetails": []})


def test_every_other_operation_answers_501_and_its_name(aws_url):
    assert len(MODEL.operation_names) == 75, "the table in docs/rekognition-support.md is for this many operations"
    others = [name for name in MODEL.operation_names if name not in SUPPORTED]
    assert len(others) == 75 - len(SUPPORTED), "what is supported is in the model"
    for name in others:
        response = post(aws_url, "{}", f"RekognitionService.{name}")
        assert response.status_code == 501, name
        assert name in response.json()["Message"]


def test_what_is_no_operation_is_unknown(aws_url):
    for target in ("RekognitionService.DetectHats", "RekognitionService.", "RekognitionService.detectfaces", "DetectFaces"):
        response = post(aws_url, "{}", target)
        assert (response.status_code, response.json()["__type"]) == (400, "UnknownOperationException"), target


def test_an_sdk_does_not_retry_what_is_not_there(aws_url):
    client = boto3.client(
        "rekognition", endpoint_url=aws_url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    status, _, message = refused(client.list_stream_processors)
    assert status == 501 and "ListStreamProcessors" in message
    with pytest.raises(ClientError) as caught:
        client.list_stream_processors()
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
