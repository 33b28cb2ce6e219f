"""The functions of a preview edge: the host names the preview, whose metadata comes before its files."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from hosting.edge.function_code import MAX_BYTES, compose, compose_response, size_of
from hosting.edge.password import password_hash
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.bulk.release_function import preview_functions, release_edge, release_functions
from tests.unit.edge.plans import plan_of
from tests.unit.edge.runtime import request_event, response_event, undocumented
from tests.unit.edge.test_plan import manifest, settings
from tests.unit.publish.bulk.memory import Site
from tests.unit.publish.bulk.test_previews import preview

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.edge.runtime import Engine

DOMAIN = "example-previews.com"
FILES = {"index.html": "home", "404.html": "missing", "docs/index.html": "docs"}
EDGE = ReleaseEdge(error_page="404.html")
PASSWORD = password_hash("preview", "secret", DOMAIN)
NOINDEX = {"x-robots-tag": {"value": "noindex"}}
CLOSED = {"cache-control": {"value": "no-store"}, **NOINDEX}


def site(**metadata: Any) -> Site:  # noqa: ANN401 - any attribute of a preview
    """Return an edge with the preview `pr-7`."""
    made = Site()
    made.publisher(FILES, EDGE, preview=preview("pr-7", "", **metadata)).publish()
    return made


def event(host: str, path: str = "/", login: str = "preview:secret") -> dict[str, Any]:
    """Return the request of a visitor."""
    found = request_event(path, headers={"authorization": f"Basic {b64encode(login.encode()).decode()}"})
    found["request"]["headers"]["host"] = {"value": host}
    return found


def answers(engine: Engine, items: dict[str, str], *events: dict[str, Any], password: str = PASSWORD) -> list[Any]:
    """Return what the function for requests does."""
    engine.load(compose(preview_functions(DOMAIN, password).request_parts), items)
    return engine.run(*events)


def test_the_host_names_the_preview(engine: Engine) -> None:
    """The first label leads to the preview's own objects; the login is not sent to S3."""
    items = site().store.items
    found, upper = answers(engine, items, event(f"pr-7.{DOMAIN}"), event(f"PR-7.{DOMAIN.upper()}", "/docs/"))
    assert found["uri"].startswith("/.release/o/")
    assert found["uri"].endswith("/index.html")
    assert "authorization" not in found["headers"]
    assert upper["uri"].endswith("/docs/index.html")


@pytest.mark.parametrize(
    "host",
    [
        f"pr-8.{DOMAIN}",
        f"a.pr-7.{DOMAIN}",
        DOMAIN,
        f".{DOMAIN}",
        "d111.cloudfront.net",
        f"pr-7.{DOMAIN}.com",
        f"s/x.{DOMAIN}",
    ],
)
def test_other_names_are_unknown(engine: Engine, host: str) -> None:
    """Unknown, deeper and foreign names get a 404 that nobody keeps, also from visitors without a login."""
    (found,) = answers(engine, site().store.items, event(host, login="a:b"))
    assert found == {"statusCode": 404, "headers": CLOSED}


@pytest.mark.parametrize("value", ["x", "{}", "null", "7"])
def test_a_value_that_is_not_a_pointer(engine: Engine, value: str) -> None:
    """Such a preview is unknown."""
    (found,) = answers(engine, {"s/pr-7": value}, event(f"pr-7.{DOMAIN}"))
    assert found == {"statusCode": 404, "headers": CLOSED}


def test_an_expired_preview(engine: Engine) -> None:
    """Its expiry comes before the password."""
    edge = site(expire_days=-20_000)
    (found,) = answers(engine, edge.store.items, event(f"pr-7.{DOMAIN}", login="a:b"))
    assert found == {"statusCode": 410, "headers": CLOSED}


