"""The API against its own OpenAPI document, by Schemathesis: as nobody, as somebody, as an administrator.

What is served at /api/openapi.json is what counts. No answer may be a fault (5xx), have a status, a content type or a
header that is not documented, or a body that its schema does not have; what a schema forbids must be refused; a token
must be asked for where the document says so; methods that do not exist must be refused with the right `Allow`. A route
that is added is covered as soon as it is in the document.

    VISAVIS_READY='<the stack's ready line>' SAMPLES=... python tests/contract/fuzz/run.py
"""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid

import requests

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import portraits  # noqa: E402

# Accounts that take turns, so that a list is asked for less than 30 times a minute by each; the last one signs out.
N_ACCOUNTS = 7
N_UPLOADS = 3
N_PORTRAITS = 5
PASSWORD = "a long sentence nobody uses"
# More refusals than this for being too fast, and the run would prove little.
MAX_SHARE_LIMITED = 0.2
# A run takes half a minute; a machine may be busy.
TIMEOUT_S = 300


class Api:
    def __init__(self, url):
        self.url = url

    def __call__(self, method, path, token=None, body=None, expect=(200,)):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = requests.request(method, self.url + path, headers=headers, json=body, timeout=60)
        if response.status_code not in expect:
            raise SystemExit(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None

    def sign_in(self, username, password):
        body = {"username": username, "password": password, "delivery": "body"}
        return self("POST", "/api/auth/sign-in", body=body)


def sent(api, token, photo):
    promise = {"contentType": "image/jpeg", "sizeBytes": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}
    upload = api("POST", "/api/uploads", token, promise, (201,))
    requests.put(upload["url"], data=photo, headers=upload["headers"], timeout=60).raise_for_status()
    return upload["uploadId"]


def caller(api, username, password, photos):
    """Somebody signed in, with photos that wait to be analysed, and portraits that wait to be people's."""
    group, faces = photos
    session = api.sign_in(username, password)
    token = session["accessToken"]
    account = {"id": session["user"]["id"], "username": username, "password": password, "accessToken": token}
    return account | {
        "uploads": [sent(api, token, group) for _ in range(N_UPLOADS)],
        "portraits": [sent(api, token, it) for it in faces],
    }


def somebody(api, photos):
    username = f"fuzz-{uuid.uuid4().hex[:8]}"
    body = {"username": username, "email": f"{username}@example.org", "password": PASSWORD}
    api("POST", "/api/auth/sign-up", body=body, expect=(201,))
    return caller(api, username, PASSWORD, photos)


def settle(api, username, one_time_password, photos):
    """Changes a one-time password, as everybody must who was given one."""
    change = {"currentPassword": one_time_password, "newPassword": PASSWORD}
    token = api.sign_in(username, one_time_password)["accessToken"]
    api("PUT", "/api/auth/password", token, change, (204,))
    return caller(api, username, PASSWORD, photos)


def administrators(api, first, photos):
    admins = [settle(api, first["username"], first["oneTimePassword"], photos)]
    while len(admins) < N_ACCOUNTS:
        username = f"fuzz-{uuid.uuid4().hex[:8]}"
        body = {"username": username, "email": f"{username}@example.org", "role": "admin"}
        created = api("POST", "/api/users", admins[0]["accessToken"], body, (201,))
        admins.append(settle(api, username, created["oneTimePassword"], photos))
    return admins


def run(name, url, settings):
    """One run: whether all was well, what there is to say, and how often each operation answered with each status."""
    with tempfile.TemporaryDirectory() as folder:
        statuses = pathlib.Path(folder) / "statuses.json"
        command = [str(pathlib.Path(sys.executable).parent / "st"), "run", f"{url}/api/openapi.json", "--origin", url]
        environment = os.environ | {
            "VISAVIS_FUZZ": json.dumps(settings | {"statuses": str(statuses)}),
            "HYPOTHESIS_STORAGE_DIRECTORY": folder,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        started = time.monotonic()
        done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
        took = time.monotonic() - started
        counted = json.loads(statuses.read_text()) if statuses.exists() else {}
    n_requests = sum(sum(it.values()) for it in counted.values())
    n_limited = sum(it.get("429", 0) for it in counted.values())
    lines = [] if done.returncode == 0 else [done.stdout, done.stderr]
    lines.append(
        f"as {name}: {len(counted)} operations, {n_requests} requests in {took:.0f} s, {n_limited} refused as too often,"
        f" {'all as documented' if done.returncode == 0 else 'FAILED'}"
    )
    enough = n_limited < n_requests * MAX_SHARE_LIMITED
    if not enough:
        lines.append(f"as {name}: too few requests got through to prove anything")
    return done.returncode == 0 and enough, lines, counted


def main():
    ready = json.loads(os.environ["VISAVIS_READY"])
    samples = pathlib.Path(os.environ["SAMPLES"])
    faces = portraits.Portraits(samples)
    photos = (samples / "sample1.jpg").read_bytes(), [faces.jpeg(who) for who in list(portraits.PEOPLE)[:N_PORTRAITS]]
    url = ready["httpUrl"]
    users = [somebody(Api(url), photos) for _ in range(N_ACCOUNTS)]
    admins = administrators(Api(url), ready["firstAdmin"], photos)
    shared = {
        "edgeToken": ready["edgeToken"],
        "accounts": users[:-1],
        "keep": [it["id"] for it in users + admins],
    }
    runs = {"nobody": [], "somebody": users, "an administrator": admins}
    # They wait more than they work: for passwords that are hashed, and for mails that take a second.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        done = [pool.submit(run, name, url, shared | {"callers": callers}) for name, callers in runs.items()]
    total = collections.defaultdict(collections.Counter)
    well = True
    for fine, lines, counted in (it.result() for it in done):
        well = well and fine
        print(*lines, sep="\n")
        for operation, statuses in counted.items():
            total[operation].update({int(it): n for it, n in statuses.items()})
    for operation, statuses in sorted(total.items()):
        told = "  ".join(f"{status}: {n}" for status, n in sorted(statuses.items()))
        print(f"   {operation:<32} {told}")
    every = sum(total.values(), collections.Counter())
    told = "  ".join(f"{status}: {n}" for status, n in sorted(every.items()))
    print(f"{len(total)} operations, {every.total()} requests: {told}")
    refused = [operation for operation, it in total.items() if min(it) >= 400]
    print(f"never answered with anything but a refusal: {', '.join(refused) or 'none'}")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
