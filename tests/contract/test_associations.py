"""AssociateFaces and DisassociateFaces: which faces are a user's."""

import uuid

import pytest

from recognition import index_many
from refusals import refused, refused_as

INVALID_PARAMETER = "InvalidParameterException"
NOT_FOUND = "ResourceNotFoundException"
NOBODYS = "00000000-0000-4000-8000-000000000000"


def index(rekognition, collection, picture):
    return rekognition.index_faces(CollectionId=collection, Image={"Bytes": picture})["FaceRecords"][0]["Face"]["FaceId"]


@pytest.fixture
def faces(rekognition, collection, people):
    """Three faces of one person, in a collection with the users ada and bea."""
    for user in ("ada", "bea"):
        rekognition.create_user(CollectionId=collection, UserId=user)
    return index_many(rekognition, collection, people.crowd("olive", 3, 1), 3)


@pytest.fixture
def associate(rekognition, collection):
    def ask(user, faces, **options):
        return rekognition.associate_faces(CollectionId=collection, UserId=user, FaceIds=faces, **options)

    return ask


@pytest.fixture
def disassociate(rekognition, collection):
    def ask(user, faces, **options):
        return rekognition.disassociate_faces(CollectionId=collection, UserId=user, FaceIds=faces, **options)

    return ask


@pytest.fixture
def owners(rekognition, collection):
    """Tells whose each face is."""

    def tell():
        return {it["FaceId"]: it.get("UserId") for it in rekognition.list_faces(CollectionId=collection)["Faces"]}

    return tell


def of(answer, list_name):
    return sorted(it["FaceId"] for it in answer[list_name])


# ---- associating


def test_faces_become_a_users_and_are_listed_as_such(rekognition, collection, faces, associate, owners):
    answer = associate("ada", faces[:2])
    assert of(answer, "AssociatedFaces") == sorted(faces[:2])
    assert answer["UnsuccessfulFaceAssociations"] == []
    assert answer["UserStatus"] == "ACTIVE"
    assert owners() == {faces[0]: "ada", faces[1]: "ada", faces[2]: None}
    of_ada = rekognition.list_faces(CollectionId=collection, UserId="ada")["Faces"]
    assert [it["FaceId"] for it in of_ada] == faces[:2]
    one = rekognition.list_faces(CollectionId=collection, UserId="ada", FaceIds=faces[1:])["Faces"]
    assert [it["FaceId"] for it in one] == faces[1:2], "both conditions"
    assert rekognition.list_faces(CollectionId=collection, UserId="bea")["Faces"] == []
    statuses = {it["UserId"]: it["UserStatus"] for it in rekognition.list_users(CollectionId=collection)["Users"]}
    assert statuses == {"ada": "ACTIVE", "bea": "CREATED"}


def test_a_face_that_the_user_has_already_is_passed_over_in_silence(faces, associate):
    associate("ada", faces[:1])
    answer = associate("ada", faces[:2])
    assert of(answer, "AssociatedFaces") == faces[1:2]
    assert answer["UnsuccessfulFaceAssociations"] == []
    again = associate("ada", faces[:2])
    assert (again["AssociatedFaces"], again["UnsuccessfulFaceAssociations"], again["UserStatus"]) == ([], [], "ACTIVE")


def test_the_face_of_another_user_and_one_that_is_not_there_are_told(faces, associate, owners):
    associate("bea", faces[:1])
    answer = associate("ada", [faces[0], NOBODYS, faces[1]])
    assert of(answer, "AssociatedFaces") == faces[1:2]
    reasons = {it["FaceId"]: (it["Reasons"], it.get("UserId")) for it in answer["UnsuccessfulFaceAssociations"]}
    assert reasons == {
        faces[0]: (["ASSOCIATED_TO_A_DIFFERENT_USER"], "bea"),
        NOBODYS: (["FACE_NOT_FOUND"], None),
    }
    assert owners() == {faces[0]: "bea", faces[1]: "ada", faces[2]: None}


def test_a_face_unlike_the_users_is_not_taken_and_its_confidence_told(rekognition, collection, people, faces, associate, owners):
    stranger = index(rekognition, collection, people.jpeg("green"))
    associate("ada", faces[:2])
    for options in ({}, {"UserMatchThreshold": 75}, {"UserMatchThreshold": 100}):
        answer = associate("ada", [stranger], **options)
        assert answer["AssociatedFaces"] == []
        (refusal,) = answer["UnsuccessfulFaceAssociations"]
        assert (refusal["FaceId"], refusal["Reasons"]) == (stranger, ["LOW_MATCH_CONFIDENCE"])
        assert 0 <= refusal["Confidence"] < 75
    assert owners()[stranger] is None
    similarity = refusal["Confidence"]
    assert of(associate("ada", [stranger], UserMatchThreshold=max(0, similarity - 1)), "AssociatedFaces") == [stranger]


def test_75_is_the_default_threshold(rekognition, collection, people, faces, associate):
    associate("ada", faces[:1])
    # The endpoint's model finds the first of them somewhat less than 80 percent similar, the other much less.
    for who in ("stripes", "green"):
        stranger = index(rekognition, collection, people.jpeg(who))
        (refusal,) = associate("ada", [stranger], UserMatchThreshold=100)["UnsuccessfulFaceAssociations"]
        taken = associate("ada", [stranger])["AssociatedFaces"]
        assert bool(taken) == (refusal["Confidence"] >= 75), who
        rekognition.disassociate_faces(CollectionId=collection, UserId="ada", FaceIds=[stranger])


