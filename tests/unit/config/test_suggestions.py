"""Each command in a message about the config fixes its problem."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hosting.config.load import RawConfig, load_settings
from hosting.errors import ConfigError

REGION = {"AWS_REGION": "eu-central-1"}
PLACEHOLDER = "<value>"


class Stack:
    """A stack's config as `pulumi config` passes it to the program: texts, with lists and maps as JSON."""

    def __init__(self, values: dict[str, str], secret_keys: frozenset[str] = frozenset()) -> None:
        self.values = dict(values)
        self.secret_keys = secret_keys

    def problems(self) -> list[str]:
        try:
            load_settings(RawConfig("dev", self.values, self.secret_keys, "static-site"), REGION)
        except ConfigError as error:
            return list(error.problems)
        return []

    def run(self, line: str) -> None:
        """Run a line of commands as the CLI does (v3.259.0); other flags and forms fail."""
        for command in line.split(" && "):
            pulumi, config, verb, stack, name, *rest = shlex.split(command)
            assert (pulumi, config, stack, name) == ("pulumi", "config", "--stack", "dev")
            if verb == "rm":
                (key,) = rest
                del self.values[key]
                continue
            assert verb == "set"
            flags, (key, *value) = (rest[:1], rest[1:]) if rest[0] == "--secret" else ([], rest)
            if value[0] == "--":
                del value[0]
            else:
                assert not value[0].startswith("-")
            (self.values[key],) = value
            self.secret_keys |= {key} if flags else set()

    def run_all(self, problems: list[str]) -> None:
        """Run the commands of all problems; two problems may remove the same key."""
        for problem in problems:
            if "config rm" not in problem or setting_of(problem) in self.values:
                self.run(command_of(problem))


def command_of(problem: str) -> str:
    """Return the commands at the end of a message."""
    found = re.search(r"pulumi config .*$", problem, re.DOTALL)
    assert found, problem
    return found[0]


def setting_of(problem: str) -> str:
    """Return the setting that a message is about."""
    return re.split(r"[.\[]", problem.split("'")[1])[0]


def assert_fixed(values: dict[str, str], secret_keys: frozenset[str] = frozenset()) -> Stack:
    """Assert that each command fixes its problem, and that all together leave none.

    The first commands may uncover a rule between two settings, of which one was invalid; the next ones fix that.
    """
    problems = Stack(values, secret_keys).problems()
    for problem in problems:
        alone = Stack(values, secret_keys)
        alone.run(command_of(problem))
        if PLACEHOLDER not in problem:
            assert setting_of(problem) not in {setting_of(other) for other in alone.problems()}, problem
    together = Stack(values, secret_keys)
    together.run_all(problems)
    if not any(PLACEHOLDER in problem for problem in problems):
        together.run_all(together.problems())
        assert together.problems() == []
    return together


CORS = {"allowedMethods": ["GET"], "allowedOrigins": ["https://one.example", "https://two.example"]}
ERROR = {"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html"}


