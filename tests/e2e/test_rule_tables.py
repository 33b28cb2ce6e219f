"""Rules that do not fit into a function, deployed by the real engine into a key-value store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.aws.key_value_store import KeyValueStoreClient
from hosting.aws.settings import AwsSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.e2e.harness import Project

STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
# A wildcard comes before some of the exact rules that it matches, and after others.
BEFORE = "/old/page-7 /seven 302\n"
WILDCARD = "/old/* /archive/:splat 301\n"
AFTER = "/old/page-8 /eight 302\n"


def rules(target: str = "new") -> str:
    """Return 3,000 redirects."""
    exact = "".join(f"/posts/{number}/a-long-title /{target}/{number} 301\n" for number in range(2997))
    return f"{BEFORE}{WILDCARD}{AFTER}{exact}"


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stack for the tests of this module, which run in order."""
    project = new_project("prod")
    project.write("www/index.html", "<h1>home</h1>")
    project.write("www/_redirects", rules())
    project.config("publish:directory", "www")
    return project


def store_of(project: Project) -> KeyValueStoreClient:
    """Return a client of the stack's store."""
    (arn,) = (resource["outputs"]["arn"] for resource in project.state() if resource["type"] == STORE)
    env: Mapping[str, str] = project.sandbox.env
    endpoints = [{"cloudfrontkeyvaluestore": env["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"]}]
    return KeyValueStoreClient(
        arn, AwsSettings("us-east-1", {"accessKey": "a", "secretKey": "s", "endpoints": endpoints})
    )


def location(project: Project, path: str) -> tuple[int, str]:
    """Return the status and the target for a path."""
    answer = project.get(path)
    return answer.status, answer.headers.get("location", "")


def test_three_thousand_redirects(prod: Project) -> None:
    """They work in the order of the file, at its end as at its beginning; the second `up` changes nothing."""
    prod.up()
    assert location(prod, "/posts/0/a-long-title") == (301, "/new/0")
    assert location(prod, "/posts/2996/a-long-title?a=b") == (301, "/new/2996?a=b")
    assert location(prod, "/old/page-7") == (302, "/seven")
    assert location(prod, "/old/page-8") == (301, "/archive/page-8")
    assert prod.get("/").text == "<h1>home</h1>"
    assert prod.up().changes == {}


def test_a_key_that_was_changed_by_hand_is_repaired(prod: Project) -> None:
    """`pulumi up --refresh` writes the keys again, and updates nothing else."""
    store = store_of(prod)
    items = store.list()
    changed, missing, *_ = items
    store.write({changed: "[]", "s/other": "not ours"}, [missing])
    assert prod.up("--refresh").changes == {"updated": 1}
    assert store.list() == {**items, "s/other": "not ours"}


def test_changed_rules_switch(prod: Project) -> None:
    """All rules are those of the new file; the keys of the previous publish remain for functions that still run."""
    before = store_of(prod).list()
    prod.write("www/_redirects", rules("newer"))
    prod.up()
    assert location(prod, "/posts/0/a-long-title") == (301, "/newer/0")
    assert location(prod, "/posts/2996/a-long-title") == (301, "/newer/2996")
    after = store_of(prod).list()
    assert after.items() > before.items()
    assert len(after) < 2.5 * len(before)


def test_few_rules_need_no_store(prod: Project) -> None:
    """Three redirects are in the function's code, and nothing of the store remains."""
    prod.write("www/_redirects", f"{BEFORE}{WILDCARD}{AFTER}")
    prod.up()
    assert location(prod, "/old/page-7") == (302, "/seven")
    assert location(prod, "/old/page-8") == (301, "/archive/page-8")
    assert prod.get("/posts/0/a-long-title").status == 200
    assert [resource["urn"] for resource in prod.state() if "store" in resource["type"].lower()] == []
    stores = prod.sandbox.cloudfront.list_key_value_stores()["KeyValueStoreList"].get("Items", [])
    assert [store for store in stores if prod.name in store.get("Comment", "")] == []
