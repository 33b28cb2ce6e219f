"""What proxies change in a stack's plan: error responses, what is refused, and what the preview says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hosting.aws.settings import aws_settings
from hosting.cloudfront.proxies import behaviors_of, check_quotas, origins_of
from hosting.config.load import RawConfig, load_settings
from hosting.errors import EdgeError
from hosting.formats.redirects.proxies import Proxy, Server
from hosting.formats.redirects.rules import REWRITE, Placeholder
from tests.unit.edge.plans import plan_of
from tests.unit.edge.test_plan import manifest, settings

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.edge.plan import EdgePlan

PROXY = "/api/* https://api.example.com/v1/:splat 200\n"
FRESH = dict.fromkeys((404, 500, 501, 502, 503, 504), 0)
ACCESS = {"access:username": "me", "access:password": "pw"}


def planned(folder: Path, *paths: str, rules: str = PROXY, stack: str = "prod", **config: str) -> EdgePlan:
    """Return the plan of a site with proxies."""
    (folder / "_redirects").write_text(rules)
    return plan_of(settings(stack, **config), manifest("index.html", *paths), folder)


def lifetimes(plan: EdgePlan) -> dict[int, int]:
    """Return the minimum TTL of each error, by its code."""
    return {error.error_code: error.caching_min_ttl for error in plan.error_responses}


def test_the_errors_of_an_api_are_not_cached(tmp_path: Path) -> None:
    """With a proxy the TTL is 0 for the errors that CloudFront would cache; pages and other errors don't change."""
    app = planned(tmp_path, website_routing="auto")
    assert lifetimes(app) == FRESH
    assert {error.response_page_path for error in app.error_responses} == {None}
    pages = planned(tmp_path, "404.html", website_routing="pages")
    assert lifetimes(pages) == FRESH
    assert {error.error_code: error.response_page_path for error in pages.error_responses}[404] == "/404.html"
    errors = {"website_routing": "errors"}
    assert lifetimes(planned(tmp_path, **errors)) == {400: 300, 403: 300, **FRESH}
    assert lifetimes(planned(tmp_path, rules="/a /b\n", **errors)) == {400: 300, 403: 300, 404: 300}


def test_a_minimum_from_the_config_is_kept(tmp_path: Path) -> None:
    """`cachingMinTtl` in `cloudfront:errorResponses` is not changed."""
    own = '[{"errorCode": 404, "cachingMinTtl": 60}, {"errorCode": 503}]'
    assert lifetimes(planned(tmp_path, cloudfront_errorResponses=own)) == {**FRESH, 404: 60}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"website_routing": "spa", "cloudfront_errorResponses": "[]"}, None),
        (
            {"cloudfront_errorResponses": '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html"}]'},
            "replaces 404 by the page '/404.html'; visitors get all others unchanged",
        ),
        (
            {},
            "404 by the page '/' with status 200; visitors get all others unchanged: pulumi config set",
        ),
    ],
)
def test_replaced_errors_are_a_warning(tmp_path: Path, config: dict[str, str], message: str | None) -> None:
    """Error responses apply to the whole distribution, so there is a warning if one has a page."""
    warnings = planned(tmp_path, "404.html", **config).warnings
    assert len(warnings) == (message is not None)
    assert (message or "") in "".join(warnings)
    assert planned(tmp_path, "404.html", rules="", **config).warnings == ()


def test_a_password_with_a_proxy_is_a_warning(tmp_path: Path) -> None:
    """With a password for the site there is a warning that an API gets no Authorization header."""
    (tmp_path / "_redirects").write_text(PROXY)
    raw = RawConfig("prod", {**ACCESS, "cloudfront:errorResponses": "[]"}, frozenset({"access:password"}))
    own = load_settings(raw, {"AWS_REGION": "eu-north-1"})
    (warning,) = plan_of(own, manifest("index.html"), tmp_path).warnings
    assert "do not get visitors' Authorization headers" in warning


def test_hidden_files_are_a_warning(tmp_path: Path) -> None:
    """Files below a proxy's paths are a warning, because the server answers instead."""
    config = {"cloudfront_errorResponses": "[]"}
    (warning,) = planned(tmp_path, "api/b c.json", "api", "apis/x", **config).warnings
    assert warning.startswith("Visitors can't get 'api' and 1 more: line 1 of _redirects is a proxy for '/api/*'")
    (one,) = planned(tmp_path, "api/x", **config).warnings
    assert one.startswith("Visitors can't get 'api/x': line 1")


def test_a_plus_sign_in_a_proxys_path(tmp_path: Path) -> None:
    """Path patterns have a bare plus sign, as browsers send it; files and rules are compared with it all the same."""
    config = {"cloudfront_errorResponses": "[]"}
    (warning,) = planned(tmp_path, "a+b/x", rules="/a+b/* https://api.example.com/:splat 200\n", **config).warnings
    assert warning.startswith("Visitors can't get 'a+b/x': line 1")
    for source in ("/a+b/c", "/a%2Bb/:name", "/a+b/:name"):
        rules = f"/a+b/* https://api.example.com/:splat 200\n{source} /d\n"
        with pytest.raises(EdgeError, match="line 2 of _redirects"):
            planned(tmp_path, rules=rules, **config)


def test_proxies_have_no_effect_without_cloudfront(tmp_path: Path) -> None:
    """On DEV there is only the warning about the file."""
    (warning,) = planned(tmp_path, "api/x", stack="dev", rules="/x http://localhost:4000/ 200\n").warnings
    assert "have no effect without CloudFront" in warning


