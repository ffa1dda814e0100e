"""Whether the time of a sign-in tells which usernames exist, and how many sign-ins a second there are.

    python tools/bench/sign_in.py [--stack target/release/visavis-local] [--figure docs/images/sign-in-timing.svg]

Starts a stack of its own with empty data and stops it. Needs `argon2-cffi` for the hash alone, from
tools/bench/requirements.txt. Names and addresses change, so that no pause comes in between: four failures each.
"""

import argparse
import concurrent.futures
import contextlib
import http.client
import json
import math
import pathlib
import random
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse

import argon2

PASSWORD = "a long sentence nobody uses"
# Five make a pause (ADR 0008).
FAILURES_EACH = 4
# As the service has them (ADR 0003).
HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SECONDS_OF_LOAD = 8


class Caller:
    """One connection that stays open, and an address of its own for every request."""

    addresses = iter(range(1, 1 << 20))

    def __init__(self, ready):
        url = urllib.parse.urlsplit(ready["httpUrl"])
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        self.edge_token = ready["edgeToken"]

    def post(self, path, body):
        """Status and milliseconds."""
        n = next(self.addresses)
        headers = {
            "content-type": "application/json",
            "x-visavis-edge": self.edge_token,
            "x-forwarded-for": f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
        }
        text = json.dumps(body)
        started = time.perf_counter()
        self.connection.request("POST", path, text, headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, 1000 * (time.perf_counter() - started)

    def expect(self, status, path, body):
        found, took_ms = self.post(path, body)
        if found != status:
            raise SystemExit(f"{path}: {found} instead of {status}")
        return took_ms


@contextlib.contextmanager
def stack(binary):
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "--port=0", "--aws-port=0", "--print-ready-json", "--exit-with-stdin", "--data", f"{folder}/data"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
            yield json.loads(process.stdout.readline()), process.pid
            process.stdin.close()


def username(kind, n):
    return f"{kind}{n:06d}"


def sign_up(ready, names):
    caller = Caller(ready)
    for name in names:
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        caller.expect(201, "/api/auth/sign-up", body)


def in_turns(n, rng, first, second):
    """Runs both `n` times, which one comes first being drawn; returns the milliseconds of each."""
    took = {first: [], second: []}
    for i in range(n):
        for one in rng.sample([first, second], 2):
            took[one].append(one(i))
    return took[first], took[second]


def wrong_passwords(ready, n, rng):
    """Of accounts that exist, and of names that nobody has."""
    caller = Caller(ready)

    def guess(kind):
        def one(i):
            name = username(kind, i // FAILURES_EACH)
            body = {"username": name, "password": f"not the password {i:04d}", "delivery": "body"}
            return caller.expect(401, "/api/auth/sign-in", body)

        return one

    return in_turns(n, rng, guess("known"), guess("other"))


def forgotten_passwords(ready, n, rng):
    caller = Caller(ready)

    def ask(kind):
        return lambda i: caller.expect(202, "/api/auth/password/forgot", {"email": f"{username(kind, i)}@example.org"})

    return in_turns(n, rng, ask("known"), ask("other"))


def probability_above(one, other):
    """How often a value of `one` is above one of `other`, ties counting half (Mann and Whitney's U by the number of
    pairs), with the probability to find it as far from a half where there is no difference."""
    ranked = sorted([(it, 0) for it in one] + [(it, 1) for it in other])
    rank_sum = sum(rank for rank, (_, which) in enumerate(ranked, 1) if which == 0)
    n, m = len(one), len(other)
    above = (rank_sum - n * (n + 1) / 2) / (n * m)
    z = (above - 0.5) / math.sqrt((n + m + 1) / (12 * n * m))
    return above, math.erfc(abs(z) / math.sqrt(2))


def row(name, took):
    cuts = statistics.quantiles(took, n=100)
    figures = [min(took), cuts[24], cuts[49], cuts[74], cuts[94], cuts[98]]
    return f"| {name} | {len(took)} | " + " | ".join(f"{it:.1f}" for it in figures) + " |"


def compare(title, known, unknown):
    above, p = probability_above(known, unknown)
    print(f"\n{title}, ms:\n\n| | n | least | quartile | median | quartile | 95 % | 99 % |\n|---|---|---|---|---|---|---|---|")
    print(row("known", known), row("unknown", unknown), sep="\n")
    print(f"\nA known one takes longer than an unknown one in {100 * above:.1f} % of pairs (p = {p:.2f}).")


def figure(path, known, unknown):
    """Both cumulative distributions, one over the other."""
    low = min(known + unknown)
    high = statistics.quantiles(known + unknown, n=100)[97]
    width, height, left, bottom = 560, 260, 46, 34

    def x(ms):
        return left + (width - left - 10) * (ms - low) / (high - low)

    def y(share):
        return 10 + (height - 10 - bottom) * (1 - share)

    def line(took, style):
        steps = [(x(ms), y((i + 1) / len(took))) for i, ms in enumerate(sorted(took)) if ms <= high]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in steps)
        return f'<polyline fill="none" {style} points="{points}"/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        "<title>Time of a refused sign-in: a known and an unknown username</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path d="M{left} {y(share):.1f}H{width - 10}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y(share) + 4:.1f}" text-anchor="end">{100 * share:.0f} %</text>')
    for tick in range(5):
        ms = low + (high - low) * tick / 4
        parts.append(f'<text x="{x(ms):.1f}" y="{height - 16}" text-anchor="middle">{ms:.0f}</text>')
    parts += [
        f'<text x="{width / 2}" y="{height - 2}" text-anchor="middle">milliseconds until 401</text>',
        line(known, 'stroke="#b3261e" stroke-width="2"'),
        line(unknown, 'stroke="#1f5fa8" stroke-width="2" stroke-dasharray="5 3"'),
        f'<text x="{width - 20}" y="{y(0.18):.1f}" text-anchor="end" fill="#b3261e">known username, wrong password</text>',
        f'<text x="{width - 20}" y="{y(0.08):.1f}" text-anchor="end" fill="#1f5fa8">unknown username (dashed)</text>',
        "</svg>\n",
    ]
    path.write_text("\n".join(parts))


