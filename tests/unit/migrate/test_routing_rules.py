from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hosting.formats.redirects.files import read_redirects
from tests.unit.migrate import amplify
from tests.unit.migrate.amplify import bucket_of

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

Json = dict[str, Any]


def _ran(migration: Migration, *rules: Json) -> Ran:
    template = amplify.bucket_only()
    bucket_of(template)["WebsiteConfiguration"]["RoutingRules"] = [*rules]
    return migration.of(template)


def _rule(prefix: str, **redirect: object) -> Json:
    return {"RoutingRuleCondition": {"KeyPrefixEquals": prefix}, "RedirectRule": redirect}


@pytest.mark.parametrize(
    ("rule", "redirect"),
    [
        (_rule("docs/", ReplaceKeyPrefixWith="documents/"), ("/docs/<*>", "/documents/<*>", "301")),
        (_rule("old", ReplaceKeyWith="new.html", HttpRedirectCode=302), ("/old<*>", "/new.html", "302")),
        (_rule("api/", HostName="a.example", Protocol="http"), ("/api/<*>", "http://a.example/api/<*>", "301")),
        ({"RedirectRule": {"HostName": "www.example"}}, ("/<*>", "https://www.example/<*>", "301")),
    ],
)
def test_rules_by_prefix_are_redirects(migration: Migration, rule: Json, redirect: tuple[str, ...]) -> None:
    """A prefix becomes the source, its replacement the target; the program accepts the written rule."""
    ran = _ran(migration, rule)
    written = ran.config()["website:redirects"]
    assert written == [dict(zip(("source", "target", "status"), redirect, strict=True))]
    assert len(read_redirects(written, migration.app).rules) == 1
    assert "Redirects run at the edge: pulumi config set --stack prod cloudfront:enabled true" in ran.out


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"RoutingRuleCondition": {"HttpErrorCodeReturnedEquals": "404"}}, "website:routing spa"),
        (_rule("docs/", ReplaceKeyPrefixWith="docs/v2/"), "which is an endless redirect"),
        (_rule("docs/", ReplaceKeyPrefixWith="#!/"), "not a plain path"),
        (_rule("docs/", HostName={"Ref": "Host"}), "a value is not literal"),
        (_rule("docs/", Protocol="https"), "it only changes the protocol"),
        (_rule("docs/", ReplaceKeyWith="x", HttpRedirectCode="304"), "304 is not a supported redirect status"),
    ],
)
def test_rules_without_an_equivalent_are_reported(migration: Migration, rule: Json, said: str) -> None:
    """A rule without an equivalent redirect is a gap with its number, and the others are written."""
    ran = _ran(migration, _rule("a/", ReplaceKeyPrefixWith="b/"), rule)
    assert len(ran.config()["website:redirects"]) == 1
    assert "WebsiteConfiguration.RoutingRules[1]: " in ran.out
    assert said in ran.out


def test_rules_behind_a_distribution_never_applied(migration: Migration) -> None:
    """Routing rules apply only to S3's website endpoint: behind CloudFront they are a gap with a command."""
    template = amplify.third_generation()
    bucket_of(template)["WebsiteConfiguration"]["RoutingRules"] = [_rule("a/", ReplaceKeyPrefixWith="b/")]
    ran = migration.of(template)
    assert "website:redirects" not in ran.config()
    assert (
        "pulumi config set --stack prod website:redirects "
        """'[{"source": "/a/<*>", "target": "/b/<*>", "status": "301"}]'""" in ran.out
    )