def test_passwords(engine: Engine) -> None:
    """The edge's password opens each preview, and a preview's own opens that one."""
    own = site(password=password_hash("client", "own", DOMAIN)).store.items
    host = f"pr-7.{DOMAIN}"
    logins = [event(host, login=login) for login in ("preview:secret", "client:own", "client:secret", "x")]
    found = answers(engine, own, *logins)
    assert ["uri" in one for one in found] == [True, True, False, False]
    assert (found[2]["statusCode"], found[2]["headers"]["x-robots-tag"]) == (401, {"value": "noindex"})
    assert found[2]["headers"]["cache-control"] == {"value": "no-store"}
    (other,) = answers(engine, site().store.items, event(host, login="client:own"))
    assert other["statusCode"] == 401


def test_a_public_edge(engine: Engine) -> None:
    """Without a password of the edge, only a preview's own is asked for."""
    host = f"pr-7.{DOMAIN}"
    (open_,) = answers(engine, site().store.items, event(host, login="x"), password="")
    assert "uri" in open_
    own = site(password=password_hash("client", "own", DOMAIN)).store.items
    found = answers(engine, own, event(host, login="x"), event(host, login="client:own"), password="")
    assert ["uri" in one for one in found] == [False, True]


def test_no_answer_is_indexed(engine: Engine) -> None:
    """Redirects, and answers without a body or a table, have the header; so have responses of S3."""
    edge = site()
    host = f"pr-7.{DOMAIN}"
    (redirect,) = answers(engine, edge.store.items, event(host, "/docs"))
    assert (redirect["statusCode"], redirect["headers"]["x-robots-tag"]) == (301, {"value": "noindex"})
    pointer = {"s/pr-7": edge.store.items["s/pr-7"]}
    (late,) = answers(engine, pointer, event(host))
    assert (late["statusCode"], late["headers"]["x-robots-tag"]) == (503, {"value": "noindex"})
    functions = preview_functions(DOMAIN, PASSWORD)
    engine.load(compose_response(functions.response_parts), edge.store.items)
    page = response_event("/", {"x-amz-meta-status": "404"})
    page["request"]["headers"]["host"] = {"value": host}
    gone = response_event("/")
    gone["request"]["headers"]["host"] = {"value": f"pr-8.{DOMAIN}"}
    found, removed = engine.run(page, gone)
    assert (found["statusCode"], found["headers"]) == (404, NOINDEX)
    assert (removed["statusCode"], removed["headers"]["x-robots-tag"]) == (503, {"value": "noindex"})


def test_a_header_rule_of_the_site_does_not_index_a_preview(engine: Engine, tmp_path: Path) -> None:
    """A site's own X-Robots-Tag does not replace that of previews; its other headers stay."""
    (tmp_path / "_headers").write_text("/*\n  X-Robots-Tag: all\n  X-Site: 1\n")
    plan = plan_of(settings(publish_mode="bulk", website_routing="auto"), manifest(*FILES), tmp_path)
    edge = release_edge(plan, release_functions(plan).tables, "auto")
    made = Site()
    made.publisher(FILES, edge, preview=preview("pr-7", "")).publish()
    engine.load(compose_response(preview_functions(DOMAIN, PASSWORD).response_parts), made.store.items)
    page = response_event("/")
    page["request"]["headers"]["host"] = {"value": f"pr-7.{DOMAIN}"}
    (found,) = engine.run(page)
    assert found["headers"] == {"x-site": {"value": "1"}, **NOINDEX}


def test_one_read_finds_the_preview(engine: Engine) -> None:
    """The pointer is read once, and one bucket, whatever the number of previews."""
    items = site().store.items
    engine.load(compose(preview_functions(DOMAIN, PASSWORD).request_parts), items)
    (found,) = engine.answers(event(f"pr-7.{DOMAIN}"))
    assert found.reads[0] == "s/pr-7"
    assert len(found.reads) == 2


def test_the_code_fits_and_is_documented() -> None:
    """The longest domain leaves the functions below CloudFront's limit, and no part uses what it does not document."""
    functions = preview_functions(f"{'a' * 58}.com", PASSWORD)
    assert size_of(compose(functions.request_parts)) < MAX_BYTES
    assert size_of(compose_response(functions.response_parts)) < MAX_BYTES
    assert [undocumented(part.code) for part in (*functions.request_parts, *functions.response_parts)] == [[]] * 3