@pytest.mark.parametrize(
    ("key", "value", "suggestion"),
    [
        # One element instead of a list.
        ("publish:ignore", "*.map", ["*.map"]),
        ("publish:ignore", "404", [404]),
        ("website:cors", {**CORS, "allowedMethods": "GET"}, [CORS]),
        ("website:cors", [{**CORS, "allowedMethods": "GET"}, CORS], [CORS, CORS]),
        ("website:cors", [{**CORS, "exposeHeaders": "ETag"}], [{**CORS, "exposeHeaders": ["ETag"]}]),
        ("cloudfront:errorResponses", ERROR, [ERROR]),
        # Valid elements stay as they are.
        (
            "publish:ignore",
            ["*.map", "a\nb", "drafts/", ["x"], ""],
            ["*.map", "<value>", "drafts/", "<value>", "<value>"],
        ),
        ("publish:ignore", "*.map\ndrafts/", ["*.map", "drafts/"]),
        ("publish:ignore", "", []),
        # Only the user knows what else these mean.
        ("publish:ignore", ["[a-", "*.map", "b\\"], ["<value>", "*.map", "<value>"]),
        (
            "website:cors",
            [CORS, {**CORS, "allowedMethods": ["GET", "P"]}],
            [CORS, {**CORS, "allowedMethods": ["GET", "<value>"]}],
        ),
        ("website:cors", [{**CORS, "allowedOrigins": ["*", "a*b*"]}], [{**CORS, "allowedOrigins": ["*", "<value>"]}]),
        ("website:cors", [CORS, "everyone"], [CORS, "<value>"]),
        ("website:cors", [CORS, {**CORS, "maxAge": 5}], [CORS, {**CORS, "maxAgeSeconds": 5}]),
        ("website:cors", [CORS, {**CORS, "zzz": 5}], [CORS, CORS]),
        ("cloudfront:errorResponses", [ERROR, {"errorCode": 418}], [ERROR, {"errorCode": "<value>"}]),
        (
            "cloudfront:errorResponses",
            [{"errorCode": 403, "responseCode": 200}],
            [{"errorCode": 403, "responseCode": 200, "responsePagePath": "/index.html"}],
        ),
        (
            "publish:cacheControl",
            [{"pattern": "*.js", "value": "no-store"}, {"pattern": "*.css"}, {"pattern": "!x", "value": "no-cache"}],
            [
                {"pattern": "*.js", "value": "no-store"},
                {"pattern": "*.css", "value": "public, max-age=3600"},
                {"pattern": "<value>", "value": "no-cache"},
            ],
        ),
        (
            "publish:cacheControl",
            {"*.css": "no-store", "*.js": "max-age=soon"},
            [{"pattern": "*.css", "value": "no-store"}, {"pattern": "*.js", "value": "<value>"}],
        ),
        (
            "website:redirects",
            [
                {"source": "old", "target": "new", "status": "moved"},
                {"source": "/api", "target": "https://api.example.com/", "status": "200"},
                {"source": "/b", "target": "/c", "condition": "<UK>"},
                {"source": " www.example.com/x", "target": "//example.org/y"},
                {"source": "</^(.)\\1$/>", "target": "/index.html", "status": "200"},
            ],
            [
                {"source": "old", "target": "new", "status": "301"},
                {"source": "/api", "target": "https://api.example.com/", "status": "200"},
                {"source": "/b", "target": "/c", "condition": "<GB>"},
                {"source": "https://www.example.com/x", "target": "https://example.org/y"},
                "<value>",
            ],
        ),
        ("cloudfront:geoRestriction", {"allow": ["UK"], "deny": ["US"]}, {"allow": ["GB"], "deny": []}),
        (
            "website:redirects",
            [
                {"source": "/a", "target": "/b", "condition": "<XX>"},
                {"source": "/c", "target": "/d", "condition": "USA"},
                {"source": "/e", "target": "mailto:someone@example.com"},
            ],
            [
                {"source": "/a", "target": "/b", "condition": "<value>"},
                {"source": "/c", "target": "/d", "condition": "<value>"},
                {"source": "/e", "target": "<value>"},
            ],
        ),
        (
            "publish:cacheControl",
            {"Pattern": "*.css", "valu": "no-store"},
            [{"pattern": "*.css", "value": "no-store"}],
        ),
        ("cloudfront:geoRestriction", {}, {"allow": ["<value>"]}),
        ("aws:assumeRoles", {"roleArn": "arn:1"}, [{"roleArn": "arn:1"}]),
        ("aws:assumeRoles", [{"roleArn": "a", "duration": "3600"}], [{"roleArn": "a", "duration": "1h"}]),
        ("aws:assumeRoles", [{"roleArn": "a"}, "b"], [{"roleArn": "a"}, "<value>"]),
        ("aws:assumeRoleWithWebIdentity", {"duration": "1d"}, {"duration": "1h"}),
        ("aws:endpoints", [{"s3": "http://a", "x_y": "b"}], [{"s3": "http://a", "x_y": "<value>"}]),
        ("aws:sharedConfigFiles", "/etc/aws", ["/etc/aws"]),
    ],
)
def test_a_list_is_fixed_where_it_is_invalid(key: str, value: Any, suggestion: Any) -> None:  # noqa: ANN401 - JSON
    """The command sets the whole value, with its valid parts unchanged."""
    text = value if isinstance(value, str) else json.dumps(value)
    assert json.loads(assert_fixed({key: text}).values[key]) == suggestion


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("publish:ignore", '["*.map"'),
        ("publish:ignore", "['*.map']"),
        ("publish:ignore", '{"*.map": true}'),
        ("publish:ignore", "[NaN]"),
        ("website:cors", json.dumps([CORS] * 101)),
        ("website:cors", "everyone"),
        ("website:cors", "[1"),
        ("cloudfront:errorResponses", json.dumps([ERROR, ERROR])),
        ("aws:endpoints", "http://localhost"),
        ("aws:defaultTags", "none"),
        ("aws:maxRetries", "many"),
        ("aws:insecure", "perhaps"),
        ("deployments:environment", "plain"),
    ],
)
def test_a_value_without_a_safe_fix_is_left_to_the_user(key: str, value: str) -> None:
    """The command has the placeholder for the whole value."""
    assert assert_fixed({key: value}).values[key] == PLACEHOLDER


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"aws:assumeRole": '{"roleArn": "arn:1"}'}, {"aws:assumeRoles": '[{"roleArn": "arn:1"}]'}),
        ({"aws:maxRetry": "-5"}, {"aws:maxRetries": "-5"}),
        ({"aws:insecur": "yes"}, {"aws:insecure": "true"}),
        ({"aws:profil": "me"}, {"aws:profile": "me"}),
        ({"publish:ignor": "*.map"}, {"publish:ignore": '["*.map"]'}),
        ({"publish:ignor": '["*.map"]'}, {"publish:ignore": '["*.map"]'}),
        ({"publish:ignor": "x", "publish:ignore": '["a"]'}, {"publish:ignore": '["a"]'}),
        ({"publish:buildComand": "-x && y 'z'"}, {"publish:buildCommand": "-x && y 'z'"}),
        ({"static-site:minTtl": "30"}, {"cloudfront:minTtl": "30"}),
        ({"cloudfont:minTtl": "soon"}, {"cloudfront:minTtl": "60"}),
        ({"publish:zzz": "x", "static-site:zzz": "x"}, {}),
        # A setting under a misspelt key is not missing, or it would be set twice.
        (
            {"domain:zone": "example.com", "domain:name": '["shop.example.com"]', "cloudfront:enabled": "true"},
            {"domain:zone": "example.com", "domain:names": '["shop.example.com"]', "cloudfront:enabled": "true"},
        ),
    ],
)
def test_a_misspelt_key_is_renamed(wrong: dict[str, str], right: dict[str, str]) -> None:
    """The command moves its value, but not over an existing one."""
    if "buildComand" in next(iter(wrong)):
        # This test's shell does not parse && in quotes.
        (problem,) = Stack(wrong).problems()
        assert problem.endswith(""" publish:buildCommand -- '-x && y '"'"'z'"'"''""")
        return
    assert assert_fixed(wrong).values == right


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("eu-wst-1", "eu-west-1"),
        ("eu-west-1a", "eu-west-1"),
        ("EU_WEST_1", "eu-west-1"),
        ("ap-southest-2", "ap-southeast-2"),
        ("us-gov-wets-1", "us-gov-west-1"),
        ("eu-west1", "eu-west-1"),
        ("us-est-1", "us-east-1"),
        ("moon-zzz-1", PLACEHOLDER),
        ("Frankfurt", PLACEHOLDER),
    ],
)
def test_a_misspelt_region_is_fixed(wrong: str, right: str) -> None:
    """The command has the region that is meant, and the placeholder if that is unclear."""
    assert assert_fixed({"aws:region": wrong}).values["aws:region"] == right


