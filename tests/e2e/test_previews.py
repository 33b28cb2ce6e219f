"""Previews on one distribution, by the real engine and over HTTP with host names."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.e2e.aws_calls.recorder import Recorder
from tests.e2e.harness import Poll, elsewhere, fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.e2e.harness import Answer, Project

DOMAIN = "example-previews.com"
FILES = 1000
# Of `pulumi up` for a new preview, besides the uploads.
MOST_REQUESTS = 10
NO_REVIEW, REVIEW = '{"urls": "off", "links": "off"}', '{"urls": "warn", "links": "warn"}'


def command(previews: Previews, *arguments: str, status: int = 0) -> str:
    """Run `python -m hosting.previews` for the edge, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "hosting.previews", *arguments, "--stack", "previews"],
        cwd=previews.edge.path,
        env=dict(previews.edge.sandbox.env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout + (done.stderr if status else "")


class Previews:
    """A project with a preview edge, and what visitors get from it."""

    def __init__(self, edge: Project) -> None:
        self.edge = edge
        self.password = ""

    def stack(self, name: str, changed: Mapping[str, str], *, files: int = FILES, **config: str) -> Project:
        """Return a new preview whose site has the given files besides its pages; `a_b` stands for `a:b`."""
        found = replace(self.edge, stack=name)
        found.pulumi("stack", "init", name)
        self.write(name, changed, files=files)
        own = {"publish_directory": f"www-{name}", "previews_edge": "previews", "publish_gate": NO_REVIEW, **config}
        for key, value in own.items():
            found.config(key.replace("_", ":"), value)
        return found

    def write(self, name: str, changed: Mapping[str, str], *, files: int = FILES) -> None:
        """Write the site of a preview."""
        pages = {
            "index.html": "home",
            "404.html": "not here",
            **{f"page-{n}.html": f"page {n}" for n in range(files - 2)},
        }
        for path, text in {**pages, **changed}.items():
            self.edge.write(f"www-{name}/{path}", text)

    def get(self, name: str, path: str = "/", *, user: str = "preview", **options: str) -> Answer:
        """Ask for a page of a preview, as a visitor with the edge's password at any location."""
        login = b64encode(f"{user}:{options.pop('password', self.password)}".encode()).decode()
        host = name if "." in name else f"{name}.{DOMAIN}"
        headers = {"Host": host, "Authorization": f"Basic {login}", **elsewhere(), **options}
        return fetch(self.edge.url(), path, headers=headers)

    def store(self) -> tuple[Any, str]:
        """Return a client of the data of key-value stores, and the ARN of the edge's."""
        env = self.edge.sandbox.env
        session: Any = boto3.Session("test", "test", region_name=env["AWS_REGION"])
        # botocore puts the account's id before the endpoint, where it becomes part of an ignored user name.
        endpoint = env["AWS_ENDPOINT_URL"].replace("//", "//kvs@")
        return session.client("cloudfront-keyvaluestore", endpoint_url=endpoint), self.edge.outputs()["storeArn"]

    def stored(self) -> list[str]:
        """Return the keys of all files in the edge's bucket."""
        pages = self.edge.sandbox.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.edge.outputs()["bucketName"], Prefix=".release/o/"
        )
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def text(self, name: str, path: str = "/") -> str:
        """Return a page of a preview."""
        answer = self.get(name, path)
        assert answer.status == 200, (name, path, answer)
        return answer.text


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
    """Its outputs are those of an edge; the password is secret; a second `pulumi up` changes nothing."""
    outputs = previews.edge.outputs()
    assert outputs["previewsDomain"] == DOMAIN
    assert len(previews.password) == 32
    shown = previews.edge.pulumi("stack", "output", "password", "--stack", "previews")
    assert previews.password not in shown.output
    assert previews.edge.up().changes == {}
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


@pytest.mark.parametrize("arrival", ["updates", "keys"])
def test_no_preview_answers_with_another_while_a_publish_arrives(previews: Previews, arrival: str) -> None:
    """A publish with a table of its own arrives at two locations: each name has its own files, or none."""
    old = previews.text("pr-7", "/page-20")
    new = f"seven 20 by {arrival}"
    pages = {f"page-{number}.html": f"seven {number} by {arrival}" for number in range(10, 110)}
    previews.write("PR_7", {**pages, **{f"page-{number}.html": f"seven {number}" for number in range(10)}})
    start, settings = time.time(), {"arrival": arrival, "lagSeconds": 10}
    file, locations, seen = previews.edge.sandbox.home.store_settings, (elsewhere(), elsewhere()), set()
    try:
        file.write_text(json.dumps({**settings, "clock": start}))
        replace(previews.edge, stack="PR_7").up()
        for seconds, location in itertools.product(range(11), locations):
            file.write_text(json.dumps({**settings, "clock": start + seconds}))
            own = [previews.get(name, "/page-3", **location).text for name in ("main", "own", "pr-7")]
            assert own == ["page 3", "page 3", "seven 3"]
            assert previews.get("main", "/page-20", **location).text == "page 20"
            answer = previews.get("pr-7", "/page-20", **location)
            # While its table has not arrived, a preview may have no answer.
            seen.add(answer.text if answer.status == 200 else answer.status)
    finally:
        file.unlink()
    assert {old, new} <= seen <= {old, new, 503}


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
    """Each preview is listed with its stack, and none of them is removed before it expires."""
    listed = command(previews, "list")
    assert [line.split()[0] for line in listed.splitlines()] == [
        f"https://{name}.{DOMAIN}" for name in ("main", "own", "pr-7")
    ]
    assert "/PR_7  published " in listed
    assert "expires in 29 days" in listed
    assert command(previews, "prune").endswith("0 of 3 previews removed\n")


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
    assert len(command(previews, "list").splitlines()) == 3


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
    assert "would remove pr-7 of the stack" in command(previews, "prune", "--dry-run")
    assert command(previews, "prune").endswith("1 of 3 previews removed\n")
    assert previews.get("pr-7").status == 404
    assert previews.text("own") == "<h1>own</h1>"
    pr7.up("--refresh")
    assert previews.text("pr-7", "/page-3") == "seven 3"


def test_destroy(previews: Previews) -> None:
    """A destroyed preview is unknown at once, and only what it had alone is deleted."""
    pr7, before = replace(previews.edge, stack="PR_7"), len(previews.stored())
    pr7.pulumi("destroy", "--yes", "--skip-preview", "--stack", "PR_7")
    assert previews.get("pr-7").status == 404
    assert len(previews.stored()) < before
    assert previews.text("main", "/page-3") == "new 3"
    assert previews.text("own") == "<h1>own</h1>"