def test_an_error_page_below_a_proxy_is_refused(tmp_path: Path) -> None:
    """An error page below a proxy's paths is refused, because CloudFront would get it from the server."""
    own = '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/api/404.html"}]'
    with pytest.raises(EdgeError, match=r"line 1 of _redirects .* error page '/api/404.html', .* 'api.example.com'"):
        planned(tmp_path, "api/404.html", cloudfront_errorResponses=own)


@pytest.mark.parametrize(
    ("endpoint", "holds"),
    [
        ({}, False),
        ({"AWS_ENDPOINT_URL": "https://cloud.example.com"}, False),
        ({"AWS_ENDPOINT_URL": "http://["}, False),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, True),
        ({"AWS_ENDPOINT_URL": "http://[::1]:4566"}, True),
        ({"AWS_ENDPOINT_URL": "http://cloud.localhost:4566"}, True),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_CLOUDFRONT": "https://cf.example.com"}, False),
        ({"AWS_ENDPOINT_URL_CLOUDFRONT": "http://localhost:4566"}, True),
    ],
)
def test_a_proxy_to_this_machine_needs_a_local_cloud(tmp_path: Path, endpoint: dict[str, str], holds: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A proxy to localhost is valid only if CloudFront's endpoint is on this machine."""
    (tmp_path / "_redirects").write_text("/api/* http://localhost:4000/:splat 200\n")
    local = load_settings(RawConfig("prod", {}), {"AWS_REGION": "eu-north-1", **endpoint})
    if holds:
        assert len(plan_of(local, manifest("index.html"), tmp_path).proxies) == 1
    else:
        with pytest.raises(EdgeError, match="'http://localhost:4000', which is this machine: AWS can't reach it"):
            plan_of(local, manifest("index.html"), tmp_path)


def test_the_endpoint_of_the_setting_comes_first() -> None:
    """`aws:endpoints` overrides the endpoint in the environment, as in the provider."""
    environment = {"AWS_ENDPOINT_URL": "http://localhost:1"}
    given = [{"s3": "http://localhost:2"}, {"cloudfront": "http://localhost:3"}]
    config = {"region": "eu-north-1", "endpoints": json.dumps(given)}
    assert aws_settings(config, environment).cloudfront_endpoint == "http://localhost:3"
    assert aws_settings({"region": "eu-north-1"}, {}).cloudfront_endpoint == ""


def proxies(count: int, hosts: int = 1, *, both: bool = True) -> list[Proxy]:
    """Return proxies to ``hosts`` servers, with one or two path patterns each."""
    return [
        Proxy(
            where="",
            source=(f"/{number}/", Placeholder("*")),
            target="/{1}",
            status=REWRITE,
            ignores_trailing_slash=both,
            server=Server("https", f"api{number % hosts}.example.com", 443),
        )
        for number in range(count)
    ]


def test_too_many_proxies_are_refused(tmp_path: Path) -> None:
    """37 proxies with two patterns fit beside the default behavior, and 38 are refused with the numbers."""
    check_quotas(proxies(37))
    check_quotas(proxies(74, 74, both=False))
    with pytest.raises(EdgeError, match=r"The 38 proxies need 76 cache behaviors .* a distribution has at most 75"):
        check_quotas(proxies(38))
    with pytest.raises(EdgeError, match="The 75 proxies need 75 cache behaviors"):
        check_quotas(proxies(75, both=False))
    lines = "".join(f"/{number}/* https://api.example.com/:splat 200\n" for number in range(38))
    with pytest.raises(EdgeError, match="need 76 cache behaviors"):
        planned(tmp_path, rules=lines)


def test_too_many_servers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Origins are counted with the bucket, if the quota of behaviors is not exceeded first."""
    monkeypatch.setattr("hosting.cloudfront.proxies.MAX_BEHAVIORS", 1000)
    check_quotas(proxies(99, 99))
    with pytest.raises(EdgeError, match="The proxies have 100 servers, but a distribution has at most 100 origins"):
        check_quotas(proxies(100, 100))


def test_a_server_is_one_origin() -> None:
    """Proxies to one server share an origin, and a name that is too long for an id is hashed."""
    assert [origin["origin_id"] for origin in origins_of(proxies(5, 2), 30)] == [
        "https://api0.example.com",
        "https://api1.example.com",
    ]
    long = Server("https", f"{'a' * 60}.{'b' * 60}.example.com", 443)
    proxy = Proxy(where="", source=("/x",), target="/", status=REWRITE, server=long)
    (origin,) = origins_of([proxy], 30)
    (behavior,) = behaviors_of([proxy], {"function_associations": []})
    assert origin["domain_name"] == long.host
    assert len(origin["origin_id"]) == 64
    assert behavior["target_origin_id"] == origin["origin_id"]


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (Server("https", "a.example.com", 443), {"http_port": 80, "https_port": 443, "policy": "https-only"}),
        (Server("https", "a.example.com", 8443), {"http_port": 80, "https_port": 8443, "policy": "https-only"}),
        (Server("http", "localhost", 4000), {"http_port": 4000, "https_port": 443, "policy": "http-only"}),
    ],
)
def test_an_origin_has_scheme_and_port(server: Server, expected: dict[str, Any]) -> None:
    """The origin has the scheme and port of the rule."""
    (origin,) = origins_of([Proxy(where="", source=("/x",), target="/", status=REWRITE, server=server)], 7)
    config = origin["custom_origin_config"]
    ports = {name: config[name] for name in ("http_port", "https_port")}
    assert {**ports, "policy": config["origin_protocol_policy"]} == expected
    assert config["origin_read_timeout"] == 7
