"""Many callers of one collection at once: nothing is lost, nothing is there twice, and all see the same."""

import concurrent.futures
import threading

import pytest
from botocore.exceptions import ClientError

from conftest import a_collection, make_client

N_CALLERS = 16


@pytest.fixture(scope="module")
def client(aws_url):
    """One with as many connections as there are callers."""
    return make_client("rekognition", aws_url, max_pool_connections=N_CALLERS)


def all_at_once(jobs):
    """What each job returned; no caller begins before all are there."""
    barrier = threading.Barrier(len(jobs))

    def run(job):
        barrier.wait(timeout=30)
        return job()

    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        return [it.result(timeout=120) for it in [pool.submit(run, job) for job in jobs]]


def ids(answer):
    return [record["Face"]["FaceId"] for record in answer["FaceRecords"]]


def listed(client, collection):
    pages = client.get_paginator("list_faces").paginate(CollectionId=collection, PaginationConfig={"PageSize": 5})
    return [face["FaceId"] for page in pages for face in page["Faces"]]


def test_of_many_callers_who_index_each_gets_its_faces_and_the_same_image_is_stored_once(client, collection, people):
    photo = people.jpeg("olive", "two thirds of the size")
    # Four of the names are used by two callers each.
    names = [f"photo-{n % 12}" for n in range(N_CALLERS)]

    def index(name):
        return lambda: ids(client.index_faces(CollectionId=collection, Image={"Bytes": photo}, ExternalImageId=name))

    answers = all_at_once([index(name) for name in names])
    by_name = {}
    for name, faces in zip(names, answers, strict=True):
        assert len(faces) == 1
        assert by_name.setdefault(name, faces) == faces, "the same image has the same faces"
    acknowledged = sorted(face for faces in by_name.values() for face in faces)
    assert len(set(acknowledged)) == 12
    assert sorted(listed(client, collection)) == acknowledged
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 12


def test_a_collection_deleted_while_many_index_takes_all_with_it(client, people):
    photo = {"Bytes": people.jpeg("olive", "two thirds of the size")}
    with a_collection(client) as name:
        first_is_in = threading.Event()

        def index(n):
            def job():
                try:
                    for attempt in range(20):
                        answer = client.index_faces(CollectionId=name, Image=photo, ExternalImageId=f"{n}-{attempt}")
                        assert len(ids(answer)) == 1
                        first_is_in.set()
                except client.exceptions.ResourceNotFoundException:
                    return "gone"
                return "never"

            return job

        def delete():
            assert first_is_in.wait(timeout=60)
            client.delete_collection(CollectionId=name)
            return "deleted"

        assert all_at_once([*(index(n) for n in range(4)), delete]) == ["gone"] * 4 + ["deleted"]
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.list_faces(CollectionId=name)
        client.create_collection(CollectionId=name)
        assert listed(client, name) == [], "nothing came back"


def test_a_face_is_given_to_one_of_many_users_who_want_it(client, collection, people):
    face = ids(client.index_faces(CollectionId=collection, Image={"Bytes": people.jpeg("olive")}))[0]
    users = [f"user-{n}" for n in range(N_CALLERS)]
    all_at_once([lambda user=user: client.create_user(CollectionId=collection, UserId=user) for user in users])
    answers = all_at_once(
        [lambda user=user: client.associate_faces(CollectionId=collection, UserId=user, FaceIds=[face]) for user in users]
    )
    winners = [user for user, answer in zip(users, answers, strict=True) if answer["AssociatedFaces"]]
    assert len(winners) == 1
    assert client.list_faces(CollectionId=collection)["Faces"][0]["UserId"] == winners[0]
    reasons = {(refusal["UserId"], *refusal["Reasons"]) for it in answers for refusal in it["UnsuccessfulFaceAssociations"]}
    assert reasons == {(winners[0], "ASSOCIATED_TO_A_DIFFERENT_USER")}


def test_a_request_sent_many_times_at_once_is_carried_out_once(client, collection):
    def create():
        try:
            client.create_user(CollectionId=collection, UserId="ada", ClientRequestToken="once")
            return "created"
        except ClientError as error:
            return error.response["Error"]["Code"]

    assert set(all_at_once([create] * N_CALLERS)) == {"created"}, "all are answered as the first"
    assert client.describe_collection(CollectionId=collection)["UserCount"] == 1


def test_a_reader_never_sees_half_of_an_image(client, collection, people):
    photo = people.crowd("olive", 3, 1, width=160)
    stop = threading.Event()

    def watch():
        counts = set()
        while not stop.is_set():
            counts.add(client.describe_collection(CollectionId=collection)["FaceCount"])
        return counts

    def index():
        try:
            for n in range(3):
                client.index_faces(CollectionId=collection, Image={"Bytes": photo}, ExternalImageId=f"photo-{n}")
        finally:
            stop.set()
        return {9}

    for counts in all_at_once([watch, index]):
        assert {it % 3 for it in counts} == {0}
