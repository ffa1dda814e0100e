"""Users of a collection: created, listed and deleted, each request once."""

import concurrent.futures
import uuid

import pytest

from recognition import call, index_many
from refusals import refused, refused_as

INVALID_PARAMETER = "InvalidParameterException"
CONFLICT = "ConflictException"
NOT_FOUND = "ResourceNotFoundException"
MISMATCH = "IdempotentParameterMismatchException"


@pytest.fixture
def users(rekognition, collection):
    """Tells the users of the test's collection: {id: status}."""

    def tell():
        return {user["UserId"]: user["UserStatus"] for user in rekognition.list_users(CollectionId=collection)["Users"]}

    return tell


@pytest.fixture
def token():
    return uuid.uuid4().hex


# ---- life


def test_a_user_is_created_without_faces_and_deleted(rekognition, collection, users):
    created = rekognition.create_user(CollectionId=collection, UserId="ada")
    assert set(created) == {"ResponseMetadata"}
    assert users() == {"ada": "CREATED"}
    assert rekognition.describe_collection(CollectionId=collection)["UserCount"] == 1
    deleted = rekognition.delete_user(CollectionId=collection, UserId="ada")
    assert set(deleted) == {"ResponseMetadata"}
    assert users() == {}
    assert rekognition.describe_collection(CollectionId=collection)["UserCount"] == 0


def test_a_name_is_taken_only_once_and_differs_by_case(rekognition, collection, users):
    rekognition.create_user(CollectionId=collection, UserId="ada")
    assert refused_as(rekognition.create_user, CollectionId=collection, UserId="ada") == CONFLICT
    rekognition.create_user(CollectionId=collection, UserId="Ada")
    assert users() == {"ada": "CREATED", "Ada": "CREATED"}


def test_a_user_who_is_not_there_is_not_deleted(rekognition, collection):
    assert refused_as(rekognition.delete_user, CollectionId=collection, UserId="nobody") == NOT_FOUND


def test_deleting_a_user_leaves_the_faces_to_nobody(rekognition, collection, people):
    faces = index_many(rekognition, collection, people.crowd("olive", 2, 1), 2)
    rekognition.create_user(CollectionId=collection, UserId="ada")
    rekognition.associate_faces(CollectionId=collection, UserId="ada", FaceIds=faces)
    assert {it.get("UserId") for it in rekognition.list_faces(CollectionId=collection)["Faces"]} == {"ada"}
    rekognition.delete_user(CollectionId=collection, UserId="ada")
    listed = rekognition.list_faces(CollectionId=collection)["Faces"]
    assert [it["FaceId"] for it in listed] == faces
    assert all("UserId" not in it for it in listed)
    assert rekognition.search_users(CollectionId=collection, FaceId=faces[0], UserMatchThreshold=0)["UserMatches"] == []
    assert rekognition.delete_faces(CollectionId=collection, FaceIds=faces)["DeletedFaces"] == faces


@pytest.mark.parametrize("unusual", ["1", ":", "team:ada_1.x-y", "x" * 128])
def test_names_that_keep_the_rule_are_taken(rekognition, collection, users, unusual):
    rekognition.create_user(CollectionId=collection, UserId=unusual)
    assert users() == {unusual: "CREATED"}
    rekognition.delete_user(CollectionId=collection, UserId=unusual)


@pytest.mark.parametrize("operation", ["CreateUser", "DeleteUser", "AssociateFaces", "DisassociateFaces", "SearchUsers"])
def test_names_that_break_the_rule_are_refused(scene, lax, operation):
    request = {name: value for name, value in scene.request(operation).items() if name not in ("UserId", "FaceId")}
    for bad in ("", "a b", "a/b", "é", "x" * 129, "a\n", None):
        assert refused_as(lambda **it: call(lax, operation, **it), **request, UserId=bad) == INVALID_PARAMETER, bad


def test_of_many_creators_exactly_one_wins(rekognition, collection, users):
    def create(_):
        try:
            return bool(rekognition.create_user(CollectionId=collection, UserId="ada"))
        except rekognition.exceptions.ConflictException:
            return False

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(16))) == 1
    assert users() == {"ada": "CREATED"}


