"""People in a stack that is killed while a face is added, and while somebody is erased.

Whatever was answered is true afterwards, what was not answered can be asked again, and in the end nothing is left behind.
"""

import concurrent.futures
import functools
import hashlib
import time
import uuid

import requests

import test_durability
from conftest import make_client

PASSWORD = "a long sentence nobody uses"
# From a request to the kill: into the photo, into the description, about to answer, and answered. Where a machine is slower or
# faster they fall elsewhere; what is asserted holds everywhere.
DELAYS_S = [0.2, 0.6, 1.2, 1.8, 2.5, 6.0]


class Account:
    """Somebody signed in at a stack that may have been started again."""

    def __init__(self):
        self.username = f"killed-{uuid.uuid4().hex[:8]}"
        self.id = None

    def meet(self, ready):
        """Signs in, and up where that was not done before."""
        self.url, self.aws_url, self.token = ready["httpUrl"], ready["awsUrl"], None
        body = {"username": self.username, "password": PASSWORD}
        if self.id is None:
            self("POST", "/api/auth/sign-up", body | {"email": f"{self.username}@example.org"}).raise_for_status()
        session = self("POST", "/api/auth/sign-in", body | {"delivery": "body"}).json()
        self.token, self.id = session["accessToken"], session["user"]["id"]

    def __call__(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return requests.request(method, self.url + path, headers=headers, json=body, timeout=60)

    def upload(self, photo):
        promise = {"contentType": "image/jpeg", "sizeBytes": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}
        upload = self("POST", "/api/uploads", promise).json()
        requests.put(upload["url"], data=photo, headers=upload["headers"], timeout=60).raise_for_status()
        return upload["uploadId"]

    def register(self):
        consent = {"noticeVersion": "1", "givenBy": "Olive", "at": "2026-11-20T10:58:00Z"}
        return self("POST", "/api/people", {"displayName": "Olive", "consent": consent}).json()["personId"]

    def verify(self, person, photo):
        return self("POST", f"/api/people/{person}/verify", {"uploadId": self.upload(photo)})

    def kept(self, person):
        """Pictures and descriptions of a person, by name and identifier."""
        rekognition, s3 = (make_client(it, self.aws_url) for it in ("rekognition", "s3"))
        faces = []
        for collection in rekognition.list_collections()["CollectionIds"]:
            listed = rekognition.list_faces(CollectionId=collection)["Faces"]
            faces += [it["FaceId"] for it in listed if it.get("ExternalImageId") == person]
        pictures = []
        for bucket in s3.list_buckets()["Buckets"]:
            listed = s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])
            pictures += [it["Key"] for it in listed if person in it["Key"]]
        return pictures, faces


def ask_and_kill(process, asks):
    """What was answered, if it was, to requests that began one after the other before the stack was killed.

    `asks` has what to ask, and how many seconds before the kill.
    """

    def ask(what, before_s):
        time.sleep(longest_s - before_s)
        try:
            return what()
        except requests.RequestException:
            return None

    longest_s = max(before_s for _, before_s in asks)
    with concurrent.futures.ThreadPoolExecutor(len(asks)) as pool:
        asked = [pool.submit(ask, what, before_s) for what, before_s in asks]
        time.sleep(longest_s)
        process.kill()
        return [it.result(timeout=120) for it in asked]


def at_once(work, rounds):
    """Does the same for each of several at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(rounds)) as pool:
        for done in [pool.submit(work, *it) for it in rounds]:
            done.result(timeout=180)


def add_again(account, person, upload):
    """Asks until the interrupted attempt's hold on the upload has ended, which is 40 seconds after it began."""
    until = time.monotonic() + 120
    while True:
        answer = account("POST", f"/api/people/{person}/faces", {"uploadId": upload})
        if answer.status_code not in (429, 503) or time.monotonic() > until:
            return answer
        time.sleep(float(answer.headers.get("Retry-After", 1)))


