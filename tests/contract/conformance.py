"""Walks a raw HTTP response against botocore's own model of the service.

botocore itself is lenient: it drops members it does not know and takes what is missing for absent. Here nothing is dropped: an
unknown member, a missing required one, a wrong type, a value outside an enum, a range, a length or a pattern is a fault.

`faults(...)` lists them; `watch(client)` makes every call of a client raise `NotConformant` on the first response that has any.
"""

import base64
import binascii
import collections
import json
import math
import re
import xml.etree.ElementTree as ElementTree

from botocore.model import OperationModel, Shape

# Errors that the front of every service can give; no service model lists them.
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
COMMON_ERRORS = {
    "AccessDeniedException",
    "IncompleteSignatureException",
    "InternalServerError",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotImplemented",
    "RequestEntityTooLargeException",
    "SerializationException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}

# Where AWS itself does not keep to its model, as validated emulators record it: on-demand tables have a throughput of zero
# and say twice that they are on demand. {structure: members that are not checked}
KNOWN_DEVIATIONS = {
    "TableDescription": {"TableThroughputModeSummary"},
    "ProvisionedThroughputDescription": {"NumberOfDecreasesToday"},
}

INTEGERS = {"integer": 2**31, "long": 2**63}

# How many responses were walked, by service and operation; the session's summary prints it.
walked = collections.Counter()


class NotConformant(AssertionError):
    """A response that the service's model does not allow."""


def watch(client):
    """Makes every later call of `client` check its raw response."""

    def check(http_response, model, **_):
        found = faults(model, http_response.status_code, http_response.headers, body_of(http_response, model))
        walked[f"{model.service_model.service_name}:{model.name}"] += 1
        if found:
            raise NotConformant(f"{model.name}: " + "; ".join(found))

    client.meta.events.register("after-call", check)
    return client


def body_of(http_response, model):
    """The raw body; None where it is the object itself, which the caller has yet to read."""
    if http_response.status_code < 300 and model.has_streaming_output:
        return None
    return http_response.content


def faults(model: OperationModel, status: int, headers, body: bytes | None) -> list[str]:
    """Everything about the response that `model` does not allow."""
    protocol = model.service_model.protocol
    if protocol == "json":
        return _json_faults(model, status, headers, body)
    if protocol in ("query", "rest-xml"):
        return _xml_faults(model, status, headers, body)
    if protocol == "rest-json":
        return _rest_json_faults(model, status, headers, body)
    raise NotImplementedError(f"no walker for the protocol {protocol}")


# ---- JSON 1.0 and 1.1 ------------------------------------------------------------------------------------------------


def _json_faults(model, status, headers, body):
    found = []
    version = model.service_model.metadata["jsonVersion"]
    content_type = headers.get("content-type")
    if content_type != f"application/x-amz-json-{version}":
        found.append(f"content-type {content_type!r}")
    if not headers.get("x-amzn-requestid"):
        found.append("no x-amzn-requestid")
    try:
        value = json.loads(body)
    except ValueError as error:
        return found + [f"body is not JSON: {error}"]
    if status < 300:
        output = model.output_shape
        return found + (check(output, value, "") if output is not None else _empty(value))
    return found + _json_error_faults(model, headers, value)


def _rest_json_faults(model, status, headers, body):
    found = [] if headers.get("x-amzn-requestid") else ["no x-amzn-requestid"]
    if headers.get("content-type") != "application/json":
        found.append(f"content-type {headers.get('content-type')!r}")
    try:
        value = json.loads(body)
    except ValueError as error:
        return found + [f"body is not JSON: {error}"]
    if status < 300:
        return found + check(model.output_shape, value, "")
    # The code is in a header, not in the body.
    code = (headers.get("x-amzn-errortype") or "").split(":")[0]
    if code not in {shape.error_code for shape in model.error_shapes} | set(COMMON_ERRORS):
        found.append(f"error {code!r} is not of this operation")
    if not isinstance(value.get("message", value.get("Message")), str):
        found.append("error without a message")
    return found


def _empty(value):
    return [] if value == {} else ["body of an operation without output"]


def _json_error_faults(model, headers, value):
    if not isinstance(value, dict) or not isinstance(value.get("__type"), str):
        return ["error without __type"]
    code = value["__type"].rsplit("#", 1)[-1]
    found = []
    if headers.get("x-amzn-errortype") not in (None, code):
        found.append(f"x-amzn-errortype {headers.get('x-amzn-errortype')!r} beside __type {code!r}")
    if not isinstance(value.get("message", value.get("Message")), str):
        found.append("error without a message")
    shapes = {shape.error_code: shape for shape in model.error_shapes}
    if code not in shapes:
        if code not in COMMON_ERRORS:
            found.append(f"error {code!r} is not of this operation")
        return found
    # `message` in any spelling, and what Rekognition puts beside it, are of the envelope and not of the shape.
    members = {k: v for k, v in value.items() if k not in ("__type", "message", "Message", "Code", "Logref")}
    return found + [fault for fault in check(shapes[code], members, code) if "missing required" not in fault]


def check(shape: Shape, value, path: str) -> list[str]:
    """Faults of one JSON value."""
    if value is None:
        return [f"{path or '/'}: null"]
    walk = _WALKERS.get(shape.type_name)
    if walk is None:
        return [f"{path}: no walker for {shape.type_name}"]
    return walk(shape, value, path)


def _structure(shape, value, path):
    if not isinstance(value, dict):
        return [f"{path or '/'}: not an object"]
    names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
    found = []
    for key, inner in value.items():
        if key in KNOWN_DEVIATIONS.get(shape.name, ()):
            continue
        if key in names:
            found += check(shape.members[names[key]], inner, f"{path}.{key}")
        else:
            found.append(f"{path}.{key}: unknown member")
    found += [f"{path}.{name}: missing required" for name in shape.required_members if name not in value]
    if shape.is_tagged_union and len(value) != 1:
        found.append(f"{path}: union of {len(value)} members")
    return found


def _list(shape, value, path):
    if not isinstance(value, list):
        return [f"{path}: not a list"]
    found = _length(shape, len(value), path)
    for idx, inner in enumerate(value):
        found += check(shape.member, inner, f"{path}[{idx}]")
    return found


def _map(shape, value, path):
    if not isinstance(value, dict):
        return [f"{path}: not a map"]
    found = _length(shape, len(value), path)
    for key, inner in value.items():
        found += check(shape.key, key, f"{path}[{key!r}]") + check(shape.value, inner, f"{path}.{key}")
    return found


def _string(shape, value, path):
    if not isinstance(value, str):
        return [f"{path}: not a string"]
    found = _length(shape, len(value), path)
    if shape.enum and value not in shape.enum:
        found.append(f"{path}: {value!r} not in enum")
    pattern = _pattern(shape.metadata.get("pattern"))
    if pattern and not pattern.search(value):
        found.append(f"{path}: {value!r} does not match {pattern.pattern}")
    return found


def _pattern(text):
    """The model's pattern, if Python can read it: Unicode classes of Java it cannot."""
    if not text:
        return None
    try:
        return re.compile(text)
    except re.error:
        return None


def _blob(shape, value, path):
    try:
        return _length(shape, len(base64.b64decode(value, validate=True)), path)
    except (binascii.Error, TypeError, ValueError):
        return [f"{path}: not base64"]


def _number(shape, value, path):
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return [f"{path}: not a number"]
    return _range(shape, value, path)


def _integer(shape, value, path):
    if isinstance(value, bool) or not isinstance(value, int):
        return [f"{path}: not an integer"]
    limit = INTEGERS[shape.type_name]
    if not -limit <= value < limit:
        return [f"{path}: {value} does not fit {shape.type_name}"]
    return _range(shape, value, path)


def _boolean(_, value, path):
    return [] if isinstance(value, bool) else [f"{path}: not a boolean"]


def _timestamp(shape, value, path):
    if shape.serialization.get("timestampFormat", "unixTimestamp") != "unixTimestamp":
        return _string(shape, value, path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [f"{path}: not a number of seconds"]
    # Milliseconds by mistake would be tens of thousands of years ahead.
    return [] if 0 <= value < 10_000_000_000 else [f"{path}: {value} is not in seconds"]


def _length(shape, length, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and length < least) or (most is not None and most < length):
        return [f"{path}: length {length} outside {least}..{most}"]
    return []


def _range(shape, value, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and value < least) or (most is not None and most < value):
        return [f"{path}: {value} outside {least}..{most}"]
    return []


_WALKERS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "character": _string,
    "blob": _blob,
    "float": _number,
    "double": _number,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "timestamp": _timestamp,
}


# ---- Query and REST XML ----------------------------------------------------------------------------------------------


def _xml_faults(model, status, headers, body):
    found = []
    output = model.output_shape
    if status < 300 and output is not None:
        found += _header_faults(output, headers)
    if not (headers.get("x-amzn-requestid") or headers.get("x-amz-request-id")):
        found.append("no request id")
    if body is None or (not body and model.http.get("method") == "HEAD"):
        return found
    if status >= 300:
        return found + _xml_error_faults(body, status)
    if not body:
        if output is not None and _body_members(output):
            return found + _missing(output, set())
        return found
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        return found + [f"body is not XML: {error}"]
    if model.service_model.protocol == "query":
        return found + _query_faults(model, root)
    return found + check_xml(output, root, "")


def _query_faults(model, root):
    if _name(root) != f"{model.name}Response":
        return [f"root element {_name(root)!r}"]
    parts = {_name(child): child for child in root}
    found = []
    metadata = parts.pop("ResponseMetadata", None)
    if metadata is None or [_name(child) for child in metadata] != ["RequestId"]:
        found.append("no ResponseMetadata with a RequestId")
    if model.output_shape is not None:
        wrapper = model.output_shape.serialization.get("resultWrapper", f"{model.name}Result")
        result = parts.pop(wrapper, None)
        found += [f"no {wrapper}"] if result is None else check_xml(model.output_shape, result, "")
    return found + [f"{name}: unknown element" for name in parts]


def _xml_error_faults(body, status):
    if status == 304:
        return [] if not body else ["a body with 304"]
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        return [f"error is not XML: {error}"]
    error = root if _name(root) == "Error" else next((it for it in root if _name(it) == "Error"), None)
    if error is None:
        return [f"error without Error, but {_name(root)!r}"]
    named = {_name(child): child.text for child in error}
    return [f"error without {it}" for it in ("Code", "Message") if not named.get(it)]


def _header_faults(shape, headers):
    found = []
    for name, member in shape.members.items():
        if member.serialization.get("location") != "header":
            continue
        text = headers.get(member.serialization["name"])
        if text is None:
            if name in shape.required_members:
                found.append(f".{name}: missing required")
        elif member.type_name != "timestamp":
            found += _scalar(member, text, f".{name}")
    return found


def _body_members(shape):
    return {name: member for name, member in shape.members.items() if "location" not in member.serialization}


def _missing(shape, names):
    return [f".{name}: missing required" for name in shape.required_members if name in _body_members(shape) and name not in names]


def check_xml(shape, element, path):
    """Faults of one XML element."""
    if shape is None:
        return [f"{path}: body of an operation without output"] if len(element) else []
    if shape.type_name == "structure":
        return _xml_structure(shape, element, path)
    if shape.type_name == "list":
        return _xml_items(shape, list(element), path)
    if shape.type_name == "map":
        return _xml_map(shape, list(element), path)
    return _scalar(shape, element.text or "", path)


def _xml_structure(shape, element, path):
    members = _body_members(shape)
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name == "structure":
        return check_xml(shape.members[payload], element, path)
    by_name = {}
    for name, member in members.items():
        wire = member.serialization.get("name", name)
        if member.type_name == "list" and member.serialization.get("flattened"):
            wire = member.member.serialization.get("name", wire)
        by_name[wire] = name
    found, flattened, seen = [], collections.defaultdict(list), set()
    for child in element:
        wire = _name(child)
        if wire not in by_name:
            found.append(f"{path}.{wire}: unknown element")
            continue
        name = by_name[wire]
        member = members[name]
        if member.serialization.get("flattened"):
            flattened[name].append(child)
        elif name in seen:
            found.append(f"{path}.{wire}: twice")
        else:
            found += check_xml(member, child, f"{path}.{wire}")
        seen.add(name)
    for name, children in flattened.items():
        walk = _xml_map if members[name].type_name == "map" else _xml_flat_items
        found += walk(members[name], children, f"{path}.{name}")
    return found + [f"{path}{fault}" for fault in _missing(shape, seen)]


def _xml_items(shape, children, path):
    wire = shape.member.serialization.get("name", "member")
    found = _length(shape, len(children), path)
    for idx, child in enumerate(children):
        if _name(child) != wire:
            found.append(f"{path}.{_name(child)}: not a {wire}")
        else:
            found += check_xml(shape.member, child, f"{path}[{idx}]")
    return found


def _xml_flat_items(shape, children, path):
    found = _length(shape, len(children), path)
    for idx, child in enumerate(children):
        found += check_xml(shape.member, child, f"{path}[{idx}]")
    return found


def _xml_map(shape, entries, path):
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    found = _length(shape, len(entries), path)
    for entry in entries:
        parts = {_name(child): child for child in entry}
        if set(parts) != {key_name, value_name}:
            found.append(f"{path}: entry of {sorted(parts)}")
        else:
            found += check_xml(shape.key, parts[key_name], f"{path}[key]") + check_xml(shape.value, parts[value_name], f"{path}[value]")
    return found


def _scalar(shape, text, path):
    kind = shape.type_name
    if kind == "boolean":
        return [] if text in ("true", "false") else [f"{path}: {text!r} is not a boolean"]
    if kind in INTEGERS:
        return _integer(shape, int(text), path) if re.fullmatch(r"-?\d+", text) else [f"{path}: {text!r} is not an integer"]
    if kind in ("float", "double"):
        try:
            return _number(shape, float(text), path)
        except ValueError:
            return [f"{path}: {text!r} is not a number"]
    if kind == "timestamp":
        iso = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text)
        return [] if iso else [f"{path}: {text!r} is not an ISO 8601 timestamp"]
    return check(shape, text, path)


def _name(element):
    return element.tag.rsplit("}", 1)[-1]
