"""Previews on one distribution, by the real engine and over HTTP with host names."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.e2e.aws_calls.recorder import Recorder
from tests.e2e.harness import Poll, elsewhere
from tests.e2e.preview_edge import DOMAIN, REVIEW, Previews, command
from tests.unit.doctor.conftest import distribution_config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.harness import Project

# Of `pulumi up` for a new preview, besides the uploads.
MOST_REQUESTS = 10


@pytest.fixture(scope="module")
def previews(new_project: Callable[[str], Project]) -> Previews:
    """Return a preview edge with the base `main`, for the tests of this module, which run in order."""
    edge = new_project("previews")
    env = edge.sandbox.env
    session = boto3.Session("test", "test", region_name=env["AWS_REGION"])
    route53 = session.client("route53", endpoint_url=env["AWS_ENDPOINT_URL"])
    route53.create_hosted_zone(Name=DOMAIN, CallerReference=DOMAIN)
    edge.config("previews:domain", DOMAIN)
    edge.config("previews:maxDays", "60")
    edge.config("domain:zone", DOMAIN)
    edge.up()
    made = Previews(edge)
    shown = edge.pulumi("stack", "output", "password", "--show-secrets", "--stack", "previews")
    made.password = shown.output.strip()
    main = made.stack("main", {}, publish_gate=REVIEW)
    main.up()
    return made


def test_the_edge_alone(previews: Previews) -> None:
    """The password is secret; a second `pulumi up` changes nothing, and warns of another distribution's name."""
    outputs = previews.edge.outputs()
    assert outputs["previewsDomain"] == DOMAIN
    assert len(previews.password) == 32
    shown = previews.edge.pulumi("stack", "output", "password", "--stack", "previews")
    assert previews.password not in shown.output
    (certificate,) = [one for one in previews.edge.state() if one["type"] == "aws:acm/certificate:Certificate"]
    other: Any = distribution_config("other", f"taken.{DOMAIN}", certificate=certificate["outputs"]["arn"])
    previews.edge.sandbox.cloudfront.create_distribution(DistributionConfig=other)
    again = previews.edge.up()
    assert again.changes == {}
    assert f"The host name taken.{DOMAIN} on distribution *******" in again.output
    assert previews.text("main") == "home"


def test_a_new_preview_in_few_requests(previews: Previews) -> None:
    """A preview of a site with 1,000 files that differs in 10 is 10 uploads and 10 more requests."""
    changed = {f"page-{number}.html": f"seven {number}" for number in range(10)}
    pr7 = previews.stack("PR_7", changed)
    with Recorder(previews.edge.sandbox.env["AWS_ENDPOINT_URL"]) as recorder:
        up = pr7.up(env=recorder.env)
    calls = Counter(f"{one.service}:{one.name}" for one in recorder.operations)
    # Each id that a preview of the same minute has taken already is one more write, and one read.
    conflicts = calls["s3:PutObject"] - 14
    assert calls.total() - 10 - 2 * conflicts <= MOST_REQUESTS, calls
    assert conflicts < 5
    assert up.changes == {"created": 4}
    assert pr7.outputs()["url"] == f"https://pr-7.{DOMAIN}"
    assert (previews.text("pr-7", "/page-3"), previews.text("main", "/page-3")) == ("seven 3", "page 3")
    assert previews.text("pr-7", "/page-30") == "page 30"
    assert pr7.up().changes == {}


def test_unknown_and_deeper_names(previews: Previews) -> None:
    """They get a 404 that nobody keeps, and so does CloudFront's own host."""
    domain = previews.edge.outputs()["distributionDomain"]
    for host in ("pr-8", f"a.pr-7.{DOMAIN}", f"pr-7.{DOMAIN}.example.com", domain):
        answer = previews.get(host)
        if host.endswith("example.com") and answer.status == 403:
            continue
        assert (answer.status, answer.headers["cache-control"]) == (404, "no-store"), host


def test_nothing_is_indexed(previews: Previews) -> None:
    """Pages, redirects, error pages, refusals and unknown names have the header that keeps search engines away."""
    asked = [("pr-7", "/"), ("pr-7", "/page-3/"), ("pr-7", "/nowhere"), ("pr-8", "/")]
    answers = [previews.get(name, path) for name, path in asked]
    answers.append(previews.get("pr-7", password="wrong"))
    assert [one.status for one in answers] == [200, 301, 404, 404, 401]
    assert {one.headers.get("x-robots-tag") for one in answers} == {"noindex"}
    assert previews.get("pr-7", "/nowhere").text == "not here"


