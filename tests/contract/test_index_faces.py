"""IndexFaces: which faces of a picture are stored, which are not and why, and that none is stored twice."""

import pytest

import pictures
from refusals import refused_as

DEFAULT = {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}
INVALID_PARAMETER = "InvalidParameterException"


def ids(answer):
    return [record["Face"]["FaceId"] for record in answer["FaceRecords"]]


def stored(rekognition, collection):
    return rekognition.list_faces(CollectionId=collection)["Faces"]


def area(face):
    return face["BoundingBox"]["Width"] * face["BoundingBox"]["Height"]


# ---- what is stored


def test_the_faces_of_a_group_photo_are_stored_largest_first(rekognition, collection, samples):
    photo = (samples / "sample3.jpg").read_bytes()
    found = rekognition.detect_faces(Image={"Bytes": photo})["FaceDetails"]
    answer = rekognition.index_faces(
        CollectionId=collection, Image={"Bytes": photo}, ExternalImageId="sample:3_a.b-c", QualityFilter="NONE"
    )
    assert answer["UnindexedFaces"] == []
    assert "OrientationCorrection" not in answer
    assert answer["FaceModelVersion"] == rekognition.describe_collection(CollectionId=collection)["FaceModelVersion"]
    records = answer["FaceRecords"]
    assert [record["FaceDetail"] for record in records] == found, "what DetectFaces finds, in its order"
    for record in records:
        assert set(record["FaceDetail"]) == DEFAULT
        assert record["Face"]["BoundingBox"] == record["FaceDetail"]["BoundingBox"]
        assert record["Face"]["Confidence"] == record["FaceDetail"]["Confidence"]
        assert record["Face"]["ExternalImageId"] == "sample:3_a.b-c"
    assert len(set(ids(answer))) == 3
    assert len({record["Face"]["ImageId"] for record in records}) == 1, "one image"
    assert rekognition.describe_collection(CollectionId=collection)["FaceCount"] == 3


def test_attributes_are_told_if_asked_for(rekognition, collection, people):
    photo = {"Bytes": people.jpeg("plum")}
    asked = rekognition.index_faces(CollectionId=collection, Image=photo, DetectionAttributes=["SMILE", "GENDER"])
    assert set(asked["FaceRecords"][0]["FaceDetail"]) - DEFAULT == {"Smile", "Gender"}
    everything = rekognition.index_faces(CollectionId=collection, Image=photo, DetectionAttributes=["ALL", "DEFAULT"])
    assert len(everything["FaceRecords"][0]["FaceDetail"]["Landmarks"]) == 30


def test_a_listed_face_is_the_indexed_one(rekognition, collection, people):
    with_name = rekognition.index_faces(CollectionId=collection, Image={"Bytes": people.jpeg("plum")}, ExternalImageId="plum")
    nameless = rekognition.index_faces(CollectionId=collection, Image={"Bytes": people.jpeg("olive")})
    expected = [with_name["FaceRecords"][0]["Face"], nameless["FaceRecords"][0]["Face"]]
    faces = stored(rekognition, collection)
    for face, indexed in zip(faces, expected, strict=True):
        assert face["IndexFacesModelVersion"]
        assert {name: face[name] for name in indexed} == indexed
        assert "UserId" not in face
    assert "ExternalImageId" not in faces[1]


# ---- not twice


def test_the_same_image_with_the_same_name_is_stored_once(rekognition, collection, people):
    photo = people.side_by_side("olive", "green")
    first = rekognition.index_faces(CollectionId=collection, Image={"Bytes": photo}, ExternalImageId="both")
    again = rekognition.index_faces(CollectionId=collection, Image={"Bytes": photo}, ExternalImageId="both")
    assert ids(again) == ids(first) and len(ids(first)) == 2
    assert [it["Face"]["ImageId"] for it in again["FaceRecords"]] == [it["Face"]["ImageId"] for it in first["FaceRecords"]]
    assert rekognition.describe_collection(CollectionId=collection)["FaceCount"] == 2


def test_another_name_or_other_bytes_are_stored_again(rekognition, collection, people):
    photo = people.jpeg("olive")
    answers = [
        rekognition.index_faces(CollectionId=collection, Image={"Bytes": picture}, ExternalImageId=name)
        for picture, name in ((photo, "one"), (photo, "ONE"), (pictures.padded(photo, len(photo) + 1), "one"))
    ]
    assert len({face for answer in answers for face in ids(answer)}) == 3
    assert len({answer["FaceRecords"][0]["Face"]["ImageId"] for answer in answers}) == 3


def test_a_face_that_was_deleted_is_stored_anew(rekognition, collection, people):
    photo = {"Bytes": people.jpeg("olive")}
    (first,) = ids(rekognition.index_faces(CollectionId=collection, Image=photo, ExternalImageId="one"))
    rekognition.delete_faces(CollectionId=collection, FaceIds=[first])
    (second,) = ids(rekognition.index_faces(CollectionId=collection, Image=photo, ExternalImageId="one"))
    assert second != first
    assert [face["FaceId"] for face in stored(rekognition, collection)] == [second]