@pytest.mark.parametrize(
    ("wrong", "key", "value"),
    [
        ({"publish:release": "0123abcd", "cloudfront:enabled": "true"}, "publish:mode", "bulk"),
        (
            {"publish:release": "0123abcd", "publish:mode": "managed", "cloudfront:enabled": "true"},
            "publish:mode",
            "bulk",
        ),
        ({"domain:zone": "example.com", "cloudfront:enabled": "true"}, "domain:names", '["www.example.com"]'),
        ({"domain:validated": "true", "cloudfront:enabled": "true"}, "domain:names", '["<value>"]'),
    ],
)
def test_a_setting_that_another_one_requires_is_set(wrong: dict[str, str], key: str, value: str) -> None:
    """The command sets the missing setting, and does not remove the one that requires it."""
    assert assert_fixed(wrong).values[key] == value


ROLE = "arn:aws:iam::123456789012:role/deploy"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"


@pytest.mark.parametrize("key", ["reviewStacks", "oidcProviderArn"])
def test_a_setting_that_another_one_excludes_is_removed(key: str) -> None:
    """The role of `roleArn` exists, so it has no other settings; and no two commands undo each other."""
    given = {"deployments:roleArn": ROLE, f"deployments:{key}": '["pr-*"]' if key == "reviewStacks" else PROVIDER}
    (problem,) = Stack(given).problems()
    assert problem.endswith(
        f"must not be set if roleArn is, as it is for the role that createRole creates: "
        f"pulumi config rm --stack dev deployments:{key}"
    )
    assert assert_fixed(given).values == {"deployments:roleArn": ROLE}


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        *(("cloudfront:ipv6", word, "false") for word in ("no", "off", "0", "n", "False")),
        *(("cloudfront:ipv6", word, "true") for word in ("yes", "ON", "1", "True", "maybe")),
        ("cloudfront:enabled", "maybe", "false"),
        ("website:retainBucket", "nope", "false"),
        ("cloudfront:priceClass", "PriceClass_ALL", "PriceClass_All"),
        ("cloudfront:priceClass", "all", "PriceClass_All"),
        ("cloudfront:priceClass", "200", "PriceClass_200"),
        ("cloudfront:priceClass", "pricclass100", "PriceClass_100"),
        ("cloudfront:priceClass", "cheap", "PriceClass_All"),
        ("cloudfront:httpVersion", "HTTP2", "http2"),
        ("cloudfront:httpVersion", "3", "http3"),
        ("publish:mode", "atomic", "managed"),
        ("publish:releases", "1", "3"),
        ("cloudfront:defaultTtl", "-1", "86400"),
        ("website:cors", json.dumps([{**CORS, "maxAgeSeconds": -5}]), json.dumps([{**CORS, "maxAgeSeconds": 0}])),
        ("publish:releases", "99", "50"),
        ("publish:releases", "many", "3"),
        ("website:bucketName", "My_Bucket", PLACEHOLDER),
        ("cloudfront:alarms", "me", PLACEHOLDER),
    ],
)
def test_a_value_is_replaced_by_what_it_means_or_by_the_default(key: str, wrong: str, right: str) -> None:
    """A value that only the user knows is the placeholder."""
    assert assert_fixed({key: wrong}).values[key] == right