def test_a_preview_with_its_own_settings(previews: Previews) -> None:
    """Its files, redirects, headers and password are its own; settings of the distribution are named in the preview."""
    own = previews.stack(
        "own",
        {
            "_redirects": "/old /page-1 301\n",
            "_headers": "/*\n  X-Own: yes\n",
            "index.html": "<h1>own</h1>",
            "only.0a1b2c3d.js": "own",
        },
        files=20,
        access_username="client",
        cloudfront_priceClass="PriceClass_100",
        publish_gate=REVIEW,
    )
    own.config("access:password", "shared-with-a-client", "--secret")
    shown = own.pulumi("preview", "--stack", "own").output
    assert "'cloudfront:priceClass' has no effect, as a preview has no" in shown
    assert "21 files to publish; what 'main' has is not uploaded again" in shown
    # The base has 980 pages more.
    assert "compared with the live release of preview 'main': " in shown
    assert " URLs of the live site die" in shown
    own.up()
    assert previews.get("own", "/old").headers["location"] == "/page-1"
    answer = previews.get("own", user="client", password="shared-with-a-client")
    assert (answer.status, answer.text, answer.headers["x-own"]) == (200, "<h1>own</h1>", "yes")
    assert previews.get("own", password="wrong").status == 401
    assert previews.get("pr-7", user="client", password="shared-with-a-client").status == 401
    assert previews.get("main", "/only.0a1b2c3d.js").status == 404
    assert "x-own" not in previews.get("pr-7").headers
    assert own.up().changes == {}


def test_no_preview_answers_with_the_file_of_another(previews: Previews) -> None:
    """At one location, with everything cached, each name has its own files, also for another's raw keys."""
    location = elsewhere()
    for _ in range(2):
        found = [previews.get(name, "/page-3", **location).text for name in ("main", "pr-7", "own")]
        assert found == ["page 3", "seven 3", "page 3"]
    keys = [key for key in previews.stored() if key.endswith("/only.0a1b2c3d.js")]
    assert len(keys) == 1
    assert previews.get("pr-7", f"/{keys[0]}", **location).status == 404
    assert previews.get("own", f"/{keys[0]}", **location).status == 404


def test_another_stack_of_the_same_name(previews: Previews) -> None:
    """A second stack whose name has the same label is refused, and changes nothing."""
    other = previews.stack("pr.7", {"index.html": "other"}, files=3)
    refused = other.up(check=False)
    assert refused.code != 0
    assert "The name 'pr-7' belongs to the stack" in refused.output
    assert "Traceback" not in refused.output
    assert previews.text("pr-7", "/page-3") == "seven 3"
    other.pulumi("destroy", "--yes", "--skip-preview", "--stack", "pr.7")
    assert previews.text("pr-7", "/page-3") == "seven 3"


def test_the_base_publishes_while_a_preview_is_asked(previews: Previews) -> None:
    """The base moves to another table, and the preview goes on with the old one."""
    main = replace(previews.edge, stack="main")
    previews.write("main", {f"page-{number}.html": f"new {number}" for number in range(500)})

    def ask() -> str | None:
        answer = previews.get("pr-7", "/page-400")
        return None if (answer.status, answer.text) == (200, "page 400") else repr(answer)

    with Poll(ask) as poll:
        main.up()
    assert poll.misses == []
    assert (previews.text("main", "/page-400"), previews.text("pr-7", "/page-400")) == ("new 400", "page 400")
    assert previews.text("pr-7", "/page-3") == "seven 3"


def test_the_list_of_previews(previews: Previews) -> None:
    """Each preview is listed with its stack."""
    listed = command(previews, "list")
    assert [line.split()[0] for line in listed.splitlines()] == [
        f"https://{name}.{DOMAIN}" for name in ("main", "own", "pr-7")
    ]
    assert "/PR_7  published " in listed
    assert "expires in 29 days" in listed


def test_a_value_that_is_not_a_pointer(previews: Previews) -> None:
    """The others are listed and served, and the last sentence has the command that removes it."""
    store, arn = previews.store()
    etag = store.describe_key_value_store(KvsARN=arn)["ETag"]
    store.put_key(KvsARN=arn, Key="s/pr-9", Value="x", IfMatch=etag)
    assert previews.get("pr-9").status == 404
    listed = command(previews, "list", status=1)
    assert len(listed.splitlines()) == 4
    removal = "python -m hosting.previews prune --invalid --stack previews"
    assert listed.endswith(f"If no other version has written them: {removal}\n")
    assert "Traceback" not in listed
    assert "removing 'pr-9': its value is not a pointer\n" in command(previews, "prune", "--invalid")
    assert previews.text("own") == "<h1>own</h1>"
    assert "s/pr-9" not in {item["Key"] for item in store.list_keys(KvsARN=arn)["Items"]}


