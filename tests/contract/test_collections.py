"""Collections: their names, their life, their listing, and their tags."""

import concurrent.futures
import time
import uuid

import pytest

from conftest import REGION, a_collection
from recognition import IN_A_COLLECTION, call
from refusals import refused, refused_as

INVALID_PARAMETER = "InvalidParameterException"


@pytest.fixture
def name():
    return f"contract-{uuid.uuid4().hex[:16]}"


def listed(rekognition, **paging):
    pages = rekognition.get_paginator("list_collections").paginate(PaginationConfig=paging)
    return [it for page in pages for it in page["CollectionIds"]]


# ---- life


def test_a_collection_is_created_described_listed_and_deleted(rekognition, name):
    before = time.time()
    created = rekognition.create_collection(CollectionId=name)
    assert created["StatusCode"] == 200
    described = rekognition.describe_collection(CollectionId=name)
    assert (described["FaceCount"], described["UserCount"]) == (0, 0)
    assert described["FaceModelVersion"] == created["FaceModelVersion"] != ""
    assert before - 2 < described["CreationTimestamp"].timestamp() < time.time() + 2
    assert name in listed(rekognition)
    assert rekognition.delete_collection(CollectionId=name)["StatusCode"] == 200
    assert name not in listed(rekognition)
    assert refused_as(rekognition.describe_collection, CollectionId=name) == "ResourceNotFoundException"


def test_the_arn_of_a_new_collection_lacks_its_first_word_and_the_described_one_has_it(rekognition, name):
    created = rekognition.create_collection(CollectionId=name)["CollectionArn"]
    described = rekognition.describe_collection(CollectionId=name)["CollectionARN"]
    rekognition.delete_collection(CollectionId=name)
    service, _, resource = created.partition(f":{REGION}:")
    account, _, collection = resource.partition(":")
    assert (service, collection) == ("aws:rekognition", f"collection/{name}")
    assert len(account) == 12 and account.isdigit()
    assert described == f"arn:{created}"


def test_a_name_is_taken_only_once(rekognition, collection):
    refusal = refused(rekognition.create_collection, CollectionId=collection)
    assert refusal == (400, "ResourceAlreadyExistsException", f"The collection id: {collection} already exists")


def test_names_differ_by_case(rekognition, name):
    rekognition.create_collection(CollectionId=name)
    assert refused_as(rekognition.describe_collection, CollectionId=name.upper()) == "ResourceNotFoundException"
    rekognition.create_collection(CollectionId=name.upper())
    rekognition.delete_collection(CollectionId=name)
    assert rekognition.describe_collection(CollectionId=name.upper())["CollectionARN"].endswith(name.upper())
    rekognition.delete_collection(CollectionId=name.upper())


@pytest.mark.parametrize("unusual", ["1", ".", "..", "A_b-9.x", "x" * 255])
def test_names_that_keep_the_rule_are_taken(rekognition, unusual):
    rekognition.create_collection(CollectionId=unusual)
    assert unusual in listed(rekognition)
    rekognition.delete_collection(CollectionId=unusual)


@pytest.mark.parametrize("operation", ["CreateCollection", *IN_A_COLLECTION])
def test_names_that_break_the_rule_are_refused_by_every_operation(scene, lax, operation):
    for bad in ("", "a b", "a/b", "a:b", "é", "x" * 256, "a\n"):
        code = refused_as(lambda **it: call(lax, operation, **it), **scene.request(operation) | {"CollectionId": bad})
        assert code == INVALID_PARAMETER, bad


@pytest.mark.parametrize("operation", ["CreateCollection", *IN_A_COLLECTION])
def test_a_request_without_a_name_is_refused_by_every_operation(scene, lax, operation):
    request = {name: value for name, value in scene.request(operation).items() if name != "CollectionId"}
    _, code, message = refused(lambda **it: call(lax, operation, **it), **request)
    assert code == INVALID_PARAMETER
    assert "'collectionId'" in message and "must not be null" in message


@pytest.mark.parametrize("operation", IN_A_COLLECTION)
def test_a_collection_that_is_not_there_is_named_by_every_operation(scene, lax, name, operation):
    refusal = refused(lambda **it: call(lax, operation, **it), **scene.request(operation) | {"CollectionId": name})
    assert refusal == (400, "ResourceNotFoundException", f"The collection id: {name} does not exist")


def test_a_collection_created_again_has_nothing_of_the_former(rekognition, scene, name):
    rekognition.create_collection(CollectionId=name, Tags={"team": "north"})
    rekognition.index_faces(CollectionId=name, Image=scene.image)
    rekognition.create_user(CollectionId=name, UserId="ada")
    rekognition.delete_collection(CollectionId=name)
    rekognition.create_collection(CollectionId=name)
    described = rekognition.describe_collection(CollectionId=name)
    assert (described["FaceCount"], described["UserCount"]) == (0, 0)
    assert rekognition.list_faces(CollectionId=name)["Faces"] == []
    assert rekognition.list_tags_for_resource(ResourceArn=described["CollectionARN"])["Tags"] == {}
    rekognition.delete_collection(CollectionId=name)


def test_of_many_creators_exactly_one_wins(rekognition, name):
    def create(_):
        try:
            return rekognition.create_collection(CollectionId=name)["StatusCode"]
        except rekognition.exceptions.ResourceAlreadyExistsException:
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert [it for it in pool.map(create, range(16)) if it] == [200]
    rekognition.delete_collection(CollectionId=name)


# ---- listing


