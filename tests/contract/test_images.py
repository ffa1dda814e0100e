"""Pictures of every operation that compares faces: where they come from, and which are refused."""

import pytest

import pictures
from recognition import IMAGES, call
from refusals import refused

PICTURE = pictures.jpeg()
FORMAT = (400, "InvalidImageFormatException", "Request has invalid image format")
TOO_LARGE = (400, "ImageTooLargeException", "Image size is too large.")
NO_OBJECT = (
    400,
    "InvalidS3ObjectException",
    "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
)

everywhere = pytest.mark.parametrize(("operation", "member"), IMAGES)


@pytest.fixture
def refusal(scene, lax):
    def ask(operation, member, image):
        return refused(lambda **it: call(lax, operation, **it), **scene.request(operation) | {member: image})

    return ask


@everywhere
def test_what_is_no_picture_has_an_invalid_format(refusal, scene, operation, member):
    for picture in (
        b"hello",
        scene.photo[: len(scene.photo) // 2],
        pictures.png()[:-20],
        pictures.animated_png(),
    ):
        assert refusal(operation, member, {"Bytes": picture}) == FORMAT


@everywhere
def test_more_than_five_megabytes_or_too_many_pixels_are_too_large(refusal, operation, member):
    for picture in (
        pictures.padded(PICTURE, 5 * 1024 * 1024 + 1),
        pictures.huge_png_header(20_000, 20_000),
        pictures.huge_png_header(16_385, 100),
    ):
        assert refusal(operation, member, {"Bytes": picture}) == TOO_LARGE


@everywhere
def test_an_image_is_bytes_or_an_object_and_not_small(refusal, operation, member):
    for image in (
        {},
        {"Bytes": PICTURE, "S3Object": {"Bucket": "abc", "Name": "k"}},
        {"S3Object": {}},
        {"S3Object": {"Bucket": "abc"}},
        {"Bytes": b""},
        {"Bytes": pictures.jpeg(79, 200)},
        {"Bytes": pictures.png(200, 79)},
    ):
        status, code, _ = refusal(operation, member, image)
        assert (status, code) == (400, "InvalidParameterException"), image.keys()


@everywhere
def test_without_an_image_the_member_is_named(scene, lax, operation, member):
    request = {name: value for name, value in scene.request(operation).items() if name != member}
    status, code, message = refused(lambda **it: call(lax, operation, **it), **request)
    assert (status, code) == (400, "InvalidParameterException")
    assert f"'{member[0].lower()}{member[1:]}'" in message and "must not be null" in message


@everywhere
def test_an_object_that_is_not_there_or_no_picture(refusal, s3, bucket, operation, member):
    for missing in ({"Bucket": bucket, "Name": "none"}, {"Bucket": "no-such-bucket-here", "Name": "k"}):
        assert refusal(operation, member, {"S3Object": missing}) == NO_OBJECT
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    s3.put_object(Bucket=bucket, Key="text", Body=b"hello")
    for key in ("empty", "text"):
        assert refusal(operation, member, {"S3Object": {"Bucket": bucket, "Name": key}}) == FORMAT


def test_a_refused_image_leaves_the_collection_as_it_was(scene, lax):
    before = lax.list_faces(CollectionId=scene.collection)["Faces"]
    for picture in (b"hello", pictures.padded(PICTURE, 5 * 1024 * 1024 + 1)):
        refused(lax.index_faces, CollectionId=scene.collection, Image={"Bytes": picture})
    assert lax.list_faces(CollectionId=scene.collection)["Faces"] == before


def stripped(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("operation", ["CompareFaces", "IndexFaces", "SearchFacesByImage", "SearchUsersByImage"])
def test_an_object_gives_the_answer_of_its_bytes(scene, rekognition, s3, bucket, operation):
    s3.put_object(Bucket=bucket, Key="photos/olive", Body=scene.photo, ContentType="image/jpeg")
    stored = {"S3Object": {"Bucket": bucket, "Name": "photos/olive"}}
    members = [member for name, member in IMAGES if name == operation]
    request = scene.request(operation)
    from_bytes = call(rekognition, operation, **request)
    from_s3 = call(rekognition, operation, **request | dict.fromkeys(members, stored))
    assert stripped(from_s3) == stripped(from_bytes)


# ---- no face


def test_a_comparison_needs_a_face_on_both_sides(scene, lax):
    for member in ("SourceImage", "TargetImage"):
        status, code, _ = refused(lax.compare_faces, **scene.request("CompareFaces") | {member: {"Bytes": PICTURE}})
        assert (status, code) == (400, "InvalidParameterException")


def test_searching_for_faces_without_a_face_is_refused_in_rekognitions_words(refusal):
    sentence = "There are no faces in the image. Should be at least 1."
    assert refusal("SearchFacesByImage", "Image", {"Bytes": PICTURE}) == (400, "InvalidParameterException", sentence)


def test_searching_for_users_without_a_face_finds_nobody(scene, rekognition):
    answer = rekognition.search_users_by_image(CollectionId=scene.collection, Image={"Bytes": PICTURE})
    assert answer["UserMatches"] == []
    assert "SearchedFace" not in answer
    assert answer.get("UnsearchedFaces", []) == []


def test_indexing_without_a_face_stores_nothing(collection, rekognition):
    answer = rekognition.index_faces(CollectionId=collection, Image={"Bytes": PICTURE})
    assert (answer["FaceRecords"], answer["UnindexedFaces"]) == ([], [])
    assert rekognition.describe_collection(CollectionId=collection)["FaceCount"] == 0
