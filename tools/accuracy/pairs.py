"""Judges pairs of photos through a Rekognition endpoint: CompareFaces, as any client would call it.

    python tools/accuracy/pairs.py PAIRS.csv FOLDER [--endpoint http://127.0.0.1:4567] [--jobs 2]

PAIRS.csv has the columns path1, path2 (from FOLDER) and same (1 or 0). A pair of which one photo shows nobody counts as
similarity 0, and is listed. Prints the accuracy at the default threshold of 80 and at the best one, and true-accept rates at
false-accept rates of 1 % and 0.1 %.
"""

import argparse
import bisect
import concurrent.futures
import csv
import pathlib
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("pairs", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--endpoint", default="http://127.0.0.1:4567")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    client = boto3.client(
        "rekognition",
        endpoint_url=arguments.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=arguments.jobs, read_timeout=120),
    )
    with arguments.pairs.open() as file:
        rows = list(csv.DictReader(file))

    def judge(row):
        return similarity(client, arguments.folder / row["path1"], arguments.folder / row["path2"])

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        similarities = list(pool.map(judge, rows))
    for row, found in zip(rows, similarities, strict=True):
        if found is None:
            print(f"nobody in {row['path1']} or {row['path2']}", file=sys.stderr)
    similarities = [it or 0.0 for it in similarities]
    same = sorted(it for it, row in zip(similarities, rows, strict=True) if row["same"] == "1")
    different = sorted(it for it, row in zip(similarities, rows, strict=True) if row["same"] == "0")
    report(same, different)


def similarity(client, source, target):
    """Similarity in percent of the largest face of `source` and the most similar one of `target`; None without a face."""
    try:
        answer = client.compare_faces(
            SourceImage={"Bytes": source.read_bytes()}, TargetImage={"Bytes": target.read_bytes()}, SimilarityThreshold=0
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidParameterException":
            return None
        raise
    return max((it["Similarity"] for it in answer["FaceMatches"]), default=None)


def report(same, different):
    def accuracy(threshold):
        return (at_least(same, threshold) + len(different) - at_least(different, threshold)) / (len(same) + len(different))

    best = max([*same, *different], key=accuracy)
    print(f"{len(same)} pairs of one person, {len(different)} of two")
    print(f"accuracy: {accuracy(80):.2%} at the default threshold of 80, {accuracy(best):.2%} at {best:.2f}")
    for rate in (0.01, 0.001):
        # The lowest threshold that no more than this share of pairs of two people reach.
        allowed = int(len(different) * rate)
        threshold = different[-allowed - 1]
        accepted = sum(threshold < it for it in same)
        print(f"TAR {accepted / len(same):.2%} at FAR {rate:.1%} (similarity above {threshold:.2f})")


def at_least(sorted_values, threshold):
    return len(sorted_values) - bisect.bisect_left(sorted_values, threshold)


if __name__ == "__main__":
    main()
