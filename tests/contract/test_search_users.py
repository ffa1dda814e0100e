"""SearchUsers and SearchUsersByImage."""

import uuid

import pytest

from conftest import a_collection
from refusals import refused_as

INVALID_PARAMETER = "InvalidParameterException"
FACES = {"olive": ("as it is", "mirrored", "darker"), "maroon": ("as it is",), "peach": ("as it is",)}


@pytest.fixture(scope="module")
def crowd(rekognition, people):
    """A collection with a user for each of three people, one without faces, and a face that is nobody's: its name and the faces."""
    with a_collection(rekognition) as name:
        faces = {}
        for who in (*FACES, "green"):
            variants = FACES.get(who, ("as it is",))
            answers = [rekognition.index_faces(CollectionId=name, Image={"Bytes": people.jpeg(who, it)}) for it in variants]
            faces[who] = [answer["FaceRecords"][0]["Face"]["FaceId"] for answer in answers]
        for who in (*FACES, "nobody-yet"):
            rekognition.create_user(CollectionId=name, UserId=who)
        for who in FACES:
            answer = rekognition.associate_faces(CollectionId=name, UserId=who, FaceIds=faces[who])
            assert len(answer["AssociatedFaces"]) == len(faces[who])
        yield name, faces


def found(answer):
    return [match["User"]["UserId"] for match in answer["UserMatches"]]


def similarities(answer):
    return [match["Similarity"] for match in answer["UserMatches"]]


def check_order(answer):
    assert similarities(answer) == sorted(similarities(answer), reverse=True)
    assert all(0 <= it <= 100 for it in similarities(answer))
    assert all(match["User"]["UserStatus"] == "ACTIVE" for match in answer["UserMatches"])


# ---- by a face or a user


def test_a_face_finds_the_user_who_has_it(rekognition, crowd):
    collection, faces = crowd
    for who in FACES:
        answer = rekognition.search_users(CollectionId=collection, FaceId=faces[who][0])
        assert found(answer) == [who]
        assert answer["SearchedFace"] == {"FaceId": faces[who][0]}
        assert "SearchedUser" not in answer
        assert answer["FaceModelVersion"]
        check_order(answer)
    assert found(rekognition.search_users(CollectionId=collection, FaceId=faces["green"][0])) == []


def test_a_user_finds_other_users_and_not_itself_nor_those_without_faces(rekognition, crowd):
    collection, _ = crowd
    assert found(rekognition.search_users(CollectionId=collection, UserId="olive")) == []
    answer = rekognition.search_users(CollectionId=collection, UserId="olive", UserMatchThreshold=0)
    assert sorted(found(answer)) == ["maroon", "peach"]
    assert answer["SearchedUser"] == {"UserId": "olive"}
    assert "SearchedFace" not in answer
    check_order(answer)
    assert found(rekognition.search_users(CollectionId=collection, UserId="nobody-yet", UserMatchThreshold=0)) == []


def test_the_threshold_is_the_least_similarity_and_80_by_default(rekognition, crowd):
    collection, faces = crowd

    def search(**options):
        return rekognition.search_users(CollectionId=collection, FaceId=faces["olive"][1], **options)

    everything = search(UserMatchThreshold=0)
    assert sorted(found(everything)) == sorted(FACES)
    check_order(everything)
    assert found(everything)[0] == "olive"
    for threshold in (80, 100, similarities(everything)[1]):
        expected = [it for it in similarities(everything) if it >= threshold]
        assert similarities(search(UserMatchThreshold=threshold)) == pytest.approx(expected, abs=0.01)
    assert similarities(search()) == similarities(search(UserMatchThreshold=80))
    for most in (1, 2, 500):
        assert found(search(UserMatchThreshold=0, MaxUsers=most)) == found(everything)[:most]


def test_whoever_is_not_there_cannot_be_searched_for(rekognition, crowd, scene):
    collection, _ = crowd
    assert refused_as(rekognition.search_users, CollectionId=collection, UserId="stranger") == "ResourceNotFoundException"
    for face in (str(uuid.uuid4()), scene.face):
        assert refused_as(rekognition.search_users, CollectionId=collection, FaceId=face) == INVALID_PARAMETER