# ---- what is not stored, and why


def test_no_more_than_max_faces_are_stored_and_the_rest_is_told(rekognition, collection, people):
    photo = people.side_by_side("olive", "maroon", "green", scales=(1, 0.5, 0.8))
    found = rekognition.detect_faces(Image={"Bytes": photo})["FaceDetails"]
    assert len(found) == 3
    answer = rekognition.index_faces(CollectionId=collection, Image={"Bytes": photo}, MaxFaces=2, QualityFilter="NONE")
    records, unindexed = answer["FaceRecords"], answer["UnindexedFaces"]
    assert [record["FaceDetail"] for record in records] == found[:2], "the smallest is left out"
    assert [(face["Reasons"], face["FaceDetail"]) for face in unindexed] == [(["EXCEEDS_MAX_FACES"], found[2])]
    assert sorted(face["FaceId"] for face in stored(rekognition, collection)) == sorted(ids(answer))


DEFAULT_AND_HIGH = ({}, {"QualityFilter": "HIGH"})
# {what is wrong with the face: of whom, the reason, and the filters that it does not pass}
POOR = {
    "very dark": ("olive", "LOW_BRIGHTNESS", DEFAULT_AND_HIGH),
    "very blurred": ("olive", "LOW_SHARPNESS", DEFAULT_AND_HIGH),
    "very small": ("maroon", "SMALL_BOUNDING_BOX", ({"QualityFilter": "HIGH"},)),
    "without its forehead": ("black", "LOW_FACE_QUALITY", ({"QualityFilter": "HIGH"},)),
}


@pytest.mark.parametrize("variant", POOR)
def test_a_face_of_poor_quality_is_told_but_not_stored_unless_quality_does_not_matter(rekognition, collection, people, variant):
    who, reason, filters = POOR[variant]
    photo = {"Bytes": people.jpeg(who, variant)}
    for options in filters:
        answer = rekognition.index_faces(CollectionId=collection, Image=photo, **options)
        assert answer["FaceRecords"] == [], options
        (face,) = answer["UnindexedFaces"]
        assert reason in face["Reasons"]
        assert set(face["FaceDetail"]) == DEFAULT
    assert stored(rekognition, collection) == []
    answer = rekognition.index_faces(CollectionId=collection, Image=photo, QualityFilter="NONE")
    assert len(ids(answer)) == 1 and answer["UnindexedFaces"] == []


def test_faces_of_poor_quality_do_not_count_among_max_faces(rekognition, collection, people):
    photo = {"Bytes": people.side_by_side("olive", "maroon", scales=(1, 0.6), spoilt=("very blurred", None))}
    answer = rekognition.index_faces(CollectionId=collection, Image=photo, MaxFaces=1)
    (record,), (unindexed,) = answer["FaceRecords"], answer["UnindexedFaces"]
    assert area(record["FaceDetail"]) < area(unindexed["FaceDetail"]), "the smaller one, because it is good"
    assert unindexed["Reasons"] == ["LOW_SHARPNESS"]


def test_the_stricter_the_filter_the_fewer_faces_pass(rekognition, collection, samples):
    photo = {"Bytes": (samples / "sample2.jpg").read_bytes()}
    passed = []
    for quality in ("NONE", "LOW", "MEDIUM", "HIGH"):
        answer = rekognition.index_faces(CollectionId=collection, Image=photo, QualityFilter=quality, ExternalImageId=quality)
        assert len(answer["FaceRecords"]) + len(answer["UnindexedFaces"]) == 3, "each face is in one of the lists"
        passed.append({str(record["FaceDetail"]["BoundingBox"]) for record in answer["FaceRecords"]})
    assert passed[0] >= passed[1] >= passed[2] >= passed[3]
    assert (len(passed[0]), len(passed[3])) == (3, 2)
    # One of the three is seen from the side.
    (profile,) = answer["UnindexedFaces"]
    assert abs(profile["FaceDetail"]["Pose"]["Yaw"]) > 45
    assert "EXTREME_POSE" in profile["Reasons"]


def test_a_good_face_passes_every_filter(rekognition, collection, people):
    answer = rekognition.index_faces(CollectionId=collection, Image={"Bytes": people.jpeg("maroon")}, QualityFilter="HIGH")
    assert len(answer["FaceRecords"]) == 1 and answer["UnindexedFaces"] == []


# ---- refused


@pytest.mark.parametrize(
    "bad",
    [
        {"ExternalImageId": ""},
        {"ExternalImageId": "a b"},
        {"ExternalImageId": "a/b"},
        {"ExternalImageId": "é"},
        {"ExternalImageId": "x" * 256},
        {"MaxFaces": 0},
        {"MaxFaces": -1},
        {"QualityFilter": "BEST"},
        {"QualityFilter": "auto"},
        {"DetectionAttributes": ["HATS"]},
    ],
    ids=str,
)
def test_parameters_outside_the_model_are_refused(scene, lax, bad):
    assert refused_as(lax.index_faces, **scene.request("IndexFaces") | bad) == INVALID_PARAMETER
