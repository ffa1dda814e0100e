"""What Schemathesis cannot know: who calls, and what exists.

Callers take turns, so that the limits by account are not all that is seen. Where a path asks for an id, most requests get
one that the API named before to the same caller; how, follows from the paths alone, so that a new collection needs nothing
here. Every request claims an address of its own, as the distribution would say it: the pause of one address after twenty
failed sign-ins is seen once and not for the rest of the run.
"""

import atexit
import collections
import itertools
import json
import os
import re

import schemathesis
from schemathesis import GenerationMode

SETTINGS = json.loads(os.environ["VISAVIS_FUZZ"])
# The last one signs out, which ends all sessions of an account; the others do everything else.
*CALLERS, LEAVER = SETTINGS["callers"] or [None]

turns = itertools.count()
# By caller and collection, e.g. ("ada", "/people/{id}/faces"): ids from answers, newest last, each with those of what it is
# part of in front: (person, face).
ids = collections.defaultdict(list)
# By caller and collection: the query of the next page.
next_pages = {}
# By operation: how often each status came.
statuses = collections.defaultdict(collections.Counter)
refresh_tokens = []


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def collection_of(path):
    """The path in front of the last parameter: what `GET` lists and `POST` adds to. None if there is no parameter."""
    before, brace, _ = path.rpartition("/{")
    return before if brace else None


def parameters_of(path):
    return re.findall(r"{(\w+)}", path)


@schemathesis.auth(refresh_interval=None)
class Caller:
    def get(self, case, context):
        if not CALLERS:
            return None
        if case.operation.definition.raw.get("operationId") == "signOut":
            return LEAVER
        turn = next(turns)
        collection = collection_of(case.path)
        owners = [it for it in CALLERS if ids[it["username"], collection]]
        # Two of three requests for a thing ask for one that exists, if there is any.
        if owners and is_positive(case) and turn % 3:
            owner = owners[turn % len(owners)]
            known = ids[owner["username"], collection]
            thing = known.pop() if case.method == "DELETE" else known[-1]
            case.path_parameters = dict(zip(parameters_of(case.path), thing, strict=True))
            return owner
        return CALLERS[turn % len(CALLERS)]

    def set(self, case, data, context):
        if data is not None:
            case.headers["Authorization"] = f"Bearer {data['accessToken']}"
            case.headers["X-Caller"] = data["username"]


@schemathesis.hook
def before_call(context, case, kwargs):
    turn = next(turns)
    case.headers["X-Visavis-Edge"] = SETTINGS["edgeToken"]
    # The documentation network of RFC 2544: as many addresses as there are requests.
    case.headers["X-Forwarded-For"] = f"198.18.{turn // 250 % 250}.{turn % 250}"
    if not is_positive(case):
        return
    if "cursor" in case.query:
        # A cursor is good for the list it was handed out for, filters included.
        rest = {name: value for name, value in case.query.items() if name != "cursor"}
        case.query = next_pages.get((case.headers.get("X-Caller"), case.path), rest)
    if isinstance(case.body, dict) and turn % 2:
        fill_in(case, turn)


def fill_in(case, turn):
    """Replaces members of a body that must be those of something real."""
    name = case.operation.definition.raw.get("operationId")
    caller = next((it for it in CALLERS if it["username"] == case.headers.get("X-Caller")), None)
    if name == "signIn":
        account = SETTINGS["accounts"][turn % len(SETTINGS["accounts"])]
        case.body = {**case.body, "username": account["username"], "password": account["password"]}
    elif name == "refresh" and refresh_tokens:
        case.body = {"refreshToken": refresh_tokens.pop()}
    elif name == "createAnalysis" and caller:
        uploads = caller["uploads"]
        case.body = {**case.body, "uploadId": uploads[turn % len(uploads)], "kinds": ["faces"]}
        case.body.pop("attributes", None)
    elif name in ("addPersonFace", "verifyPerson") and caller:
        # A photo that was added is used up; one that is compared is not.
        compared, *added = caller["portraits"]
        case.body = {"uploadId": compared if name == "verifyPerson" else added[turn // 2 % len(added)]}
    elif name == "createLivenessChallenge" and caller and ids[caller["username"], "/people"]:
        case.body.pop("subject", None)
        case.body = {**case.body, "personId": ids[caller["username"], "/people"][-1][0]}


@schemathesis.hook
def after_call(context, case, response):
    statuses[case.operation.label][response.status_code] += 1
    if not 200 <= response.status_code < 300 or "json" not in response.headers.get("content-type", [""])[0]:
        return
    answer = response.json()
    if "refreshToken" in answer:
        refresh_tokens.append(answer["refreshToken"])
    caller = case.headers.get("X-Caller")
    # A thing has the path of its collection and an id; everything else is a collection, or has no ids in its answers.
    if not case.path.endswith("}") and caller:
        if answer.get("nextCursor"):
            next_pages[caller, case.path] = {**case.query, "cursor": answer["nextCursor"]}
        for item in answer.get("items", [answer]):
            found = (item[it] for it in item if re.fullmatch("id|[a-z]+Id", it) and item[it] is not None)
            # The first is the thing's own. Nobody may lose the accounts that make the requests.
            own = next(found, None)
            if own is not None and own not in SETTINGS["keep"]:
                above = [case.path_parameters[it] for it in parameters_of(case.path)]
                ids[caller, case.path].append((*above, own))


@atexit.register
def tell():
    with open(SETTINGS["statuses"], "w") as file:
        json.dump({name: dict(sorted(it.items())) for name, it in sorted(statuses.items())}, file)
