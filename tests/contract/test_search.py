"""SearchFaces and SearchFacesByImage."""

import uuid

import pytest

from conftest import a_collection
from portraits import SAME_FACE
from refusals import refused, refused_as

INVALID_PARAMETER = "InvalidParameterException"
STORED = {"BoundingBox", "Confidence", "FaceId", "ImageId", "IndexFacesModelVersion"}


@pytest.fixture(scope="module")
def gallery(rekognition, people):
    """A collection with three pictures of one person and one each of four others: its name, and {external id: face id}."""
    pictures = {f"olive-{n}": people.jpeg("olive", it) for n, it in enumerate(("as it is", "mirrored", "darker"))}
    pictures |= {who: people.jpeg(who) for who in ("maroon", "peach", "stripes", "green")}
    with a_collection(rekognition) as name:
        faces = {}
        for external, picture in pictures.items():
            answer = rekognition.index_faces(CollectionId=name, Image={"Bytes": picture}, ExternalImageId=external)
            (record,) = answer["FaceRecords"]
            faces[external] = record["Face"]["FaceId"]
        yield name, faces


def found(answer):
    return [match["Face"]["ExternalImageId"] for match in answer["FaceMatches"]]


def similarities(answer):
    return [match["Similarity"] for match in answer["FaceMatches"]]


# ---- by a stored face


def test_the_other_pictures_of_a_person_are_found_and_not_the_face_itself(rekognition, gallery):
    collection, faces = gallery
    for n in range(3):
        answer = rekognition.search_faces(CollectionId=collection, FaceId=faces[f"olive-{n}"], FaceMatchThreshold=90)
        assert set(found(answer)) == {f"olive-{it}" for it in range(3)} - {f"olive-{n}"}
        assert answer["SearchedFaceId"] == faces[f"olive-{n}"]
        assert answer["FaceModelVersion"]
        assert all(90 <= it <= 100 for it in similarities(answer))


def test_a_match_is_the_face_as_it_is_listed(rekognition, gallery):
    collection, faces = gallery
    listed = {face["FaceId"]: face for face in rekognition.list_faces(CollectionId=collection)["Faces"]}
    for match in rekognition.search_faces(CollectionId=collection, FaceId=faces["olive-0"])["FaceMatches"]:
        assert match["Face"] == listed[match["Face"]["FaceId"]]
        assert set(match["Face"]) == STORED | {"ExternalImageId"}


def test_whom_nobody_resembles_is_found_by_nobody(rekognition, gallery):
    collection, faces = gallery
    for alone in ("maroon", "peach", "green"):
        assert found(rekognition.search_faces(CollectionId=collection, FaceId=faces[alone])) == []


def test_threshold_0_finds_all_others_the_most_similar_first(rekognition, gallery):
    collection, faces = gallery
    answer = rekognition.search_faces(CollectionId=collection, FaceId=faces["olive-0"], FaceMatchThreshold=0)
    assert sorted(found(answer)) == sorted(set(faces) - {"olive-0"})
    assert set(found(answer)[:2]) == {"olive-1", "olive-2"}
    assert similarities(answer) == sorted(similarities(answer), reverse=True)
    assert all(0 <= it <= 100 for it in similarities(answer))


def test_the_threshold_is_the_least_similarity_and_80_by_default(rekognition, gallery):
    collection, faces = gallery
    # The endpoint's model finds stripes nearly so similar to olive: a little more or a little less than 80.

    def search(**options):
        return rekognition.search_faces(CollectionId=collection, FaceId=faces["olive-0"], **options)

    everything = similarities(search(FaceMatchThreshold=0))
    for threshold in (80, 100, everything[0], everything[2]):
        expected = [it for it in everything if it >= threshold]
        assert similarities(search(FaceMatchThreshold=threshold)) == pytest.approx(expected, abs=0.01), threshold
    assert similarities(search()) == similarities(search(FaceMatchThreshold=80))


def test_max_faces_keeps_the_most_similar(rekognition, gallery):
    collection, faces = gallery

    def search(**options):
        return rekognition.search_faces(CollectionId=collection, FaceId=faces["olive-0"], FaceMatchThreshold=0, **options)

    everything = found(search())
    for most in (1, 2, 6, 4096):
        assert found(search(MaxFaces=most)) == everything[:most]


def test_a_face_that_is_not_in_the_collection_is_refused(rekognition, gallery, scene):
    for face in (str(uuid.uuid4()), scene.face):
        status, code, message = refused(rekognition.search_faces, CollectionId=gallery[0], FaceId=face)
        assert (status, code) == (400, INVALID_PARAMETER)
        assert "faceId was not found in the collection" in message


# ---- by an image


def test_a_person_is_found_by_a_picture_that_was_never_indexed(rekognition, gallery, people):
    collection, _ = gallery
    photo = {"Bytes": people.jpeg("olive", "brighter")}
    answer = rekognition.search_faces_by_image(CollectionId=collection, Image=photo, FaceMatchThreshold=90)
    assert sorted(found(answer)) == ["olive-0", "olive-1", "olive-2"]
    assert similarities(answer) == sorted(similarities(answer), reverse=True)
    assert all(90 <= it <= 100 for it in similarities(answer))


