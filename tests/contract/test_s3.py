"""S3 as the functions and browsers use it: presigned requests above all."""

import base64
import hashlib
import urllib.parse
import uuid
import zlib

import pytest
import requests
from botocore.exceptions import ClientError

import pictures
from conftest import make_client

BODY = pictures.jpeg()
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()


def code(caught):
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]


def xml_code(response):
    text = response.text
    return response.status_code, text.partition("<Code>")[2].partition("</Code>")[0]


# ---- presigned PUT


@pytest.fixture
def put(s3, bucket):
    """A presigned PUT of exactly this size, type and checksum, and the headers it was signed with."""
    key = f"u/{uuid.uuid4()}"
    parameters = {
        "Bucket": bucket,
        "Key": key,
        "ContentType": "image/jpeg",
        "ContentLength": len(BODY),
        "ChecksumSHA256": SHA256,
    }
    url = s3.generate_presigned_url("put_object", Params=parameters, ExpiresIn=300)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    headers = {"Content-Type": "image/jpeg"}
    if "x-amz-checksum-sha256" in query["X-Amz-SignedHeaders"].split(";"):
        headers["x-amz-checksum-sha256"] = SHA256
    return url, headers, key


def test_a_presigned_put_stores_the_object(s3, bucket, put):
    url, headers, key = put
    signed = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["X-Amz-SignedHeaders"][0].split(";")
    assert {"content-length", "content-type", "host"} <= set(signed), "the size is part of what was signed"
    response = requests.put(url, data=BODY, headers=headers, timeout=30)
    assert response.status_code == 200, response.text
    stored = s3.get_object(Bucket=bucket, Key=key)
    assert stored["Body"].read() == BODY
    assert stored["ContentType"] == "image/jpeg"
    assert stored["ETag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
    assert s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")["ChecksumSHA256"] == SHA256


def nothing_stored(s3, bucket):
    return s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize(
    ("what", "body", "headers"),
    [
        ("longer", BODY + b"x", {}),
        ("shorter", BODY[:-1], {}),
        ("empty", b"", {}),
        ("another type", BODY, {"Content-Type": "text/html"}),
        ("no type", BODY, {"Content-Type": None}),
    ],
)
def test_a_presigned_put_is_for_exactly_what_was_signed(s3, bucket, put, what, body, headers):
    url, signed, _ = put
    response = requests.put(url, data=body, headers={**signed, **headers}, timeout=30)
    assert xml_code(response) == (403, "SignatureDoesNotMatch"), what
    assert nothing_stored(s3, bucket)


def test_bytes_with_another_checksum_are_refused_and_not_stored(s3, bucket, put):
    url, headers, _ = put
    other = bytes([BODY[0] ^ 1]) + BODY[1:]
    status, error = xml_code(requests.put(url, data=other, headers=headers, timeout=30))
    assert status == 400 and error in ("BadDigest", "XAmzContentChecksumMismatch"), error
    assert nothing_stored(s3, bucket)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("key", lambda url: url.replace("/u/", "/v/")),
        ("longer key", lambda url: url.replace("?", "x?", 1)),
        ("expiry", lambda url: url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000")),
        ("date", lambda url: url.replace("Z&X-Amz-Expires", "Z&X-Amz-Expires").replace("X-Amz-Date=2", "X-Amz-Date=1")),
        ("signature", lambda url: url[:-1] + ("0" if url[-1] != "0" else "1")),
        ("extra parameter", lambda url: url + "&x=1"),
        ("signed headers", lambda url: url.replace("content-length%3B", "")),
    ],
)
def test_a_presigned_url_that_was_tampered_with_is_refused(s3, bucket, put, what, change):
    url, headers, _ = put
    changed = change(url)
    assert changed != url, what
    response = requests.put(changed, data=BODY, headers=headers, timeout=30)
    assert response.status_code == 403, (what, response.text)
    assert nothing_stored(s3, bucket)


