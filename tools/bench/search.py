"""Exact search against faiss-cpu's IndexFlatL2, in turn, in one run.

    python3 -m venv target/python/search
    target/python/search/bin/pip install faiss-cpu==1.15.1 numpy==2.4.6
    target/python/search/bin/python tools/bench/search.py [--rounds 5] [--faces 10000 100000 1000000] [--threads 1 2]

Both contenders hold the same faces, get the same queries, one at a time and then all at once, and have to find the same
ten neighbors. Machines differ and are shared, so what counts is the ratio: ours divided by faiss's, the median of the
rounds. Below 1.0 is faster.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# As in crates/gallery/examples/search_bench.rs.
DIMENSION = 128
MAX = 10
FACES_PER_PERSON = 8
SHOWN = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--faces", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--contender", nargs=3, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        print(json.dumps(faiss_contender(*arguments.contender)))
        return

    build = ["cargo", "build", "--release", "--package", "gallery", "--example", "search_bench"]
    subprocess.run(build, cwd=ROOT, check=True)
    ours = [str(target_dir() / "release" / "examples" / "search_bench")]
    faiss = [sys.executable, __file__, "--contender"]

    print("    faces thr |   ours ms   faiss ms  ratio | batch ms   faiss ms  ratio | ours MB  faiss MB  ratio | same")
    for n_faces in arguments.faces:
        n_queries = 200 if n_faces <= 100_000 else 50
        for threads in arguments.threads:
            rounds = []
            for _ in range(arguments.rounds):
                given = [str(n_faces), str(n_queries), str(threads)]
                rounds.append((run(ours + given), run(faiss + given)))
            print(row(n_faces, threads, rounds), flush=True)


def target_dir():
    metadata = ["cargo", "metadata", "--no-deps", "--format-version=1"]
    answer = subprocess.run(metadata, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return pathlib.Path(json.loads(answer.stdout)["target_directory"])


def run(command):
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout)


def row(n_faces, threads, rounds):
    def middle(key):
        mine = statistics.median(a[key] for a, _ in rounds)
        theirs = statistics.median(b[key] for _, b in rounds)
        return mine, theirs, statistics.median(a[key] / b[key] for a, b in rounds)

    one, batch, memory = middle("median_ms"), middle("batch_ms"), middle("resident_mb")
    pairs = [(mine, theirs) for a, b in rounds for mine, theirs in zip(a["found"], b["found"])]
    same = sum(mine == theirs for mine, theirs in pairs)
    return (
        f"{n_faces:9} {threads:3} | {one[0]:9.3f} {one[1]:10.3f} {one[2]:6.2f} "
        f"| {batch[0]:8.3f} {batch[1]:10.3f} {batch[2]:6.2f} "
        f"| {memory[0]:7.0f} {memory[1]:9.0f} {memory[2]:6.2f} | {same}/{len(pairs)}"
    )


def faiss_contender(n_faces, n_queries, threads):
    import faiss
    import numpy

    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatL2(DIMENSION)
    before = resident_mb()
    piece = 10_000
    for first in range(0, n_faces, piece):
        faces = numpy.arange(first, min(first + piece, n_faces), dtype=numpy.uint64)
        index.add(vectors(faces // numpy.uint64(FACES_PER_PERSON), faces))
    resident = resident_mb() - before

    query = numpy.arange(n_queries, dtype=numpy.uint64)
    n_people = max(n_faces // FACES_PER_PERSON, 1)
    queries = vectors(query * numpy.uint64(7919) % numpy.uint64(n_people), query + numpy.uint64(1 << 32))
    times, found = [], []
    for i in range(n_queries):
        started = time.perf_counter()
        _, neighbors = index.search(queries[i : i + 1], MAX)
        times.append(time.perf_counter() - started)
        if i < SHOWN:
            found.append(neighbors[0].tolist())
    started = time.perf_counter()
    index.search(queries, MAX)
    batch = time.perf_counter() - started
    return {
        "median_ms": statistics.median(times) * 1e3,
        "batch_ms": batch * 1e3 / n_queries,
        "resident_mb": resident,
        "found": found,
    }


def vectors(person, face):
    import numpy

    component = numpy.arange(DIMENSION, dtype=numpy.uint64)
    dimension = numpy.uint64(DIMENSION)
    place = bell(numpy.uint64(1 << 48) + person[:, None] * dimension + component)
    own = bell(face[:, None] * dimension + component)
    return place * numpy.float32(0.125) + own * numpy.float32(0.0625)


def bell(counter):
    import numpy

    def number(value):
        return numpy.uint64(value)

    bits = (counter + number(1)) * number(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> number(30))) * number(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> number(27))) * number(0x94D049BB133111EB)
    bits ^= bits >> number(31)
    total = sum((bits >> number(16 * i)) & number(0xFFFF) for i in range(4))
    return total.astype(numpy.float32) / numpy.float32(65536) - numpy.float32(2)


def resident_mb():
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(it for it in status if it.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
