"""Every documented error of every recognition operation: the request that provokes it, or why none here can."""

import uuid

import botocore.session
import pytest

import pictures
from recognition import IMAGES, REQUESTS, call
from refusals import refused

MODEL = botocore.session.get_session().get_service_model("rekognition")

INVALID_PARAMETER = "InvalidParameterException"
NOT_FOUND = "ResourceNotFoundException"
QUOTA = "ServiceQuotaExceededException"
CONFLICT = "ConflictException"
MISMATCH = "IdempotentParameterMismatchException"
PAGINATION = "InvalidPaginationTokenException"

NO_COLLECTION = {"CollectionId": "no-such-collection-here"}
NO_USER = {"UserId": "nobody"}
NOBODYS_FACE = "00000000-0000-4000-8000-000000000000"
NO_TOKEN = {"NextToken": "garbage"}


def another(arn):
    """The name of a collection that is not there, beside one that is."""
    return arn.rpartition("/")[0] + "/no-such-collection-here"


def many_tags(n, prefix="t"):
    return {f"{prefix}{i}": "x" for i in range(n)}


def token_used_for_another_user(scene):
    """A token that created (and so names) one user, sent with another."""
    token = uuid.uuid4().hex
    scene.rekognition.create_user(CollectionId=scene.collection, UserId=f"first-{token}", ClientRequestToken=token)
    return {"UserId": f"second-{token}", "ClientRequestToken": token}


def token_used_for_a_deletion(scene):
    token = uuid.uuid4().hex
    for name in ("first", "second"):
        scene.rekognition.create_user(CollectionId=scene.collection, UserId=f"{name}-{token}")
    scene.rekognition.delete_user(CollectionId=scene.collection, UserId=f"first-{token}", ClientRequestToken=token)
    return {"UserId": f"second-{token}", "ClientRequestToken": token}


def token_used_for_other_faces(operation):
    def change(scene):
        token = uuid.uuid4().hex
        call(scene.rekognition, operation, **scene.request(operation) | {"FaceIds": [NOBODYS_FACE], "ClientRequestToken": token})
        return {"ClientRequestToken": token}

    return change


def one_face_more_than_fits(scene):
    """101 faces for a user, where 100 are one request: the first 100 are there already."""
    user = f"full-{uuid.uuid4().hex}"
    scene.rekognition.create_user(CollectionId=scene.collection, UserId=user)
    request = {"CollectionId": scene.collection, "UserId": user, "UserMatchThreshold": 0}
    full = scene.rekognition.associate_faces(**request, FaceIds=scene.hundred_and_one[:100])
    assert len(full["AssociatedFaces"]) == 100
    return {**request, "FaceIds": scene.hundred_and_one[100:]}


def image_errors(member):
    return {
        "ImageTooLargeException": {member: {"Bytes": pictures.padded(pictures.jpeg(), 5 * 1024 * 1024 + 1)}},
        "InvalidImageFormatException": {member: {"Bytes": b"hello"}},
        "InvalidS3ObjectException": {member: {"S3Object": {"Bucket": "no-such-bucket-here", "Name": "k"}}},
        INVALID_PARAMETER: {member: {"Bytes": pictures.jpeg(79, 200)}},
    }


