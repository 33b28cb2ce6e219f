from __future__ import annotations

from sandbox.gateway.cors import CorsRule, headers_for, preflight_headers

ANYONE = CorsRule(methods=("GET",), origins=("*",), max_age="3000")
SOME = CorsRule(
    methods=("GET", "HEAD"), origins=("https://*.example.com",), headers=("X-*",), exposed_headers=("ETag", "X-Id")
)


def test_rule_for_anyone() -> None:
    """A rule for every origin allows `*`."""
    found = dict(headers_for((ANYONE,), "GET", {"Origin": "https://a.test"}))
    assert found["Access-Control-Allow-Origin"] == "*"
    assert found["Access-Control-Allow-Methods"] == "GET"
    assert found["Access-Control-Max-Age"] == "3000"
    assert "Access-Control-Allow-Credentials" not in found


def test_rule_for_some() -> None:
    """A rule for some origins allows the request's own origin, and exposes headers to scripts."""
    found = dict(headers_for((SOME,), "GET", {"Origin": "https://www.example.com"}))
    assert found["Access-Control-Allow-Origin"] == "https://www.example.com"
    assert found["Access-Control-Allow-Credentials"] == "true"
    assert found["Access-Control-Expose-Headers"] == "ETag, X-Id"


def test_first_matching_rule_applies() -> None:
    """Rules are tried in their order."""
    found = dict(headers_for((SOME, ANYONE), "GET", {"Origin": "https://www.example.org"}))
    assert found["Access-Control-Allow-Origin"] == "*"


def test_nothing_without_origin_or_rule() -> None:
    """A request without an Origin, or one that no rule allows, gets no CORS headers."""
    assert headers_for((ANYONE,), "GET", {}) == ()
    assert headers_for((ANYONE,), "HEAD", {"Origin": "https://a.test"}) == ()
    assert headers_for((), "GET", {"Origin": "https://a.test"}) == ()


def test_preflight_names_the_headers_it_allows() -> None:
    """Requested headers are compared in any case, and a rule must allow every one of them."""
    preflight = {"Origin": "https://www.example.com", "Access-Control-Request-Method": "GET"}
    allowed = preflight_headers((SOME,), {**preflight, "Access-Control-Request-Headers": "x-one, X-Two"})
    assert dict(allowed)["Access-Control-Allow-Headers"] == "x-one, X-Two"
    assert preflight_headers((SOME,), {**preflight, "Access-Control-Request-Headers": "x-one, Range"}) == ()
