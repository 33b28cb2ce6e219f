"""Listing a bucket and deleting its objects, without botocore, whose import and client take 0.3 s."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote_plus

# The responses come from S3, and expat limits the expansion of entities since 2.4.1.
from xml.etree import ElementTree as ET  # nosec B405

from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.objects import ListedObject
from hosting.publish.s3.parallel import ParallelRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hosting.publish.s3.put import PutClient

_Answer = TypeVar("_Answer")

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
MAX_DELETES = 1000
_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_ESCAPED = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;", ord("\n"): "&#10;"}


def list_objects(client: PutClient, prefix: str) -> dict[str, ListedObject]:
    """Return the objects whose keys begin with ``prefix``, by the key without the prefix.

    Raises:
        S3Error: S3 refuses a request, or does not respond after several attempts.
    """
    # Keys may contain characters that XML does not allow.
    parameters = {"list-type": "2", "encoding-type": "url", "prefix": prefix}
    found: dict[str, ListedObject] = {}
    while True:
        page = with_retries(lambda: _parsed(client.call("GET", parameters, {})))
        found.update((key.removeprefix(prefix), one) for key, one in _objects(page))
        token = _text(page, "NextContinuationToken")
        if not token:
            return found
        parameters["continuation-token"] = token


def delete_objects(client: PutClient, keys: Sequence[str], etag: str = "") -> None:
    """Delete objects, a thousand with each request; keys that do not exist are ignored.

    With an ``etag``, S3 deletes only what has it, and refuses a key that does not exist:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html

    Raises:
        S3Error: S3 refuses a request or the deletion of one object.
    """
    condition = f"<ETag>{etag.translate(_ESCAPED)}</ETag>" if etag else ""
    for start in range(0, len(keys), MAX_DELETES):
        listed = "".join(
            f"<Object><Key>{key.translate(_ESCAPED)}</Key>{condition}</Object>"
            for key in keys[start : start + MAX_DELETES]
        )
        body = f'<Delete xmlns="{_NAMESPACE[1:-1]}">{listed}<Quiet>true</Quiet></Delete>'.encode()
        # S3 requires a checksum of this body.
        checksum = {"x-amz-checksum-sha256": b64encode(hashlib.sha256(body).digest()).decode()}
        with_retries(lambda body=body, checksum=checksum: client.call("POST", {"delete": ""}, checksum, body))  # type: ignore[misc]  # mypy: a lambda's defaults


def with_retries(request: Callable[[], _Answer]) -> _Answer:
    """Return what a request returns; it is sent again after transient errors.

    Raises:
        S3Error: the error is not transient, or the last attempt failed.
    """
    answers: list[_Answer] = []
    ParallelRunner().run_with_retries(lambda: answers.append(request()))
    return answers[0]


def _parsed(body: bytes) -> ET.Element:
    try:
        page = ET.fromstring(body)  # noqa: S314 - see the import  # nosec B314
    except ET.ParseError as error:
        raise S3Error("", "the response to a listing was cut off") from error
    for element in page.iter():
        element.tag = element.tag.removeprefix(_NAMESPACE)
    if page.tag != "ListBucketResult":
        raise S3Error("", f"the response to a listing is not one: <{page.tag}>")
    return page


def _objects(page: ET.Element) -> Iterator[tuple[str, ListedObject]]:
    for item in page.iter("Contents"):
        time = datetime.fromisoformat(_text(item, "LastModified")).replace(microsecond=0)
        listed = ListedObject(int(_text(item, "Size")), _text(item, "ETag").strip('"'), time)
        yield unquote_plus(_text(item, "Key")), listed


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(name) or ""
