"""For each recognition operation a request that is carried out, for tests to change one thing in."""

import dataclasses
import functools

from botocore import xform_name


@dataclasses.dataclass
class Scene:
    """A collection with a face, a user who has it, the photo that it was taken from, and one with many faces."""

    rekognition: object
    collection: str
    arn: str
    face: str
    user: str
    photo: bytes
    crowd: bytes

    @property
    def image(self):
        return {"Bytes": self.photo}

    @functools.cached_property
    def hundred_and_one(self):
        """So many more faces of the collection; whoever gives them to users takes them back."""
        return index_many(self.rekognition, self.collection, self.crowd, 101)

    def request(self, operation):
        """A complete request, as keyword arguments."""
        return REQUESTS[operation](self)


def make_scene(rekognition, collection, photo, crowd, user="ada"):
    (record,) = rekognition.index_faces(CollectionId=collection, Image={"Bytes": photo})["FaceRecords"]
    face = record["Face"]["FaceId"]
    rekognition.create_user(CollectionId=collection, UserId=user)
    rekognition.associate_faces(CollectionId=collection, UserId=user, FaceIds=[face])
    arn = rekognition.describe_collection(CollectionId=collection)["CollectionARN"]
    return Scene(rekognition, collection, arn, face, user, photo, crowd)


def index_many(rekognition, collection, picture, n_faces):
    """Stores at least so many faces, and returns the ids of so many: the same picture under one name after another."""
    faces = []
    while len(faces) < n_faces:
        answer = rekognition.index_faces(
            CollectionId=collection, Image={"Bytes": picture}, ExternalImageId=f"part-{len(faces)}", QualityFilter="NONE"
        )
        assert answer["FaceRecords"], "the picture has faces"
        faces += [record["Face"]["FaceId"] for record in answer["FaceRecords"]]
    return faces[:n_faces]


def call(client, operation, **parameters):
    return getattr(client, xform_name(operation))(**parameters)


def _of(*members):
    """A request of these members, out of what a scene has."""
    have = {
        "CollectionId": lambda it: it.collection,
        "FaceId": lambda it: it.face,
        "FaceIds": lambda it: [it.face],
        "Image": lambda it: it.image,
        "ResourceArn": lambda it: it.arn,
        "SourceImage": lambda it: it.image,
        "TagKeys": lambda _: ["team"],
        "Tags": lambda _: {"team": "north"},
        "TargetImage": lambda it: it.image,
        "UserId": lambda it: it.user,
    }
    return lambda scene: {name: have[name](scene) for name in members}


REQUESTS = {
    "AssociateFaces": _of("CollectionId", "UserId", "FaceIds"),
    "CompareFaces": _of("SourceImage", "TargetImage"),
    "CreateCollection": _of("CollectionId"),
    "CreateUser": _of("CollectionId", "UserId"),
    "DeleteCollection": _of("CollectionId"),
    "DeleteFaces": _of("CollectionId", "FaceIds"),
    "DeleteUser": _of("CollectionId", "UserId"),
    "DescribeCollection": _of("CollectionId"),
    "DisassociateFaces": _of("CollectionId", "UserId", "FaceIds"),
    "IndexFaces": _of("CollectionId", "Image"),
    "ListCollections": _of(),
    "ListFaces": _of("CollectionId"),
    "ListTagsForResource": _of("ResourceArn"),
    "ListUsers": _of("CollectionId"),
    "SearchFaces": _of("CollectionId", "FaceId"),
    "SearchFacesByImage": _of("CollectionId", "Image"),
    "SearchUsers": _of("CollectionId", "FaceId"),
    "SearchUsersByImage": _of("CollectionId", "Image"),
    "TagResource": _of("ResourceArn", "Tags"),
    "UntagResource": _of("ResourceArn", "TagKeys"),
}

# Operations that take a picture, and the members that hold one.
IMAGES = [
    ("CompareFaces", "SourceImage"),
    ("CompareFaces", "TargetImage"),
    ("IndexFaces", "Image"),
    ("SearchFacesByImage", "Image"),
    ("SearchUsersByImage", "Image"),
]
IN_A_COLLECTION = [
    name for name in REQUESTS if name not in ("CompareFaces", "CreateCollection", "ListCollections") and "Resource" not in name
]
