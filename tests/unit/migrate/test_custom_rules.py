from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration

SINGLE_PAGE = r"</^[^.]+$|\.(?!(css|gif|ico|jpg|js|png|txt|svg|woff|woff2|ttf|map|json|webp)$)([^.]+$)/>"


def with_app(*rules: Any) -> amplify.Json:  # noqa: ANN401 - any JSON
    """Return a hosting template to which an Amplify app was added."""
    template = amplify.bucket_only()
    template["Resources"]["App"] = {"Type": "AWS::Amplify::App", "Properties": {"CustomRules": [*rules]}}
    return template


def test_rules_of_an_app_are_redirects(migration: Migration) -> None:
    """The rule of single-page apps and plain rules are written; an unsupported one is a gap with the reason."""
    ran = migration.of(
        with_app(
            {"Source": "/old", "Target": "/new", "Status": "301"},
            {"Source": "/b", "Target": "/c", "Status": 302, "Condition": "<US>"},
            {"Source": "/api/<*>", "Target": "wss://api.example.com/<*>", "Status": "200"},
            {"Source": SINGLE_PAGE, "Target": "/index.html", "Status": "200"},
        )
    )
    assert ran.config()["website:redirects"] == [
        {"source": "/old", "target": "/new", "status": "301"},
        {"source": "/b", "target": "/c", "status": "302", "condition": "<US>"},
        {"source": SINGLE_PAGE, "target": "/index.html", "status": "200"},
    ]
    assert "App.CustomRules[2]: it has a target that begins with neither" in ran.out
    assert "Redirects run at the edge: pulumi config set --stack prod cloudfront:enabled true" in ran.out


def test_an_app_without_rules_that_hold_writes_none(migration: Migration) -> None:
    """Without valid rules no redirects are written."""
    assert "website:redirects" not in migration.of(with_app({"Source": "", "Target": "/b"})).config()


def test_rules_join_those_of_the_bucket(migration: Migration) -> None:
    """A template may have both kinds."""
    template = with_app({"Source": "/old", "Target": "/new", "Status": "301"})
    rule = {"RoutingRuleCondition": {"KeyPrefixEquals": "a/"}, "RedirectRule": {"ReplaceKeyPrefixWith": "b/"}}
    amplify.bucket_of(template)["WebsiteConfiguration"]["RoutingRules"] = [rule]
    written = migration.of(template).config()["website:redirects"]
    assert [one["source"] for one in written] == ["/a/<*>", "/old"]