# {operation: {error: what to change in a request that is carried out, or what makes that change}}
PROVOKED = {
    "AssociateFaces": {
        INVALID_PARAMETER: {"FaceIds": ["not a UUID"]},
        NOT_FOUND: NO_USER,
        MISMATCH: token_used_for_other_faces("AssociateFaces"),
        QUOTA: one_face_more_than_fits,
    },
    "CompareFaces": image_errors("TargetImage"),
    "CreateCollection": {
        INVALID_PARAMETER: {"CollectionId": "a b"},
        "ResourceAlreadyExistsException": {},
    },
    "CreateUser": {
        INVALID_PARAMETER: {"UserId": "a b"},
        CONFLICT: {},
        NOT_FOUND: NO_COLLECTION,
        MISMATCH: token_used_for_another_user,
    },
    "DeleteCollection": {INVALID_PARAMETER: {"CollectionId": "a b"}, NOT_FOUND: NO_COLLECTION},
    "DeleteFaces": {INVALID_PARAMETER: {"FaceIds": ["not a UUID"]}, NOT_FOUND: NO_COLLECTION},
    "DeleteUser": {
        INVALID_PARAMETER: {"UserId": "a b"},
        NOT_FOUND: NO_USER,
        MISMATCH: token_used_for_a_deletion,
    },
    "DescribeCollection": {INVALID_PARAMETER: {"CollectionId": "a b"}, NOT_FOUND: NO_COLLECTION},
    "DisassociateFaces": {
        INVALID_PARAMETER: {"FaceIds": ["not a UUID"]},
        NOT_FOUND: NO_USER,
        MISMATCH: token_used_for_other_faces("DisassociateFaces"),
    },
    "IndexFaces": {**image_errors("Image"), NOT_FOUND: NO_COLLECTION},
    "ListCollections": {INVALID_PARAMETER: {"MaxResults": 4097}, PAGINATION: NO_TOKEN},
    "ListFaces": {INVALID_PARAMETER: {"MaxResults": 4097}, PAGINATION: NO_TOKEN, NOT_FOUND: NO_COLLECTION},
    "ListTagsForResource": {
        INVALID_PARAMETER: {"ResourceArn": "not the name of a resource"},
        NOT_FOUND: lambda scene: {"ResourceArn": another(scene.arn)},
    },
    "ListUsers": {INVALID_PARAMETER: {"MaxResults": 501}, PAGINATION: NO_TOKEN, NOT_FOUND: NO_COLLECTION},
    "SearchFaces": {INVALID_PARAMETER: {"FaceId": "not a UUID"}, NOT_FOUND: NO_COLLECTION},
    "SearchFacesByImage": {**image_errors("Image"), NOT_FOUND: NO_COLLECTION},
    "SearchUsers": {INVALID_PARAMETER: {"FaceId": "not a UUID"}, NOT_FOUND: NO_COLLECTION},
    "SearchUsersByImage": {**image_errors("Image"), NOT_FOUND: NO_COLLECTION},
    "TagResource": {
        INVALID_PARAMETER: {"Tags": {"aws:reserved": "x"}},
        NOT_FOUND: lambda scene: {"ResourceArn": another(scene.arn)},
        QUOTA: lambda scene: (
            scene.rekognition.tag_resource(ResourceArn=scene.arn, Tags=many_tags(200)) and {"Tags": {"one more": "x"}}
        ),
    },
    "UntagResource": {
        INVALID_PARAMETER: {"TagKeys": ["x" * 129]},
        NOT_FOUND: lambda scene: {"ResourceArn": another(scene.arn)},
    },
}

# {error: why no request of this suite provokes it, in no operation}
NOWHERE = {
    "AccessDeniedException": "the key of the suite may do everything",
    "InternalServerError": "would be a fault of ours",
    "ThrottlingException": "needs more calls at once than a suite should make",
    "ProvisionedThroughputExceededException": "there is no provisioned throughput",
}
# {operation: {error: why}}
NOT_PROVOKED = {
    "AssociateFaces": {CONFLICT: "two changes of one user wait for each other"},
    "CreateCollection": {QUOTA: "there is no limit to the number of collections"},
    "CreateUser": {QUOTA: "needs ten million users"},
    "DeleteUser": {CONFLICT: "two changes of one user wait for each other"},
    "DisassociateFaces": {CONFLICT: "two changes of one user wait for each other"},
    "IndexFaces": {QUOTA: "needs twenty million faces"},
    "ListCollections": {NOT_FOUND: "the request names nothing that could be missing"},
}


@pytest.mark.parametrize(("operation", "error"), [(name, it) for name, errors in PROVOKED.items() for it in errors])
def test_each_documented_error_is_provoked_by_its_request(scene, lax, operation, error):
    change = PROVOKED[operation][error]
    request = scene.request(operation) | (change(scene) if callable(change) else change)
    status, code, message = refused(lambda **it: call(lax, operation, **it), **request)
    assert (status, code) == (400, error), message
    assert message
    if error == QUOTA and "UserId" in request:
        lax.delete_user(CollectionId=scene.collection, UserId=request["UserId"])


@pytest.mark.parametrize("operation", REQUESTS)
def test_every_documented_error_is_either_provoked_or_explained(operation):
    documented = {shape.error_code for shape in MODEL.operation_model(operation).error_shapes}
    provoked, explained = set(PROVOKED[operation]), set(NOT_PROVOKED.get(operation, {}))
    assert not provoked & (explained | set(NOWHERE))
    assert provoked | explained | set(NOWHERE) == documented


def test_the_source_of_a_comparison_has_the_errors_of_its_target(scene, lax):
    for error, change in image_errors("SourceImage").items():
        status, code, _ = refused(lax.compare_faces, **scene.request("CompareFaces") | change)
        assert (status, code) == (400, error)


def test_every_operation_with_an_image_is_in_the_table():
    for operation in REQUESTS:
        members = MODEL.operation_model(operation).input_shape.members
        images = {name for name, shape in members.items() if shape.name == "Image"}
        assert images == {member for name, member in IMAGES if name == operation}