def test_the_placeholder_is_not_a_value() -> None:
    """A pasted command with the placeholder in it is reported again."""
    for key in ("publish:directory", "website:bucketName"):
        (problem,) = Stack({key: "<value>"}).problems()
        assert "still contains the placeholder <value>" in problem


def test_a_key_in_snake_case_is_not_a_setting() -> None:
    """It is reported as misspelt, and its JSON is decoded once."""
    given = {"publish:cache_control": '[{"pattern": "*.js", "value": "no-store"}]', "publish:build_command": "make"}
    right = {"publish:cacheControl": '[{"pattern": "*.js", "value": "no-store"}]', "publish:buildCommand": "make"}
    assert assert_fixed(given).values == right


@pytest.mark.parametrize(
    ("values", "secret"),
    [
        ({"publish:cacheControl": '[{"pattern": "*", "value": "s3cr3t token"}]'}, "publish:cacheControl"),
        ({"website:redirects": '[{"source": "/a<s3cr3t!x>", "target": "/b"}]'}, "website:redirects"),
        ({"domain:zone": "s3cr3t.example.com", "cloudfront:enabled": "true"}, "domain:zone"),
        (
            {"domain:zone": "s3cr3t.example.com", "domain:names": '["a.example.org"]', "cloudfront:enabled": "true"},
            "domain:zone",
        ),
    ],
)
def test_no_rule_and_no_command_shows_a_secret(values: dict[str, str], secret: str) -> None:
    """Neither do the messages about other settings, and a part of a secret is one too."""
    (problem,) = Stack(values, frozenset({secret})).problems()
    assert "s3cr3t" not in problem


def test_a_renamed_secret_stays_one() -> None:
    """Its value is not in the command: the CLI asks for it."""
    (problem,) = Stack({"publish:buildComand": "hunter2"}, frozenset({"publish:buildComand"})).problems()
    assert problem.endswith("pulumi config set --stack dev --secret publish:buildCommand")
    (problem,) = Stack({"publsh:buildCommand": "hunter2"}, frozenset({"publsh:buildCommand"})).problems()
    assert problem.endswith("pulumi config set --stack dev --secret publish:buildCommand")


SCALARS = st.one_of(
    st.sampled_from(["GET", "PATCH", "*", "a*b*", "/404.html", "404.html", "*.map", "[a-", "!x", "no-store", "-x", ""]),
    st.sampled_from(
        ["/a", "/<*>", "/<a>", "</x/>", "404", "404-200", "200", "https://x.example", "//x", "<UK>", "max-age=x"]
    ),
    st.integers(-2, 700),
    st.booleans(),
    st.none(),
)
NAMES = st.sampled_from(
    [
        *("allowedMethods", "allowedOrigins", "maxAgeSeconds", "maxAge", "errorCode", "responseCode"),
        *("responsePagePath", "cachingMinTtl", "pattern", "value", "source", "target", "roleArn", "duration", "zzz"),
        *("status", "condition", "allow", "deny"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        *("website:cors", "website:redirects", "website:bucketName", "website:indexDocument", "website:errorDocument"),
        *("cloudfront:errorResponses", "cloudfront:minTtl", "cloudfront:maxTtl", "cloudfront:defaultTtl"),
        *("publish:ignore", "publish:cacheControl", "publish:ignoreFile", "publish:invalidate", "publish:releases"),
        *("aws:assumeRoles", "aws:endpoints", "aws:maxRetries", "aws:assumeRoleWithWebIdentity", "aws:defaultTags"),
        *("publish:ignor", "static-site:minTtl", "cloudfront:ipv", "cloudfront:geoRestriction"),
    ]
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
@example({"cloudfront:defaultTtl": "soon", "cloudfront:maxTtl": "404"})
@settings(deadline=None, max_examples=200)
def test_the_commands_fix_any_config(config: dict[str, Any]) -> None:
    """For any lists, maps and scalars, each command fixes its problem, and all together leave none."""
    assert_fixed({key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()})