def test_a_presigned_put_does_not_allow_another_method(bucket, put):
    url, headers, _ = put
    for method in ("GET", "DELETE", "POST"):
        response = requests.request(method, url, data=BODY, headers=headers, timeout=30)
        assert response.status_code in (403, 405), method


def test_a_presigned_url_expires(s3, bucket):
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=1)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    import time

    time.sleep(2.1)
    response = requests.get(url, timeout=30)
    assert xml_code(response) == (403, "AccessDenied")
    assert "Request has expired" in response.text


def test_presigned_with_a_wrong_secret_or_an_unknown_key(aws_url, bucket):
    parameters = {"Bucket": bucket, "Key": "k"}
    wrong = make_client("s3", aws_url, secret="guess", signature_version="s3v4")
    url = wrong.generate_presigned_url("put_object", Params=parameters)
    assert xml_code(requests.put(url, data=b"x", timeout=30)) == (403, "SignatureDoesNotMatch")
    unknown = make_client("s3", aws_url, key="AKIANOBODY", signature_version="s3v4")
    url = unknown.generate_presigned_url("put_object", Params=parameters)
    assert xml_code(requests.put(url, data=b"x", timeout=30)) == (403, "InvalidAccessKeyId")


def test_without_a_signature_nothing_is_given(aws_url, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        response = requests.request(method, f"{aws_url}/{bucket}/k", timeout=30)
        assert response.status_code == 403, method
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_a_presigned_get_gives_the_object_under_the_name_that_was_signed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b/ü+%.jpg", Body=BODY, ContentType="image/jpeg")
    parameters = {"Bucket": bucket, "Key": "a b/ü+%.jpg", "ResponseContentDisposition": 'attachment; filename="x.jpg"'}
    response = requests.get(s3.generate_presigned_url("get_object", Params=parameters), timeout=30)
    assert response.content == BODY
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["content-disposition"] == 'attachment; filename="x.jpg"'


# ---- objects


def test_if_none_match_stores_once(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="k", Body=b"second", IfNoneMatch="*")
    assert code(caught) == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"first"


def test_conditions_of_a_read(s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=tag)["Body"].read() == b"x"
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="k", IfMatch='"other"')
    assert code(caught) == (412, "PreconditionFailed")
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=tag)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 304


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=90-", 90, 99), ("bytes=-5", 95, 99), ("bytes=50-1000", 50, 99)]
)
def test_a_range_of_an_object(s3, bucket, asked, first, last):
    body = bytes(range(100))
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    part = s3.get_object(Bucket=bucket, Key="k", Range=asked)
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert part["ContentRange"] == f"bytes {first}-{last}/100"
    assert part["Body"].read() == body[first : last + 1]


def test_a_range_outside_the_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-20")
    assert code(caught) == (416, "InvalidRange")


def test_metadata_and_headers_come_back(s3, bucket):
    s3.put_object(
        Bucket=bucket,
        Key="k",
        Body=b"{}",
        ContentType="application/json",
        CacheControl="private, max-age=60",
        ContentDisposition="inline",
        Metadata={"analysis": "42"},
    )
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ContentLength"] == 2
    assert head["ContentType"] == "application/json"
    assert head["CacheControl"] == "private, max-age=60"
    assert head["ContentDisposition"] == "inline"
    assert head["Metadata"] == {"analysis": "42"}


def test_a_checksum_of_each_kind_is_verified(s3, bucket):
    crc = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
    s3.put_object(Bucket=bucket, Key="sha256", Body=BODY, ChecksumSHA256=SHA256)
    s3.put_object(Bucket=bucket, Key="crc32", Body=BODY, ChecksumCRC32=crc)
    s3.put_object(Bucket=bucket, Key="md5", Body=BODY, ContentMD5=base64.b64encode(hashlib.md5(BODY).digest()).decode())
    wrong = {
        "ChecksumSHA256": base64.b64encode(bytes(32)).decode(),
        "ChecksumCRC32": base64.b64encode(bytes(4)).decode(),
        "ContentMD5": base64.b64encode(bytes(16)).decode(),
    }
    for name, value in wrong.items():
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket=bucket, Key="wrong", Body=BODY, **{name: value})
        assert code(caught)[0] == 400, name
    assert {it["Key"] for it in s3.list_objects_v2(Bucket=bucket)["Contents"]} == {"sha256", "crc32", "md5"}


