"""What a distribution's function receives, and which viewers a geo restriction blocks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.gateway.test_distribution import fallback

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Account, Browser

ECHO = """function handler(event) {
  const request = event.request, headers = request.headers;
  const values = [request.querystring, request.rawQueryString()];
  values.push(headers['cloudfront-viewer-country'], headers['x-custom']);
  return { statusCode: 200, headers: {}, body: JSON.stringify(values) };
}"""


def function_event(browser: Browser, path: str, **headers: str) -> list[Any]:
    """Return the values that the function received."""
    found: list[Any] = json.loads(browser.get(path, **headers).body)
    return found


def test_query_string_of_a_function(account: Account) -> None:
    """The query string is neither decoded nor reordered, and a repeated parameter has all its values."""
    browser = account.browser(account.distribution(account.bucket(), behavior=account.function(ECHO)))
    query, raw, *_ = function_event(browser, "/?a%20b=%2B+&x=1&y&x=2=3")
    assert query == {
        "a%20b": {"value": "%2B+"},
        "x": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2=3"}]},
        "y": {"value": ""},
    }
    assert raw == "a%20b=%2B+&x=1&y&x=2=3"
    assert function_event(browser, "/")[:2] == [{}, None]


def test_viewer_country_of_a_function(account: Account) -> None:
    """A function gets CloudFront's own headers only if a policy names them, and the viewer's headers always."""
    sent = {"CloudFront_Viewer_Country": "DE", "X_Custom": "mine"}
    bucket = account.bucket()
    without = account.browser(account.distribution(bucket, behavior=account.function(ECHO)))
    assert function_event(without, "/", **sent)[2:] == [None, {"value": "mine"}]
    with_country = account.function(ECHO, "CloudFront-Viewer-Country")
    assert function_event(account.browser(account.distribution(bucket, behavior=with_country)), "/", **sent)[2] == {
        "value": "DE"
    }


def restricted(kind: str, *countries: str) -> dict[str, Any]:
    """Return the settings of a distribution that allows, or blocks, only these countries."""
    items = {"Quantity": len(countries), "Items": list(countries)}
    return {"Restrictions": {"GeoRestriction": {"RestrictionType": kind, **items}}}


@pytest.mark.parametrize(
    ("kind", "country", "status"),
    [
        ("whitelist", "DE", 200),
        ("whitelist", "US", 403),
        ("blacklist", "DE", 403),
        ("blacklist", "US", 200),
        ("blacklist", "", 200),
        ("whitelist", "", 200),
    ],
)
def test_geo_restriction(account: Account, kind: str, country: str, status: int) -> None:
    """A blocked country gets 403 instead of the function's response; an unknown one is not blocked."""
    distribution = account.distribution(
        account.bucket(), behavior=account.function(ECHO), **restricted(kind, "DE", "AT")
    )
    reply = account.browser(distribution).get("/", **({"CloudFront_Viewer_Country": country} if country else {}))
    assert reply.status == status
    assert (b"block access from your country" in reply.body) == (status == 403)


def test_error_page_of_a_geo_restriction(account: Account) -> None:
    """A custom error response for 403 applies to CloudFront's own 403 too."""
    settings = {**restricted("blacklist", "DE"), **fallback(403)}
    browser = account.browser(account.distribution(account.bucket({"index.html": "root"}), **settings))
    reply = browser.get("/any", CloudFront_Viewer_Country="DE")
    assert (reply.status, reply.body) == (200, b"root")