def test_a_listing_in_pages_of_one_has_every_collection_once_with_its_model(rekognition):
    with a_collection(rekognition) as one, a_collection(rekognition) as other, a_collection(rekognition) as third:
        pages = list(rekognition.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 1}))
        assert all(len(page["CollectionIds"]) == len(page["FaceModelVersions"]) == 1 for page in pages)
        assert "NextToken" not in pages[-1]
        names = [page["CollectionIds"][0] for page in pages]
        assert len(names) == len(set(names))
        assert {one, other, third} <= set(names)
        assert names == listed(rekognition), "in the order of larger pages"


def test_a_listing_goes_on_when_what_it_stood_at_is_deleted(rekognition):
    with a_collection(rekognition) as one, a_collection(rekognition) as other, a_collection(rekognition) as third:
        order = listed(rekognition)
        middle = sorted((one, other, third), key=order.index)[1]
        page = rekognition.list_collections(MaxResults=order.index(middle) + 1)
        assert page["CollectionIds"][-1] == middle
        rekognition.delete_collection(CollectionId=middle)
        rest = rekognition.list_collections(NextToken=page["NextToken"])["CollectionIds"]
        assert rest == order[order.index(middle) + 1 :]


def test_a_page_has_0_to_4096_collections(lax, collection):
    for bad in (-1, 4097):
        assert refused_as(lax.list_collections, MaxResults=bad) == INVALID_PARAMETER
    assert collection in lax.list_collections(MaxResults=4096)["CollectionIds"]
    assert collection in lax.list_collections(MaxResults=0)["CollectionIds"], "0 is as if it were not given"


def test_a_token_that_was_not_given_out_is_invalid(lax):
    for garbage in ("garbage", "A" * 48, "%00"):
        refusal = refused(lax.list_collections, NextToken=garbage)
        assert refusal == (400, "InvalidPaginationTokenException", "Invalid Token")
    assert refused_as(lax.list_collections, NextToken="x" * 256) == INVALID_PARAMETER


# ---- tags


@pytest.fixture
def tags(rekognition, collection):
    """Tells the tags of a collection; `tags.arn` is its name."""
    arn = rekognition.describe_collection(CollectionId=collection)["CollectionARN"]

    def tell():
        return rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"]

    tell.arn = arn
    return tell


def test_tags_are_added_replaced_and_removed(rekognition, tags):
    assert tags() == {}
    rekognition.tag_resource(ResourceArn=tags.arn, Tags={"team": "north", "Team": "", "é / = + - @": "ü"})
    rekognition.tag_resource(ResourceArn=tags.arn, Tags={"team": "south", "cost": "7"})
    assert tags() == {"team": "south", "Team": "", "é / = + - @": "ü", "cost": "7"}
    rekognition.untag_resource(ResourceArn=tags.arn, TagKeys=["team", "no such tag"])
    assert tags() == {"Team": "", "é / = + - @": "ü", "cost": "7"}


def test_a_collection_is_created_with_tags(rekognition):
    with a_collection(rekognition, Tags={"team": "north"}) as name:
        arn = rekognition.describe_collection(CollectionId=name)["CollectionARN"]
        assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"team": "north"}


def test_two_hundred_tags_are_the_limit(rekognition, tags):
    rekognition.tag_resource(ResourceArn=tags.arn, Tags={f"t{n}": "x" for n in range(200)})
    rekognition.tag_resource(ResourceArn=tags.arn, Tags={"t7": "replaced"})
    code = refused_as(rekognition.tag_resource, ResourceArn=tags.arn, Tags={"one more": "x", "t8": "y"})
    assert code == "ServiceQuotaExceededException"
    assert len(tags()) == 200 and tags()["t8"] == "x", "nothing of what was refused is there"


@pytest.mark.parametrize(
    "bad",
    [{"": "x"}, {"aws:x": "x"}, {"x" * 129: "x"}, {"x": "x" * 257}, {"a#b": "x"}, {"x": "a\tb"}, {f"t{n}": "" for n in range(201)}],
    ids=["empty", "reserved", "long name", "long value", "sign", "tab", "many"],
)
def test_tags_that_break_the_rule_are_refused(lax, tags, name, bad):
    assert refused_as(lax.tag_resource, ResourceArn=tags.arn, Tags=bad) == INVALID_PARAMETER
    assert refused_as(lax.create_collection, CollectionId=name, Tags=bad) == INVALID_PARAMETER
    assert tags() == {}
    assert refused_as(lax.describe_collection, CollectionId=name) == "ResourceNotFoundException"


def test_the_arn_of_a_new_collection_names_it_too(rekognition, tags):
    rekognition.tag_resource(ResourceArn=tags.arn.removeprefix("arn:"), Tags={"team": "north"})
    assert tags() == {"team": "north"}


def test_a_resource_that_is_no_collection_of_this_account_is_refused(lax, tags):
    arn = tags.arn
    prefix, _, _ = arn.rpartition("/")
    account = arn.split(":")[4]
    for other, expected in (
        (f"{prefix}/none", "ResourceNotFoundException"),
        (arn.upper(), INVALID_PARAMETER),
        (arn.replace(account, "999999999999"), INVALID_PARAMETER),
        (arn.replace(":collection/", ":project/"), INVALID_PARAMETER),
        (arn.replace(":rekognition:", ":s3:"), INVALID_PARAMETER),
    ):
        for operation, more in (("TagResource", {"Tags": {"a": "b"}}), ("UntagResource", {"TagKeys": ["a"]}), ("ListTagsForResource", {})):
            assert refused_as(lambda **it: call(lax, operation, **it), ResourceArn=other, **more) == expected, other
    assert tags() == {}


def test_what_is_no_arn_is_refused(lax):
    for bad in ("", "x" * 19, "x" * 20, "x" * 2049):
        assert refused_as(lax.list_tags_for_resource, ResourceArn=bad) == INVALID_PARAMETER
