"""What a call was refused with."""

import pytest
from botocore.exceptions import ClientError


def refused(call, **parameters):
    """Status, code and message; fails if the call was carried out."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


def refused_as(call, **parameters):
    """The code alone, after checking that it came with the status of a mistake of the caller's."""
    status, code, message = refused(call, **parameters)
    assert status == 400, (code, message)
    return code