# ---- listing


def test_pages_of_any_size_have_every_user_once(rekognition, collection):
    names = [f"user-{n}" for n in (3, 1, 4, 0, 2)]
    for name in names:
        rekognition.create_user(CollectionId=collection, UserId=name)
    for size in (1, 2, 5, 500):
        pages = list(rekognition.get_paginator("list_users").paginate(CollectionId=collection, PaginationConfig={"PageSize": size}))
        listed = [user["UserId"] for page in pages for user in page["Users"]]
        assert sorted(listed) == sorted(names)
        assert len(pages) == max(1, -(-5 // size)), "no empty page at the end"
        assert "NextToken" not in pages[-1]


def test_a_page_has_1_to_500_users_and_a_token_is_good_for_its_listing_only(lax, collection, scene):
    for name in ("ada", "bea"):
        lax.create_user(CollectionId=collection, UserId=name)
    for bad in (0, -1, 501):
        assert refused_as(lax.list_users, CollectionId=collection, MaxResults=bad) == INVALID_PARAMETER
    token = lax.list_users(CollectionId=collection, MaxResults=1)["NextToken"]
    assert [it["UserId"] for it in lax.list_users(CollectionId=collection, NextToken=token)["Users"]] == ["bea"]
    invalid = (400, "InvalidPaginationTokenException", "Invalid Token")
    for bad in ("garbage", token[:-1], token + "A"):
        assert refused(lax.list_users, CollectionId=collection, NextToken=bad) == invalid
    assert refused(lax.list_users, CollectionId=scene.collection, NextToken=token) == invalid, "another collection"
    assert refused_as(lax.list_users, CollectionId=collection, NextToken="x" * 256) == INVALID_PARAMETER


# ---- each request once


def test_a_request_that_comes_again_is_answered_again_and_not_carried_out_again(rekognition, collection, users, token):
    for _ in range(2):
        rekognition.create_user(CollectionId=collection, UserId="ada", ClientRequestToken=token)
    assert users() == {"ada": "CREATED"}
    other = uuid.uuid4().hex
    for _ in range(2):
        rekognition.delete_user(CollectionId=collection, UserId="ada", ClientRequestToken=other)
    assert users() == {}
    rekognition.create_user(CollectionId=collection, UserId="ada", ClientRequestToken=token)
    assert users() == {}, "the answer to what was done then"


def test_a_token_is_for_one_request(rekognition, collection, users, token):
    rekognition.create_user(CollectionId=collection, UserId="ada", ClientRequestToken=token)
    status, code, message = refused(rekognition.create_user, CollectionId=collection, UserId="bea", ClientRequestToken=token)
    assert (status, code) == (400, MISMATCH)
    assert message == f"The ClientRequestToken: {token} you have supplied is already in use."
    assert refused_as(rekognition.delete_user, CollectionId=collection, UserId="ada", ClientRequestToken=token) == MISMATCH
    assert users() == {"ada": "CREATED"}


def test_a_refused_request_does_not_use_up_its_token(rekognition, collection, users, token):
    request = {"CollectionId": collection, "UserId": "ada", "ClientRequestToken": token}
    assert refused_as(rekognition.delete_user, **request) == NOT_FOUND
    rekognition.create_user(**request)
    assert users() == {"ada": "CREATED"}


def test_a_token_in_another_collection_is_another(rekognition, collection, scene, token):
    rekognition.create_user(CollectionId=collection, UserId="ada", ClientRequestToken=token)
    rekognition.create_user(CollectionId=scene.collection, UserId=f"ada-{token}", ClientRequestToken=token)


@pytest.mark.parametrize("operation", ["CreateUser", "DeleteUser", "AssociateFaces", "DisassociateFaces"])
@pytest.mark.parametrize("bad", ["", "a b", "a.b", "x" * 65])
def test_tokens_that_break_the_rule_are_refused(scene, lax, operation, bad):
    request = scene.request(operation) | {"ClientRequestToken": bad}
    assert refused_as(lambda **it: call(lax, operation, **it), **request) == INVALID_PARAMETER
