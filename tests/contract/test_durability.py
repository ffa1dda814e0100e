"""What was acknowledged is there after the process was killed: the suite's own stack, started, killed and started again."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import threading

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from conftest import make_client

ROOT = pathlib.Path(__file__).resolve().parents[2]
N_CALLERS = 4


def program():
    """The stack that `cargo xtask test` builds, or the one that VISAVIS_LOCAL names."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = pathlib.Path(os.environ.get("VISAVIS_LOCAL", target / "debug" / "visavis-local"))
    if not found.is_file():
        pytest.fail(f"there is no {found}: build it, or set VISAVIS_LOCAL", pytrace=False)
    return found


@contextlib.contextmanager
def stack(data, log):
    """A stack with its data in `data`, on free ports of 127.0.0.1, and where it is; killed at the end, if it was not before."""
    command = [program(), "--port", "0", "--aws-port", "0", "--print-ready-json", "--exit-with-stdin", "--data", data]
    with open(log, "ab") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
    try:
        ready = next((line for line in process.stdout if line.startswith(b"{")), None)
        assert ready, log.read_text()[-2000:]
        yield process, json.loads(ready)
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stdin.close()
        process.stdout.close()


def rekognition_of(ready):
    return make_client("rekognition", ready["awsUrl"], max_pool_connections=N_CALLERS)


def index_until_killed(client, collection, photo, caller, acknowledged, enough):
    """Indexes one image after the other and notes what was acknowledged, until there is nobody to ask."""
    with contextlib.suppress(BotoCoreError, ClientError):
        for n in range(1000):
            external = f"{caller}-{n}"
            answer = client.index_faces(CollectionId=collection, Image={"Bytes": photo}, ExternalImageId=external)
            acknowledged.append((external, answer["FaceRecords"][0]["Face"]["FaceId"]))
            if len(acknowledged) >= 5:
                enough.set()


def test_what_was_acknowledged_survives_sigkill(tmp_path, people):
    photo = people.jpeg("olive", "two thirds of the size")
    data, log = tmp_path / "data", tmp_path / "log"
    acknowledged, enough = [], threading.Event()
    with stack(data, log) as (process, ready):
        client = rekognition_of(ready)
        client.create_collection(CollectionId="people", Tags={"team": "north"})
        client.create_collection(CollectionId="deleted")
        client.delete_collection(CollectionId="deleted")
        before = client.describe_collection(CollectionId="people")
        known = client.index_faces(CollectionId="people", Image={"Bytes": people.jpeg("maroon")}, ExternalImageId="maroon")
        face = known["FaceRecords"][0]["Face"]["FaceId"]
        client.create_user(CollectionId="people", UserId="ada", ClientRequestToken="once")
        client.associate_faces(CollectionId="people", UserId="ada", FaceIds=[face])
        with concurrent.futures.ThreadPoolExecutor(N_CALLERS) as pool:
            callers = [
                pool.submit(index_until_killed, client, "people", photo, n, acknowledged, enough) for n in range(N_CALLERS)
            ]
            assert enough.wait(timeout=120)
            process.kill()
            for caller in callers:
                caller.result(timeout=120)

    with stack(data, log) as (_, ready):
        client = rekognition_of(ready)
        pages = client.get_paginator("list_faces").paginate(CollectionId="people", PaginationConfig={"PageSize": 3})
        faces = [it for page in pages for it in page["Faces"]]
        listed = {(it["ExternalImageId"], it["FaceId"]) for it in faces}
        assert {*acknowledged, ("maroon", face)} <= listed, "nothing that was acknowledged is missing"
        assert len(listed) == len({external for external, _ in listed}) == len(faces), "and nothing is there twice"
        assert len(faces) <= len(acknowledged) + 1 + N_CALLERS, "but what each caller was waiting for"
        after = client.describe_collection(CollectionId="people")
        assert after["FaceCount"] == len(faces)
        assert after["UserCount"] == 1
        for unchanged in ("CreationTimestamp", "CollectionARN", "FaceModelVersion"):
            assert after[unchanged] == before[unchanged]
        assert client.list_collections()["CollectionIds"] == ["people"], "what was deleted stays deleted"
        assert client.list_tags_for_resource(ResourceArn=after["CollectionARN"])["Tags"] == {"team": "north"}
        assert [it["UserId"] for it in faces if "UserId" in it] == ["ada"]
        found = client.search_users_by_image(CollectionId="people", Image={"Bytes": people.jpeg("maroon", "mirrored")})
        assert [it["User"]["UserId"] for it in found["UserMatches"]] == ["ada"]

        # What was sent before and is sent again is known again.
        again = client.index_faces(CollectionId="people", Image={"Bytes": people.jpeg("maroon")}, ExternalImageId="maroon")
        assert again["FaceRecords"][0]["Face"]["FaceId"] == face
        client.create_user(CollectionId="people", UserId="ada", ClientRequestToken="once")
        external, acknowledged_face = acknowledged[0]
        again = client.index_faces(CollectionId="people", Image={"Bytes": photo}, ExternalImageId=external)
        assert again["FaceRecords"][0]["Face"]["FaceId"] == acknowledged_face