def test_listing_in_pages_with_prefix_and_delimiter(s3, bucket):
    keys = [f"u/{person}/{idx:02}" for person in ("ada", "bob") for idx in range(12)] + ["top", "ü"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 5}))
    found = [it["Key"] for page in pages for it in page.get("Contents", [])]
    assert found == sorted(keys, key=lambda it: it.encode()), "in the order of UTF-8"
    assert [page["KeyCount"] for page in pages] == [5, 5, 5, 5, 5, 1]
    assert [page["IsTruncated"] for page in pages] == [True] * 5 + [False]
    folders = s3.list_objects_v2(Bucket=bucket, Prefix="u/", Delimiter="/")
    assert [it["Prefix"] for it in folders["CommonPrefixes"]] == ["u/ada/", "u/bob/"]
    after = s3.list_objects_v2(Bucket=bucket, Prefix="u/bob/", StartAfter="u/bob/09")
    assert [it["Key"] for it in after["Contents"]] == ["u/bob/10", "u/bob/11"]


def test_delete_is_idempotent_alone_and_in_bulk(s3, bucket):
    for key in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for _ in range(2):
        assert s3.delete_object(Bucket=bucket, Key="a")["ResponseMetadata"]["HTTPStatusCode"] == 204
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "never was"}]})
    assert {it["Key"] for it in answer["Deleted"]} == {"b", "never was"}
    assert nothing_stored(s3, bucket)


def test_a_copy_has_the_bytes_and_the_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from/a b", Body=BODY, ContentType="image/jpeg", Metadata={"a": "1"})
    copied = s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from/a b"})
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
    stored = s3.get_object(Bucket=bucket, Key="to")
    assert (stored["Body"].read(), stored["ContentType"], stored["Metadata"]) == (BODY, "image/jpeg", {"a": "1"})
    s3.copy_object(
        Bucket=bucket,
        Key="to",
        CopySource={"Bucket": bucket, "Key": "from/a b"},
        MetadataDirective="REPLACE",
        ContentType="text/plain",
        Metadata={"b": "2"},
    )
    stored = s3.head_object(Bucket=bucket, Key="to")
    assert (stored["ContentType"], stored["Metadata"]) == ("text/plain", {"b": "2"})
    with pytest.raises(ClientError) as caught:
        s3.copy_object(Bucket=bucket, Key="x", CopySource={"Bucket": bucket, "Key": "none"})
    assert code(caught) == (404, "NoSuchKey")


def test_what_is_not_there(s3, bucket):
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="none")
    with pytest.raises(ClientError) as caught:
        s3.head_object(Bucket=bucket, Key="none")
    assert code(caught) == (404, "404")
    for call in (s3.get_object, s3.put_object, s3.delete_object):
        with pytest.raises(ClientError) as caught:
            call(Bucket="no-such-bucket-here", Key="k")
        assert code(caught) == (404, "NoSuchBucket")


def test_an_empty_and_a_large_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert s3.get_object(Bucket=bucket, Key="empty")["Body"].read() == b""
    large = bytes(range(256)) * 40_000
    s3.put_object(Bucket=bucket, Key="large", Body=large)
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == large


def test_what_is_not_supported_says_so(s3, bucket):
    for call in (
        lambda: s3.get_bucket_versioning(Bucket=bucket),
        lambda: s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "x"}}),
        lambda: s3.create_multipart_upload(Bucket=bucket, Key="k"),
        lambda: s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": []}),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert code(caught) == (501, "NotImplemented")