def test_expiry(previews: Previews) -> None:
    """An expired preview answers 410 before it asks for a password; the next `pulumi up` renews it."""
    pr7 = replace(previews.edge, stack="PR_7")
    assert pr7.outputs()["expires"].startswith("20")
    store, arn = previews.store()
    pointer = json.loads(store.get_key(KvsARN=arn, Key="s/pr-7")["Value"])
    etag = store.describe_key_value_store(KvsARN=arn)["ETag"]
    value = json.dumps({**pointer, "z": 1}, separators=(",", ":"))
    store.put_key(KvsARN=arn, Key="s/pr-7", Value=value, IfMatch=etag)
    answer = previews.get("pr-7", password="wrong")
    assert (answer.status, answer.headers["cache-control"], answer.headers["x-robots-tag"]) == (
        *(410, "no-store", "noindex"),
    )
    assert command(previews, "prune").endswith("1 of 3 previews removed\n")
    assert previews.get("pr-7").status == 404
    assert previews.text("own") == "<h1>own</h1>"
    pr7.up("--refresh")
    assert previews.text("pr-7", "/page-3") == "seven 3"


def test_destroy(previews: Previews) -> None:
    """A preview that is asked while it is destroyed has its own page or none, and only what it had alone is deleted."""
    pr7, before, seen = replace(previews.edge, stack="PR_7"), len(previews.stored()), set()

    def ask() -> None:
        answer = previews.get("pr-7", "/page-3")
        seen.add(answer.text if answer.status == 200 else str(answer.status))

    with Poll(ask):
        pr7.pulumi("destroy", "--yes", "--skip-preview", "--stack", "PR_7")
    ask()
    assert seen == {"seven 3", "404"}
    assert previews.get("pr-7").headers["cache-control"] == "no-store"
    assert len(previews.stored()) < before
    assert previews.text("main", "/page-3") == "new 3"
    assert previews.text("own") == "<h1>own</h1>"


class Arrival:
    """Lets changes of the store arrive at two locations, each after the one before."""

    def __init__(self, previews: Previews, arrival: str, name: str) -> None:
        self._previews, self._name, self._now = previews, name, time.time()
        self._settings = {"arrival": arrival, "lagSeconds": 10}
        self._locations = (elsewhere(), elsewhere())

    def answers(self, change: Callable[[], object]) -> set[str]:
        """Return what visitors get for a page of the preview while a change arrives; others have their own pages."""
        file, found = self._previews.edge.sandbox.home.store_settings, set()
        self._now += 1000
        try:
            file.write_text(json.dumps({**self._settings, "clock": self._now}))
            change()
            for seconds, location in itertools.product(range(11), self._locations):
                file.write_text(json.dumps({**self._settings, "clock": self._now + seconds}))
                others = [self._previews.get(name, "/page-3", **location).text for name in ("main", "own")]
                assert others == ["new 3", "page 3"]
                answer = self._previews.get(self._name, "/page-3", **location)
                found.add(answer.text if answer.status == 200 else str(answer.status))
        finally:
            file.unlink()
        return found


@pytest.mark.parametrize("arrival", ["updates", "keys"])
def test_changes_arrive_at_two_locations(previews: Previews, tmp_path: Path, arrival: str) -> None:
    """A new preview, its next table and its removal arrive, whole or key by key; each has its own files or none."""
    name = f"late-{arrival}"
    arriving = Arrival(previews, arrival, name)

    def publish(text: str) -> None:
        # So many changes need another table.
        publisher.publish(name, {f"page-{number}.html": f"{text} {number}" for number in range(150)})

    with closing(previews.publisher(tmp_path)) as publisher:
        # A location that has the pointer, and not its table, has no release to serve.
        found = arriving.answers(lambda: publish("one"))
        assert {"404", "one 3"} <= found <= {"404", "503", "one 3"}
        assert arriving.answers(lambda: publish("two")) == {"one 3", "two 3"}
        found = arriving.answers(lambda: publisher.remove(name))
        assert {"404"} <= found <= {"404", "503", "two 3"}
    assert previews.get(name).headers["cache-control"] == "no-store"


def test_two_hundred_previews_two_at_once(previews: Previews, tmp_path: Path) -> None:
    """Two publishers, whose first writes name the same version of the store, publish 200 previews: each has its own."""
    shared, meeting = {f"page-{number}.html": f"shared {number}" for number in range(20)}, Barrier(2)
    with closing(previews.publisher(tmp_path / "base")) as base:
        base.publish("shared", shared)
    before = len(previews.stored())
    publishers = [previews.publisher(tmp_path / str(number), meeting) for number in range(2)]

    def publish(first: int) -> None:
        for number in range(first, 200, 2):
            publishers[first].publish(f"pull-{number}", {**shared, "index.html": f"pull {number}"}, base="shared")

    with closing(publishers[0]), closing(publishers[1]), ThreadPoolExecutor(2) as executor:
        list(executor.map(publish, range(2)))
    assert sum(one.store.conflicts for one in publishers) > 0
    location = elsewhere()
    for number in range(200):
        found = [previews.get(f"pull-{number}", path, **location).text for path in ("/", "/page-3")]
        assert found == [f"pull {number}", "shared 3"]
    assert len(previews.stored()) == before + 200
