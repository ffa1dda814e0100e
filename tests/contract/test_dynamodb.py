"""DynamoDB as the functions use it: conditions, transactions, pages, expiry and streams."""

import concurrent.futures
import time
import uuid

import pytest
from botocore.exceptions import ClientError


def code(caught):
    return caught.value.response["Error"]["Code"]


@pytest.fixture(scope="module")
def table(dynamodb):
    """A table like Analyses: owner and id, expiry, and a stream of new images."""
    name = f"contract-{uuid.uuid4().hex[:12]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "userId", "KeyType": "HASH"}, {"AttributeName": "analysisId", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "userId", "AttributeType": "S"},
            {"AttributeName": "analysisId", "AttributeType": "S"},
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiresAt"}
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def owner():
    return str(uuid.uuid4())


def key(owner, analysis="1"):
    return {"userId": {"S": owner}, "analysisId": {"S": analysis}}


def test_an_item_comes_back_as_it_was_put(dynamodb, table, owner):
    item = {
        **key(owner),
        "text": {"S": "ü€😀"},
        "number": {"N": "-12345678901234567890.000000000000000001"},
        "bytes": {"B": bytes(range(256))},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"S": "a"}, {"N": "1"}, {"L": []}]},
        "map": {"M": {"inner": {"M": {}}}},
        "strings": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "2.5"]},
        "empty": {"S": ""},
    }
    dynamodb.put_item(TableName=table, Item=item)
    stored = dynamodb.get_item(TableName=table, Key=key(owner), ConsistentRead=True)["Item"]
    for name in ("strings", "numbers"):
        kind = next(iter(item[name]))
        assert sorted(stored.pop(name)[kind]) == item.pop(name)[kind]
    assert stored == item


def test_a_missing_item_is_an_empty_answer(dynamodb, table, owner):
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key(owner))


def test_a_condition_stores_once(dynamodb, table, owner):
    once = {"TableName": table, "ConditionExpression": "attribute_not_exists(userId)"}
    dynamodb.put_item(Item={**key(owner), "n": {"N": "1"}}, **once)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as caught:
        dynamodb.put_item(
            Item={**key(owner), "n": {"N": "2"}}, ReturnValuesOnConditionCheckFailure="ALL_OLD", **once
        )
    assert caught.value.response["Item"]["n"] == {"N": "1"}
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"


def test_of_many_at_once_exactly_one_wins(dynamodb, table, owner):
    def claim(n):
        try:
            dynamodb.put_item(
                TableName=table,
                Item={**key(owner), "by": {"N": str(n)}},
                ConditionExpression="attribute_not_exists(userId)",
            )
            return True
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(24))) == 1


def test_an_update_sets_adds_and_removes(dynamodb, table, owner):
    dynamodb.put_item(TableName=table, Item={**key(owner), "n": {"N": "1"}, "former": {"S": "x"}})
    answer = dynamodb.update_item(
        TableName=table,
        Key=key(owner),
        UpdateExpression="SET #s = :s, n = n + :one REMOVE former",
        ConditionExpression="n = :expected",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "done"}, ":one": {"N": "1"}, ":expected": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == {**key(owner), "n": {"N": "2"}, "status": {"S": "done"}}


def test_a_delete_tells_what_it_deleted(dynamodb, table, owner):
    dynamodb.put_item(TableName=table, Item=key(owner))
    gone = dynamodb.delete_item(TableName=table, Key=key(owner), ReturnValues="ALL_OLD")
    assert gone["Attributes"] == key(owner)
    assert "Attributes" not in dynamodb.delete_item(TableName=table, Key=key(owner), ReturnValues="ALL_OLD")


def test_a_transaction_is_all_or_nothing_and_gives_its_reasons(dynamodb, table, owner):
    dynamodb.put_item(TableName=table, Item=key(owner, "taken"))

    def put(analysis):
        return {
            "Put": {
                "TableName": table,
                "Item": key(owner, analysis),
                "ConditionExpression": "attribute_not_exists(userId)",
            }
        }

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(TransactItems=[put("new"), put("taken")])
    reasons = [it["Code"] for it in caught.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert "[None, ConditionalCheckFailed]" in caught.value.response["Error"]["Message"]
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key(owner, "new"))
    dynamodb.transact_write_items(TransactItems=[put("new"), put("newer")])
    both = dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": table, "Key": key(owner, it)}} for it in ("new", "newer")]
    )
    assert [it["Item"] for it in both["Responses"]] == [key(owner, "new"), key(owner, "newer")]


