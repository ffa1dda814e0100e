"""How many photos a second IndexFaces takes in, answered and on the disk, through the endpoint.

    target/release/rekognition-local --data target/bench/faces --workers 2 &
    python tools/bench/index.py FOLDER [--endpoint http://127.0.0.1:4567] [--clients 4] [--photos 500]

FOLDER holds portraits, at any depth. The collection is made for the run and deleted after it.
"""

import argparse
import concurrent.futures
import pathlib
import time

import boto3
from botocore.config import Config

COLLECTION = "bench-index"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--endpoint", default="http://127.0.0.1:4567")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--photos", type=int, default=500)
    arguments = parser.parse_args()
    client = boto3.client(
        "rekognition",
        endpoint_url=arguments.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=arguments.clients),
    )
    photos = [it.read_bytes() for it in sorted(arguments.folder.rglob("*.jpg"))[: arguments.photos]]

    def index(photo):
        answer = client.index_faces(CollectionId=COLLECTION, Image={"Bytes": photo}, MaxFaces=1)
        return len(answer["FaceRecords"])

    client.create_collection(CollectionId=COLLECTION)
    try:
        index(photos[0])
        start = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(arguments.clients) as pool:
            faces = sum(pool.map(index, photos[1:]))
        seconds = time.perf_counter() - start
    finally:
        client.delete_collection(CollectionId=COLLECTION)
    print(f"{len(photos) - 1} photos, {faces} faces in {seconds:.1f} s: {faces / seconds:.1f} faces/s")


if __name__ == "__main__":
    main()