def status_mib(pid, name):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split(f"{name}:")[1].split()[0]) / 1024


def hash_ms(n=40):
    """The hash alone, by the reference implementation in C, one at a time."""
    stored = HASHER.hash(PASSWORD)
    took = []
    for _ in range(n):
        started = time.perf_counter()
        HASHER.verify(stored, PASSWORD)
        took.append(1000 * (time.perf_counter() - started))
    return statistics.median(took)


def load(ready, pid, names):
    print("\n| callers | sign-ins a second | refused as busy | median, ms | 95 %, ms | the hash alone, ms | sign-in : hash | RSS before, MiB | peak, MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for n_callers in (1, 2, 4, 8):
        alone = hash_ms()
        before = status_mib(pid, "VmRSS")
        # Forgets the peak so far: proc_pid_clear_refs(5).
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
        until = time.perf_counter() + SECONDS_OF_LOAD
        turn, lock = iter(range(1 << 20)), threading.Lock()

        def work():
            caller, took = Caller(ready), []
            while time.perf_counter() < until:
                with lock:
                    name = names[next(turn) % len(names)]
                body = {"username": name, "password": PASSWORD, "delivery": "body"}
                status, ms = caller.post("/api/auth/sign-in", body)
                took.append((status == 200, ms))
            return took

        started = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(n_callers) as pool:
            all_took = [one for it in [pool.submit(work) for _ in range(n_callers)] for one in it.result()]
        lasted = time.perf_counter() - started
        took = [ms for well, ms in all_took if well]
        median, late = statistics.median(took), statistics.quantiles(took, n=20)[18]
        print(
            f"| {n_callers} | {len(took) / lasted:.1f} | {len(all_took) - len(took)} | {median:.0f} | {late:.0f} | {alone:.0f} | {median / alone:.2f}"
            f" | {before:.0f} | {status_mib(pid, 'VmHWM'):.0f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--stack", default="target/release/visavis-local")
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--forgotten", type=int, default=60)
    parser.add_argument("--figure", type=pathlib.Path)
    arguments = parser.parse_args()
    rng = random.Random(1)
    n_names = max(math.ceil(arguments.rounds / FAILURES_EACH), arguments.forgotten)
    with stack(arguments.stack) as (ready, pid):
        names = [username("known", n) for n in range(n_names)]
        sign_up(ready, names)
        fresh = [username("fresh", n) for n in range(40)]
        sign_up(ready, fresh)
        load(ready, pid, fresh)
        known, unknown = wrong_passwords(ready, arguments.rounds, rng)
        compare("Refused sign-ins", known, unknown)
        if arguments.figure:
            figure(arguments.figure, known, unknown)
        compare("Forgotten passwords", *forgotten_passwords(ready, arguments.forgotten, rng))


if __name__ == "__main__":
    main()
