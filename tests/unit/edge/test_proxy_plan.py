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
from hosting.formats.redirects.rules import REWRITE, Taken
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
    """Return how long each error is kept, by its code."""
    return {error.error_code: error.caching_min_ttl for error in plan.error_responses}


def test_the_errors_of_an_api_are_not_kept(tmp_path: Path) -> None:
    """With a proxy the minimum is 0 for those that CloudFront would keep; pages and other errors stay as they are."""
    app = planned(tmp_path, website_routing="auto")
    assert lifetimes(app) == FRESH
    assert {error.response_page_path for error in app.error_responses} == {None}
    pages = planned(tmp_path, "404.html", website_routing="pages")
    assert lifetimes(pages) == FRESH
    assert {error.error_code: error.response_page_path for error in pages.error_responses}[404] == "/404.html"
    errors = {"website_routing": "errors"}
    assert lifetimes(planned(tmp_path, **errors)) == {400: 300, 403: 300, **FRESH}
    assert lifetimes(planned(tmp_path, rules="/a /b\n", **errors)) == {400: 300, 403: 300, 404: 300}


def test_a_minimum_that_is_set_stays(tmp_path: Path) -> None:
    """`cloudfront:errorResponses` has the last word on what it names."""
    own = '[{"errorCode": 404, "cachingMinTtl": 60}, {"errorCode": 503}]'
    assert lifetimes(planned(tmp_path, cloudfront_errorResponses=own)) == {**FRESH, 404: 60}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"website_routing": "spa", "cloudfront_errorResponses": "[]"}, None),
        (
            {"cloudfront_errorResponses": '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html"}]'},
            "of their errors, 404 gets the page '/404.html'; all others arrive as they were sent",
        ),
        (
            {},
            "404 gets the page '/' with status 200; all others arrive as they were sent: pulumi config set",
        ),
    ],
)
def test_the_preview_says_which_errors_get_a_page(tmp_path: Path, config: dict[str, str], said: str | None) -> None:
    """Error responses hold for the whole distribution, which has a sentence where there is a page."""
    warnings = planned(tmp_path, "404.html", **config).warnings
    assert len(warnings) == (said is not None)
    assert (said or "") in "".join(warnings)
    assert planned(tmp_path, "404.html", rules="", **config).warnings == ()


def test_the_preview_says_that_the_password_is_in_the_way(tmp_path: Path) -> None:
    """With a password for the site an API never sees an Authorization header."""
    (tmp_path / "_redirects").write_text(PROXY)
    raw = RawConfig("prod", {**ACCESS, "cloudfront:errorResponses": "[]"}, frozenset({"access:password"}))
    own = load_settings(raw, {"AWS_REGION": "eu-north-1"})
    (warning,) = plan_of(own, manifest("index.html"), tmp_path).warnings
    assert "never get a visitor's Authorization header" in warning


def test_the_preview_names_files_that_nobody_gets(tmp_path: Path) -> None:
    """A server answers in place of the files under its paths."""
    calm = {"cloudfront_errorResponses": "[]"}
    (warning,) = planned(tmp_path, "api/b c.json", "api", "apis/x", **calm).warnings
    assert warning.startswith("No visitor gets 'api' and 1 more: line 1 of _redirects is a proxy for '/api/*'")
    (one,) = planned(tmp_path, "api/x", **calm).warnings
    assert one.startswith("No visitor gets 'api/x': line 1")


def test_without_a_distribution_proxies_do_nothing(tmp_path: Path) -> None:
    """On DEV the file has its warning, and nothing else is said."""
    (warning,) = planned(tmp_path, "api/x", stack="dev", rules="/x http://localhost:4000/ 200\n").warnings
    assert "do nothing here" in warning


def test_an_error_page_can_not_be_a_servers(tmp_path: Path) -> None:
    """CloudFront gets an error page by its path: a proxy's server would be asked for it."""
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
def test_this_machine_is_for_a_local_cloud(tmp_path: Path, endpoint: dict[str, str], holds: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A proxy to localhost holds where CloudFront itself is asked on this machine, and nowhere else."""
    (tmp_path / "_redirects").write_text("/api/* http://localhost:4000/:splat 200\n")
    local = load_settings(RawConfig("prod", {}), {"AWS_REGION": "eu-north-1", **endpoint})
    if holds:
        assert len(plan_of(local, manifest("index.html"), tmp_path).proxies) == 1
    else:
        with pytest.raises(EdgeError, match="'http://localhost:4000', which is this machine: AWS can't reach it"):
            plan_of(local, manifest("index.html"), tmp_path)


def test_the_endpoint_of_the_setting_comes_first() -> None:
    """`aws:endpoints` is what the provider asks, before the environment's."""
    environment = {"AWS_ENDPOINT_URL": "http://localhost:1"}
    given = [{"s3": "http://localhost:2"}, {"cloudfront": "http://localhost:3"}]
    config = {"region": "eu-north-1", "endpoints": json.dumps(given)}
    assert aws_settings(config, environment).cloudfront_endpoint == "http://localhost:3"
    assert aws_settings({"region": "eu-north-1"}, {}).cloudfront_endpoint == ""


def proxies(count: int, hosts: int = 1, *, both: bool = True) -> list[Proxy]:
    """Return proxies to so many servers, with two path patterns each or one."""
    return [
        Proxy(
            where="",
            source=(f"/{number}/", Taken("*")),
            target="/{1}",
            status=REWRITE,
            either_slash=both,
            server=Server("https", f"api{number % hosts}.example.com", 443),
        )
        for number in range(count)
    ]


def test_quotas_are_told_with_figures(tmp_path: Path) -> None:
    """37 proxies with two patterns fit beside the site's own behavior; servers have a quota of their own."""
    check_quotas(proxies(37))
    check_quotas(proxies(74, 74, both=False))
    with pytest.raises(EdgeError, match=r"The 38 proxies need 76 cache behaviors .* a distribution can have 75 in all"):
        check_quotas(proxies(38))
    with pytest.raises(EdgeError, match="The 75 proxies need 75 cache behaviors"):
        check_quotas(proxies(75, both=False))
    lines = "".join(f"/{number}/* https://api.example.com/:splat 200\n" for number in range(38))
    with pytest.raises(EdgeError, match="need 76 cache behaviors"):
        planned(tmp_path, rules=lines)


def test_servers_have_a_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were there more behaviors than origins, the origins would be counted, with the bucket."""
    monkeypatch.setattr("hosting.cloudfront.proxies.MAX_BEHAVIORS", 1000)
    check_quotas(proxies(99, 99))
    with pytest.raises(EdgeError, match="The proxies use 100 servers, and a distribution can have 100 origins in all"):
        check_quotas(proxies(100, 100))


def test_a_server_is_one_origin() -> None:
    """Several proxies to one server share an origin; a name that is too long for an id has a hash as one."""
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
def test_an_origin_is_asked_by_its_scheme(server: Server, expected: dict[str, Any]) -> None:
    """CloudFront speaks the scheme of the rule with a server, at its port."""
    (origin,) = origins_of([Proxy(where="", source=("/x",), target="/", status=REWRITE, server=server)], 7)
    config = origin["custom_origin_config"]
    ports = {name: config[name] for name in ("http_port", "https_port")}
    assert {**ports, "policy": config["origin_protocol_policy"]} == expected
    assert config["origin_read_timeout"] == 7
