"""ListFaces and DeleteFaces."""

import uuid

import pytest

from conftest import a_collection
from recognition import index_many
from refusals import refused, refused_as

INVALID_PARAMETER = "InvalidParameterException"


@pytest.fixture(scope="module")
def shelf(rekognition, people):
    """A collection of five faces, and their ids in the order they were stored."""
    with a_collection(rekognition) as name:
        yield name, index_many(rekognition, name, people.crowd("olive", 5, 1), 5)


@pytest.fixture
def faces(rekognition, collection, people):
    """Three faces in a collection of the test's own."""
    return index_many(rekognition, collection, people.crowd("olive", 3, 1), 3)


def listed(rekognition, collection, **filters):
    return [face["FaceId"] for face in rekognition.list_faces(CollectionId=collection, **filters)["Faces"]]


# ---- listing


def test_pages_of_any_size_have_every_face_once(rekognition, shelf):
    collection, faces = shelf
    for size in (1, 2, 4, 5, 6):
        pages = list(rekognition.get_paginator("list_faces").paginate(CollectionId=collection, PaginationConfig={"PageSize": size}))
        assert [face["FaceId"] for page in pages for face in page["Faces"]] == faces
        assert [len(page["Faces"]) for page in pages[:-1]] == [size] * (len(pages) - 1)
        assert len(pages) == -(-5 // size), "no empty page at the end"
        assert len({page["FaceModelVersion"] for page in pages}) == 1


def test_a_page_has_0_to_4096_faces(lax, shelf):
    collection, faces = shelf
    for bad in (-1, 4097):
        assert refused_as(lax.list_faces, CollectionId=collection, MaxResults=bad) == INVALID_PARAMETER
    for size in (0, 4096):
        assert listed(lax, collection, MaxResults=size) == faces, "0 is as if it were not given"


def test_faces_are_listed_by_their_ids(rekognition, shelf):
    collection, faces = shelf
    wanted = [faces[3], faces[1], str(uuid.uuid4()), faces[3]]
    assert sorted(listed(rekognition, collection, FaceIds=wanted)) == sorted([faces[1], faces[3]])
    assert listed(rekognition, collection, FaceIds=[str(uuid.uuid4())]) == []


def test_a_token_is_good_for_its_listing_only(lax, shelf, scene):
    collection, faces = shelf
    token = lax.list_faces(CollectionId=collection, MaxResults=1)["NextToken"]
    assert listed(lax, collection, NextToken=token) == faces[1:]
    invalid = (400, "InvalidPaginationTokenException", "Invalid Token")
    users = lax.list_collections(MaxResults=1)["NextToken"]
    for bad in ("garbage", token[:-1], token[1:], token + "A", users):
        assert refused(lax.list_faces, CollectionId=collection, NextToken=bad) == invalid
    assert refused(lax.list_faces, CollectionId=scene.collection, NextToken=token) == invalid, "another collection"
    assert refused(lax.list_faces, CollectionId=collection, FaceIds=faces, NextToken=token) == invalid, "another filter"
    assert refused_as(lax.list_faces, CollectionId=collection, NextToken="x" * 256) == INVALID_PARAMETER


def test_a_listing_goes_on_when_faces_come_and_go(rekognition, collection, faces, people):
    page = rekognition.list_faces(CollectionId=collection, MaxResults=1)
    assert [face["FaceId"] for face in page["Faces"]] == faces[:1]
    rekognition.delete_faces(CollectionId=collection, FaceIds=faces[:2])
    new = rekognition.index_faces(CollectionId=collection, Image={"Bytes": people.jpeg("plum")})["FaceRecords"][0]["Face"]["FaceId"]
    assert listed(rekognition, collection, NextToken=page["NextToken"]) == [faces[2], new]


# ---- deleting


def test_deleted_faces_are_gone_and_the_others_stay(rekognition, collection, faces):
    answer = rekognition.delete_faces(CollectionId=collection, FaceIds=[faces[2], faces[0]])
    assert sorted(answer["DeletedFaces"]) == sorted([faces[0], faces[2]])
    assert answer["UnsuccessfulFaceDeletions"] == []
    assert listed(rekognition, collection) == [faces[1]]
    assert rekognition.describe_collection(CollectionId=collection)["FaceCount"] == 1


def test_a_face_that_is_not_there_is_told_beside_those_that_were(rekognition, collection, faces):
    nobodys = str(uuid.uuid4())
    answer = rekognition.delete_faces(CollectionId=collection, FaceIds=[nobodys, faces[0], faces[0]])
    assert answer["DeletedFaces"] == [faces[0]]
    assert answer["UnsuccessfulFaceDeletions"] == [{"FaceId": nobodys, "Reasons": ["FACE_NOT_FOUND"]}]
    again = rekognition.delete_faces(CollectionId=collection, FaceIds=[faces[0]])
    assert "FACE_NOT_FOUND" in again["UnsuccessfulFaceDeletions"][0]["Reasons"]
    assert again.get("DeletedFaces", []) == []


def test_the_face_of_a_user_is_not_deleted_before_it_is_disassociated(rekognition, collection, faces):
    rekognition.create_user(CollectionId=collection, UserId="ada")
    rekognition.associate_faces(CollectionId=collection, UserId="ada", FaceIds=faces[:1])
    answer = rekognition.delete_faces(CollectionId=collection, FaceIds=faces[:2])
    assert answer["DeletedFaces"] == faces[1:2]
    assert answer["UnsuccessfulFaceDeletions"] == [
        {"FaceId": faces[0], "UserId": "ada", "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
    ]
    rekognition.disassociate_faces(CollectionId=collection, UserId="ada", FaceIds=faces[:1])
    assert rekognition.delete_faces(CollectionId=collection, FaceIds=faces[:1])["DeletedFaces"] == faces[:1]


# ---- refused

A_FACE = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"


@pytest.mark.parametrize("operation", ["list_faces", "delete_faces"])
@pytest.mark.parametrize(
    "face_ids",
    [[], ["x"], [""], [A_FACE.upper()], [A_FACE.replace("-", "")], [f"{{{A_FACE}}}"], [A_FACE, "x"], [A_FACE] * 4097],
    ids=["none", "text", "empty", "upper case", "no hyphens", "braces", "one of two", "4097"],
)
def test_face_ids_are_1_to_4096_uuids(lax, shelf, operation, face_ids):
    assert refused_as(getattr(lax, operation), CollectionId=shelf[0], FaceIds=face_ids) == INVALID_PARAMETER


def test_4096_face_ids_are_taken(rekognition, shelf):
    collection, _ = shelf
    strangers = [str(uuid.uuid4()) for _ in range(4096)]
    assert listed(rekognition, collection, FaceIds=strangers) == []
    answer = rekognition.delete_faces(CollectionId=collection, FaceIds=strangers)
    assert sorted(it["FaceId"] for it in answer["UnsuccessfulFaceDeletions"]) == sorted(strangers)
    assert answer.get("DeletedFaces", []) == []


def test_the_faces_of_a_user_who_is_not_there_are_not_listed(lax, shelf):
    assert refused_as(lax.list_faces, CollectionId=shelf[0], UserId="nobody") == "ResourceNotFoundException"
    for bad in ("", "a b", "x" * 129):
        assert refused_as(lax.list_faces, CollectionId=shelf[0], UserId=bad) == INVALID_PARAMETER