@pytest.mark.parametrize("variant", SAME_FACE)
def test_the_same_face_in_another_picture_is_found_and_nobody_else(rekognition, gallery, people, variant):
    photo = {"Bytes": people.jpeg("peach", variant)}
    answer = rekognition.search_faces_by_image(CollectionId=gallery[0], Image=photo)
    assert found(answer) == ["peach"]
    assert 90 < similarities(answer)[0] <= 100


def test_an_indexed_picture_finds_its_face_with_full_similarity(rekognition, gallery, people):
    collection, _ = gallery
    photo = {"Bytes": people.jpeg("maroon")}
    answer = rekognition.search_faces_by_image(CollectionId=collection, Image=photo, FaceMatchThreshold=100)
    assert (found(answer), similarities(answer)) == (["maroon"], [100])


def test_a_stranger_is_not_found(rekognition, gallery, people):
    answer = rekognition.search_faces_by_image(CollectionId=gallery[0], Image={"Bytes": people.jpeg("plum")})
    assert answer["FaceMatches"] == []
    assert answer["SearchedFaceConfidence"] > 50, "a face there was"


def test_the_largest_face_of_the_image_is_searched_for(rekognition, gallery, people):
    photo = {"Bytes": people.side_by_side("peach", "green", "olive", scales=(0.5, 1.2, 0.5))}
    answer = rekognition.search_faces_by_image(CollectionId=gallery[0], Image=photo, FaceMatchThreshold=90)
    assert found(answer) == ["green"]
    box = answer["SearchedFaceBoundingBox"]
    assert 0.25 < box["Left"] + box["Width"] / 2 < 0.75
    largest = rekognition.detect_faces(Image=photo)["FaceDetails"][0]
    assert (box, answer["SearchedFaceConfidence"]) == (largest["BoundingBox"], largest["Confidence"])


def test_a_search_by_image_takes_a_threshold_and_a_maximum(rekognition, gallery, people):
    collection, faces = gallery
    photo = {"Bytes": people.jpeg("green")}
    everything = rekognition.search_faces_by_image(CollectionId=collection, Image=photo, FaceMatchThreshold=0)
    assert sorted(found(everything)) == sorted(faces), "the face itself among them"
    one = rekognition.search_faces_by_image(CollectionId=collection, Image=photo, FaceMatchThreshold=0, MaxFaces=1)
    assert found(one) == found(everything)[:1] == ["green"]


def test_a_face_that_is_filtered_out_is_not_searched_for(rekognition, gallery, people):
    photo = {"Bytes": people.jpeg("olive", "very blurred")}
    for quality in ("AUTO", "HIGH"):
        code = refused_as(rekognition.search_faces_by_image, CollectionId=gallery[0], Image=photo, QualityFilter=quality)
        assert code == INVALID_PARAMETER
    unfiltered = rekognition.search_faces_by_image(CollectionId=gallery[0], Image=photo, FaceMatchThreshold=0)
    assert len(unfiltered["FaceMatches"]) == 7, "by default nothing is filtered out"


def test_an_empty_collection_has_no_matches(rekognition, collection, people):
    answer = rekognition.search_faces_by_image(CollectionId=collection, Image={"Bytes": people.jpeg("olive")}, FaceMatchThreshold=0)
    assert answer["FaceMatches"] == []


def test_a_deleted_face_is_found_no_more(rekognition, collection, people):
    photo = {"Bytes": people.jpeg("olive")}
    face = rekognition.index_faces(CollectionId=collection, Image=photo)["FaceRecords"][0]["Face"]["FaceId"]
    assert len(rekognition.search_faces_by_image(CollectionId=collection, Image=photo)["FaceMatches"]) == 1
    rekognition.delete_faces(CollectionId=collection, FaceIds=[face])
    assert rekognition.search_faces_by_image(CollectionId=collection, Image=photo)["FaceMatches"] == []
    assert refused_as(rekognition.search_faces, CollectionId=collection, FaceId=face) == INVALID_PARAMETER


# ---- refused

THRESHOLDS = [{"FaceMatchThreshold": -0.1}, {"FaceMatchThreshold": 100.1}, {"MaxFaces": 0}, {"MaxFaces": 4097}, {"MaxFaces": -1}]


@pytest.mark.parametrize(
    "bad", [*THRESHOLDS, {"FaceId": ""}, {"FaceId": "x"}, {"FaceId": str(uuid.UUID(int=2**128 - 1)).upper()}, {"FaceId": None}], ids=str
)
def test_parameters_of_search_faces_outside_the_model_are_refused(scene, lax, bad):
    assert refused_as(lax.search_faces, **scene.request("SearchFaces") | bad) == INVALID_PARAMETER


@pytest.mark.parametrize("bad", [*THRESHOLDS, {"QualityFilter": "BEST"}, {"QualityFilter": ""}], ids=str)
def test_parameters_of_search_faces_by_image_outside_the_model_are_refused(scene, lax, bad):
    assert refused_as(lax.search_faces_by_image, **scene.request("SearchFacesByImage") | bad) == INVALID_PARAMETER
