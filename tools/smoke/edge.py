"""Requests to a distribution as a visitor sends them, and CloudFront's API."""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT_S = 30
_ATTEMPTS = 6


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its headers by lower-case name, and its body."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def is_cached(self) -> bool:
        """Whether CloudFront had it in its cache."""
        return self.headers.get("x-cache", "").lower().startswith("hit")


def request(url: str, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    """Send one request with ``path`` exactly as it is; redirects are not followed."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc, timeout=_TIMEOUT_S, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_TIMEOUT_S)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, response.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def cached(url: str, path: str) -> Answer:
    """Request a path until it comes from the cache: an edge location has several caches. Return the last answer."""
    for _ in range(_ATTEMPTS):
        answer = request(url, path)
        if answer.is_cached:
            break
        time.sleep(0.1)
    return answer


def error_code(call: Any, **arguments: Any) -> str:  # noqa: ANN401 - boto3 generates its clients
    """Return the code with which AWS refuses a call, or "accepted"."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "accepted"


class Distribution:
    """The distribution of a stack."""

    def __init__(self, identifier: str) -> None:
        self.id = identifier
        self.client: Any = boto3.client("cloudfront")

    def invalidate(self, *paths: str) -> None:
        """Invalidate paths, and wait until that is done; CloudFront takes one path with a wildcard a second."""
        create = partial(self.client.create_invalidation, DistributionId=self.id, InvalidationBatch=self.batch(*paths))
        while True:
            try:
                created = create()
                break
            except self.client.exceptions.TooManyInvalidationsInProgress:
                time.sleep(1)
        waiter = self.client.get_waiter("invalidation_completed")
        waiter.wait(DistributionId=self.id, Id=created["Invalidation"]["Id"])

    @staticmethod
    def batch(*paths: str) -> dict[str, Any]:
        """Return the request of an invalidation."""
        return {"CallerReference": f"{time.time_ns()}", "Paths": {"Quantity": len(paths), "Items": list(paths)}}

    def add_behaviors(self, *behaviors: dict[str, Any]) -> None:
        """Add cache behaviors, as somebody else would, and wait until they are deployed."""
        found = self.client.get_distribution_config(Id=self.id)
        config = found["DistributionConfig"]
        # A behavior has to name everything that the default one has.
        base = {key: value for key, value in config["DefaultCacheBehavior"].items() if key != "FunctionAssociations"}
        items = [{**base, **each} for each in behaviors]
        config["CacheBehaviors"] = {"Quantity": len(items), "Items": items}
        self.client.update_distribution(Id=self.id, DistributionConfig=config, IfMatch=found["ETag"])
        self.client.get_waiter("distribution_deployed").wait(Id=self.id)