def test_a_query_pages_newest_first_and_filters(dynamodb, table, owner):
    for n in range(25):
        dynamodb.put_item(TableName=table, Item={**key(owner, f"{n:03}"), "even": {"BOOL": n % 2 == 0}})
    ask = {
        "TableName": table,
        "KeyConditionExpression": "userId = :u",
        "ExpressionAttributeValues": {":u": {"S": owner}},
        "ScanIndexForward": False,
    }
    found, start = [], {}
    while True:
        page = dynamodb.query(**ask, Limit=10, **start)
        assert page["Count"] == len(page["Items"]) <= 10
        found += [it["analysisId"]["S"] for it in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == [f"{n:03}" for n in reversed(range(25))]
    values = {**ask.pop("ExpressionAttributeValues"), ":from": {"S": "010"}, ":to": {"S": "014"}, ":t": {"BOOL": True}}
    ask["KeyConditionExpression"] += " AND analysisId BETWEEN :from AND :to"
    page = dynamodb.query(**ask, FilterExpression="even = :t", ExpressionAttributeValues=values)
    assert [it["analysisId"]["S"] for it in page["Items"]] == ["014", "012", "010"]
    assert (page["Count"], page["ScannedCount"]) == (3, 5)


def test_one_owner_never_sees_the_items_of_another(dynamodb, table, owner):
    dynamodb.put_item(TableName=table, Item=key(owner))
    answer = dynamodb.query(
        TableName=table, KeyConditionExpression="userId = :u", ExpressionAttributeValues={":u": {"S": "somebody else"}}
    )
    assert answer["Items"] == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Item": {"userId": {"S": "x"}}}, "ValidationException"),
        ({"Item": {"userId": {"N": "1"}, "analysisId": {"S": "1"}}}, "ValidationException"),
        ({"Item": {"userId": {"S": ""}, "analysisId": {"S": "1"}}}, "ValidationException"),
        ({"Item": {"userId": {"S": "x"}, "analysisId": {"S": "1"}, "n": {"N": "one"}}}, "ValidationException"),
        ({"Item": {"userId": {"S": "x"}, "analysisId": {"S": "1"}, "big": {"S": "x" * 409_600}}}, "ValidationException"),
        ({"ConditionExpression": "attribute_not_exists("}, "ValidationException"),
        ({"ConditionExpression": "status = :x"}, "ValidationException"),
        ({"TableName": "no-such-table"}, "ResourceNotFoundException"),
    ],
)
def test_mistakes_are_named(dynamodb, table, owner, change, expected):
    with pytest.raises(ClientError) as caught:
        dynamodb.put_item(**{"TableName": table, "Item": key(owner), **change})
    assert code(caught) == expected


def test_an_expired_item_disappears(dynamodb, table, owner):
    now = int(time.time())
    dynamodb.put_item(TableName=table, Item={**key(owner, "old"), "expiresAt": {"N": str(now - 60)}})
    dynamodb.put_item(TableName=table, Item={**key(owner, "new"), "expiresAt": {"N": str(now + 3600)}})
    described = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert described == {"AttributeName": "expiresAt", "TimeToLiveStatus": "ENABLED"}
    # On AWS this takes up to days; here it is a matter of seconds.
    for _ in range(60):
        if "Item" not in dynamodb.get_item(TableName=table, Key=key(owner, "old")):
            break
        time.sleep(0.5)
    else:
        pytest.fail("the expired item is still there after 30 s")
    assert "Item" in dynamodb.get_item(TableName=table, Key=key(owner, "new"))


def test_the_stream_tells_each_change_once_and_in_order(dynamodb, streams, table, owner):
    dynamodb.put_item(TableName=table, Item={**key(owner), "n": {"N": "1"}})
    dynamodb.update_item(
        TableName=table,
        Key=key(owner),
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )
    dynamodb.delete_item(TableName=table, Key=key(owner))
    described = dynamodb.describe_table(TableName=table)["Table"]
    arn = described["LatestStreamArn"]
    assert arn.startswith(described["TableArn"] + "/stream/")
    assert ":dynamodb:eu-west-1:000000000000:table/" in arn
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    records = []
    for shard in shards:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=100)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    mine = [it for it in records if it["dynamodb"]["Keys"] == key(owner)]
    assert [it["eventName"] for it in mine] == ["INSERT", "MODIFY", "REMOVE"]
    assert [it["dynamodb"].get("NewImage", {}).get("n") for it in mine] == [{"N": "1"}, {"N": "2"}, None]
    assert all("OldImage" not in it["dynamodb"] for it in mine), "the view is NEW_IMAGE"
    numbers = [int(it["dynamodb"]["SequenceNumber"]) for it in mine]
    assert numbers == sorted(set(numbers))


def test_the_tables_of_the_template_are_there(dynamodb):
    names = dynamodb.list_tables()["TableNames"]
    assert {"visavis-users", "visavis-sessions", "visavis-uploads", "visavis-analyses"} <= set(names)
    analyses = dynamodb.describe_table(TableName="visavis-analyses")["Table"]
    assert analyses["TableStatus"] == "ACTIVE"
    assert analyses["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def test_what_is_not_supported_says_so(dynamodb):
    with pytest.raises(ClientError) as caught:
        dynamodb.list_backups()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "ListBackups" in caught.value.response["Error"]["Message"]