def test_a_search_is_for_a_face_or_a_user(scene, lax):
    request = scene.request("SearchUsers")
    assert refused_as(lax.search_users, **request, UserId=scene.user) == INVALID_PARAMETER
    assert refused_as(lax.search_users, CollectionId=scene.collection) == INVALID_PARAMETER


# ---- by an image


def test_a_person_is_found_by_a_picture_that_was_never_indexed(rekognition, crowd, people):
    photo = {"Bytes": people.jpeg("olive", "brighter")}
    answer = rekognition.search_users_by_image(CollectionId=crowd[0], Image=photo)
    assert found(answer) == ["olive"]
    check_order(answer)
    assert answer["UnsearchedFaces"] == []
    (detail,) = rekognition.detect_faces(Image=photo)["FaceDetails"]
    assert answer["SearchedFace"] == {"FaceDetail": detail}


def test_a_face_that_no_user_has_finds_nobody(rekognition, crowd, people):
    answer = rekognition.search_users_by_image(CollectionId=crowd[0], Image={"Bytes": people.jpeg("green")})
    assert answer["UserMatches"] == []
    assert answer["SearchedFace"]["FaceDetail"]["Confidence"] > 50


def test_only_the_largest_face_is_searched_for_and_the_others_are_told(rekognition, crowd, people):
    photo = {"Bytes": people.side_by_side("peach", "maroon", "olive", scales=(0.5, 1.2, 0.6))}
    answer = rekognition.search_users_by_image(CollectionId=crowd[0], Image=photo, UserMatchThreshold=90)
    assert found(answer) == ["maroon"]
    details = rekognition.detect_faces(Image=photo)["FaceDetails"]
    assert answer["SearchedFace"]["FaceDetail"] == details[0]
    assert [it["FaceDetails"] for it in answer["UnsearchedFaces"]] == details[1:]
    assert [it["Reasons"] for it in answer["UnsearchedFaces"]] == [["FACE_NOT_LARGEST"]] * 2


def test_a_search_by_image_takes_a_threshold_and_a_maximum(rekognition, crowd, people):
    photo = {"Bytes": people.jpeg("peach")}
    everything = rekognition.search_users_by_image(CollectionId=crowd[0], Image=photo, UserMatchThreshold=0)
    assert sorted(found(everything)) == sorted(FACES)
    check_order(everything)
    one = rekognition.search_users_by_image(CollectionId=crowd[0], Image=photo, UserMatchThreshold=0, MaxUsers=1)
    assert found(one) == ["peach"]


def test_a_face_that_is_filtered_out_is_told_and_finds_nobody(rekognition, crowd, people):
    photo = {"Bytes": people.jpeg("olive", "very blurred")}
    for quality in ("AUTO", "HIGH"):
        answer = rekognition.search_users_by_image(
            CollectionId=crowd[0], Image=photo, QualityFilter=quality, UserMatchThreshold=0
        )
        assert answer["UserMatches"] == []
        assert "SearchedFace" not in answer
        (unsearched,) = answer["UnsearchedFaces"]
        assert "LOW_SHARPNESS" in unsearched["Reasons"]
    unfiltered = rekognition.search_users_by_image(CollectionId=crowd[0], Image=photo, UserMatchThreshold=0)
    assert len(unfiltered["UserMatches"]) == 3, "by default nothing is filtered out"


# ---- refused

LIMITS = [{"UserMatchThreshold": -0.1}, {"UserMatchThreshold": 100.1}, {"MaxUsers": 0}, {"MaxUsers": 501}]


@pytest.mark.parametrize("bad", [*LIMITS, {"FaceId": "x"}, {"FaceId": ""}], ids=str)
def test_parameters_of_search_users_outside_the_model_are_refused(scene, lax, bad):
    assert refused_as(lax.search_users, **scene.request("SearchUsers") | bad) == INVALID_PARAMETER


@pytest.mark.parametrize("bad", [*LIMITS, {"QualityFilter": "BEST"}], ids=str)
def test_parameters_of_search_users_by_image_outside_the_model_are_refused(scene, lax, bad):
    assert refused_as(lax.search_users_by_image, **scene.request("SearchUsersByImage") | bad) == INVALID_PARAMETER