def test_a_face_that_was_interrupted_recognises_nobody_and_can_be_added_again(tmp_path, people):
    photo, other = people.jpeg("olive"), people.jpeg("olive", "mirrored")
    accounts = [Account() for _ in DELAYS_S]
    with test_durability.stack(tmp_path / "data", tmp_path / "log") as (process, ready):
        orders = []
        for account in accounts:
            account.meet(ready)
            orders.append((account.register(), account.upload(photo)))
        asks = [
            (functools.partial(account, "POST", f"/api/people/{person}/faces", {"uploadId": upload}), delay_s)
            for account, (person, upload), delay_s in zip(accounts, orders, DELAYS_S, strict=True)
        ]
        answers = ask_and_kill(process, asks)

    def check(account, person, upload, answer):
        listed = account("GET", f"/api/people/{person}").json()["faces"]
        assert len(listed) <= 1
        if answer is not None:
            assert answer.status_code == 201, answer.text
            assert listed == [answer.json()], "what was answered is there"
        compared = account.verify(person, other)
        if listed:
            assert compared.json()["verified"] is True, compared.text
        else:
            assert compared.status_code == 409, compared.text

        again = add_again(account, person, upload)
        assert again.status_code == 201, again.text
        assert account("GET", f"/api/people/{person}").json()["faces"] == [again.json()]
        pictures, faces = account.kept(person)
        assert (len(pictures), len(faces)) == (1, 1), "nothing of the first attempt is left beside it"
        erased = account("DELETE", f"/api/people/{person}")
        assert erased.status_code == 200, erased.text
        assert account.kept(person) == ([], [])

    with test_durability.stack(tmp_path / "data", tmp_path / "log") as (_, ready):
        for account in accounts:
            account.meet(ready)
        at_once(check, [(it, *order, answer) for it, order, answer in zip(accounts, orders, answers, strict=True)])


def test_erasing_that_was_interrupted_goes_on_and_leaves_nothing(tmp_path, people):
    photos = [people.jpeg("olive"), people.jpeg("olive", "mirrored")]
    delays_s = [0.01, 0.05, 0.15, 0.5]
    account = Account()
    with test_durability.stack(tmp_path / "data", tmp_path / "log") as (process, ready):
        account.meet(ready)
        persons = [account.register() for _ in delays_s]
        # Five faces a minute are taken of an account: two of the first, and one of each other.
        for person, photo in [(persons[0], photos[0]), (persons[0], photos[1])]:
            answer = account("POST", f"/api/people/{person}/faces", {"uploadId": account.upload(photo)})
            assert answer.status_code == 201, answer.text
        for person, who in zip(persons[1:], ("green", "maroon", "peach"), strict=True):
            answer = account("POST", f"/api/people/{person}/faces", {"uploadId": account.upload(people.jpeg(who))})
            assert answer.status_code == 201, answer.text
        before = [account.kept(it) for it in persons]
        asks = [
            (functools.partial(account, "DELETE", f"/api/people/{person}"), delay_s)
            for person, delay_s in zip(persons, delays_s, strict=True)
        ]
        answers = ask_and_kill(process, asks)

    with test_durability.stack(tmp_path / "data", tmp_path / "log") as (_, ready):
        account.meet(ready)
        for person, kept, answer in zip(persons, before, answers, strict=True):
            seen = account("GET", f"/api/people/{person}")
            if answer is not None:
                assert answer.status_code == 200, answer.text
                assert seen.status_code == 404, seen.text
            if seen.status_code == 200:
                assert account.kept(person) == kept, "it had not begun"
            again = account("DELETE", f"/api/people/{person}")
            # Whoever got no receipt asks again; if all was done before the kill, there is nobody to erase any more.
            assert again.status_code == 200 or (again.status_code == 404 and seen.status_code == 404), again.text
            assert account("GET", f"/api/people/{person}").status_code == 404
            assert account.kept(person) == ([], [])