def test_the_first_face_of_a_user_has_nothing_to_be_compared_with(rekognition, collection, people, faces, associate):
    stranger = index(rekognition, collection, people.jpeg("green"))
    assert of(associate("ada", [stranger], UserMatchThreshold=100), "AssociatedFaces") == [stranger]
    answer = associate("ada", faces[:1])
    assert [it["Reasons"] for it in answer["UnsuccessfulFaceAssociations"]] == [["LOW_MATCH_CONFIDENCE"]]


def test_a_user_has_at_most_100_faces(rekognition, scene):
    faces, request = scene.hundred_and_one, {"CollectionId": scene.collection, "UserId": "collector"}
    rekognition.create_user(**request)
    rekognition.associate_faces(**request, FaceIds=faces[:98], UserMatchThreshold=0)
    too_many = refused_as(rekognition.associate_faces, **request, FaceIds=faces[98:], UserMatchThreshold=0)
    assert too_many == "ServiceQuotaExceededException"
    of_user = rekognition.list_faces(**request)["Faces"]
    assert len(of_user) == 98, "nothing of what was refused was done"
    last = rekognition.associate_faces(**request, FaceIds=faces[98:100], UserMatchThreshold=0)
    assert of(last, "AssociatedFaces") == sorted(faces[98:100])
    known = rekognition.associate_faces(**request, FaceIds=faces[:100], UserMatchThreshold=0)
    assert known["AssociatedFaces"] == [], "faces that the user has already need no room"
    rekognition.delete_user(**request)


# ---- disassociating


def test_faces_are_nobodys_again_and_stay(faces, associate, disassociate, owners):
    associate("ada", faces)
    answer = disassociate("ada", faces[:2])
    assert of(answer, "DisassociatedFaces") == sorted(faces[:2])
    assert (answer["UnsuccessfulFaceDisassociations"], answer["UserStatus"]) == ([], "ACTIVE")
    assert owners() == {faces[0]: None, faces[1]: None, faces[2]: "ada"}
    last = disassociate("ada", faces[2:])
    assert last["UserStatus"] == "CREATED", "without faces, as at first"
    assert set(owners().values()) == {None}
    assert associate("bea", faces)["UserStatus"] == "ACTIVE"


def test_what_cannot_be_disassociated_is_told(faces, associate, disassociate, owners):
    associate("ada", faces[:1])
    associate("bea", faces[1:2])
    answer = disassociate("ada", [faces[0], faces[1], NOBODYS])
    assert of(answer, "DisassociatedFaces") == faces[:1]
    reasons = {it["FaceId"]: (it["Reasons"], it.get("UserId")) for it in answer["UnsuccessfulFaceDisassociations"]}
    assert reasons == {
        faces[1]: (["ASSOCIATED_TO_A_DIFFERENT_USER"], "bea"),
        NOBODYS: (["FACE_NOT_FOUND"], None),
    }
    assert owners()[faces[1]] == "bea"


def test_a_face_that_is_nobodys_already_is_passed_over_in_silence(faces, associate, disassociate):
    associate("ada", faces[:1])
    answer = disassociate("ada", faces[1:2])
    assert (answer["DisassociatedFaces"], answer["UnsuccessfulFaceDisassociations"]) == ([], [])
    assert answer["UserStatus"] == "ACTIVE"


# ---- each request once


def test_a_request_that_comes_again_is_answered_as_the_first_time(faces, associate, disassociate, owners):
    token, other = uuid.uuid4().hex, uuid.uuid4().hex
    first = associate("ada", faces[:2], ClientRequestToken=token)
    again = associate("ada", faces[:2], ClientRequestToken=token)
    assert of(again, "AssociatedFaces") == of(first, "AssociatedFaces") == sorted(faces[:2])
    first = disassociate("ada", faces[:2], ClientRequestToken=other)
    again = disassociate("ada", faces[:2], ClientRequestToken=other)
    assert of(again, "DisassociatedFaces") == of(first, "DisassociatedFaces") == sorted(faces[:2])
    assert again["UserStatus"] == first["UserStatus"]
    associate("ada", faces[:2], ClientRequestToken=token)
    assert set(owners().values()) == {None}, "not carried out again"


def test_a_token_with_other_faces_another_threshold_or_user_is_refused(faces, associate, disassociate, collection):
    token = uuid.uuid4().hex
    associate("ada", faces[:1], ClientRequestToken=token)
    for call, user, wanted, options in (
        (associate, "ada", faces[:2], {}),
        (associate, "bea", faces[:1], {}),
        (associate, "ada", faces[:1], {"UserMatchThreshold": 10}),
        (disassociate, "ada", faces[:1], {}),
    ):
        status, code, message = refused(call, user=user, faces=wanted, ClientRequestToken=token, **options)
        assert (status, code) == (400, "IdempotentParameterMismatchException")
        assert message == f"The ClientRequestToken: {token} you have supplied is already in use."


# ---- refused


@pytest.mark.parametrize("operation", ["associate_faces", "disassociate_faces"])
@pytest.mark.parametrize("face_ids", [[], ["x"], [NOBODYS, ""], [NOBODYS] * 101], ids=["none", "text", "empty", "101"])
def test_face_ids_are_1_to_100_uuids(scene, lax, operation, face_ids):
    call = getattr(lax, operation)
    assert refused_as(call, CollectionId=scene.collection, UserId=scene.user, FaceIds=face_ids) == INVALID_PARAMETER


def test_a_user_who_is_not_there_gets_and_loses_nothing(faces, associate, disassociate, owners):
    for call in (associate, disassociate):
        assert refused_as(call, user="nobody", faces=faces) == NOT_FOUND
    assert set(owners().values()) == {None}


@pytest.mark.parametrize("bad", [-0.1, 100.1])
def test_a_threshold_outside_0_to_100_is_refused(scene, lax, bad):
    assert refused_as(lax.associate_faces, **scene.request("AssociateFaces"), UserMatchThreshold=bad) == INVALID_PARAMETER
