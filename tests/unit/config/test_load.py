"""Raw stack config, read into settings or refused with all of its problems."""

from __future__ import annotations

import json

import pytest

from hosting.cloudfront.policies import CACHING_OPTIMIZED_TTLS
from hosting.config.load import RawConfig, Settings, load_settings
from hosting.errors import ConfigError

REGION = {"AWS_REGION": "eu-central-1"}


def settings(stack: str = "dev", **values: str) -> Settings:
    """Return the settings of a stack with the given values; `website_cors` stands for `website:cors`."""
    return load_settings(RawConfig(stack, {key.replace("_", ":"): text for key, text in values.items()}), REGION)


def problems(**values: str) -> list[str]:
    """Return the problems of invalid config."""
    return problems_of(RawConfig("dev", {key.replace("_", ":"): text for key, text in values.items()}))


def problems_of(raw: RawConfig) -> list[str]:
    """Return the problems of raw config."""
    with pytest.raises(ConfigError) as caught:
        load_settings(raw, REGION)
    return list(caught.value.problems)


def test_defaults_are_amplifys() -> None:
    """A stack without config has the defaults of Amplify's hosting category."""
    site = settings()
    assert site.website.index_document == "index.html"
    assert site.website.error_document is None
    assert site.website.bucket_name is None
    assert site.website.retain_bucket is False
    assert [rule.allowed_methods for rule in site.website.cors] == [("GET",)]
    assert [rule.allowed_origins for rule in site.website.cors] == [("*",)]
    cdn = site.cloudfront
    assert (cdn.default_ttl, cdn.min_ttl, cdn.max_ttl) == (86400, 60, 31536000)
    errors = [(e.error_code, e.response_code, e.response_page_path, e.caching_min_ttl) for e in cdn.error_responses]
    assert errors == [(400, 200, "/", 300), (403, 200, "/", 300), (404, 200, "/", 300)]
    assert (cdn.price_class, cdn.http_version, cdn.ipv6, cdn.compress) == (
        "PriceClass_All",
        "http2and3",
        True,
        True,
    )
    assert cdn.wait_for_deployment is True
    publish = site.publish
    assert (publish.directory, publish.build_command, publish.ignore) == ("site", None, ())
    assert (publish.ignore_file, publish.cache_control) == (None, ())
    assert (publish.invalidate, publish.invalidation_max_paths, publish.invalidation_wait) == (
        "auto",
        15,
        False,
    )
    assert site.aws.region == "eu-central-1"


@pytest.mark.parametrize(
    ("stack", "values", "enabled"),
    [
        ("dev", {}, False),
        ("prod", {}, True),
        ("production", {}, False),
        ("dev", {"cloudfront_enabled": "true"}, True),
        ("prod", {"cloudfront_enabled": "false"}, False),
    ],
)
def test_cloudfront_is_for_prod_by_default(stack: str, values: dict[str, str], enabled: bool) -> None:  # noqa: FBT001 - a row of the table
    """Only the stack `prod` has CloudFront by default, and `cloudfront:enabled` overrides it on any stack."""
    assert settings(stack, **values).cloudfront.enabled is enabled


def test_values_arrive_as_strings_or_json() -> None:
    """Numbers, booleans, lists and maps are read from the text that `pulumi config set` stores."""
    site = settings(
        cloudfront_minTtl="0",
        cloudfront_compress="false",
        cloudfront_errorResponses='[{"errorCode": 404, "responseCode": "404", "responsePagePath": "/404.html"}]',
        publish_ignore='["*.map", "/drafts/"]',
        publish_invalidationMaxPaths="3000",
        website_cors="[]",
    )
    assert site.cloudfront.min_ttl == 0
    assert site.cloudfront.compress is False
    assert site.cloudfront.error_responses[0].response_code == 404
    assert site.cloudfront.error_responses[0].caching_min_ttl == 300
    assert site.publish.ignore == ("*.map", "/drafts/")
    assert site.publish.invalidation_max_paths == 3000
    assert site.website.cors == ()


@pytest.mark.parametrize(
    ("written", "name"), [("./.pub", ".pub"), ("sub//ign", "sub/ign"), ("./a/./b", "a/b"), (".pub", ".pub")]
)
def test_the_ignore_file_has_one_name(written: str, name: str) -> None:
    """The scan compares paths as text: under another spelling, the ignore file itself would be published."""
    assert settings(publish_ignoreFile=written).publish.ignore_file == name


def test_a_value_that_looks_like_a_number_is_text_in_a_list_of_texts() -> None:
    """`pulumi config set --path` stores `404` as a number; an ignore pattern of that name is still a pattern."""
    assert settings(publish_ignore="[404, true]").publish.ignore == ("404", "true")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "cloudfront:minTtl",
            "90000",
            (
                "'cloudfront:minTtl' must be <= defaultTtl (got 90000): "
                "pulumi config set --stack dev cloudfront:minTtl 86400"
            ),
        ),
        ("cloudfront:minTtl", "-1", "'cloudfront:minTtl' must be >= 0 (got -1): "),
        ("cloudfront:maxTtl", "5", "'cloudfront:maxTtl' must be >= defaultTtl (got 5): "),
        ("cloudfront:defaultTtl", "1.5", "'cloudfront:defaultTtl' must be a whole number (got 1.5): "),
        ("cloudfront:defaultTtl", "30", "'cloudfront:minTtl' must be <= defaultTtl (got 60): "),
        ("cloudfront:enabled", "yes", "'cloudfront:enabled' must be true or false (got yes): "),
        ("cloudfront:ipv6", "1", "'cloudfront:ipv6' must be true or false (got 1): "),
        ("cloudfront:compress", "", "'cloudfront:compress' must be true or false (got ''): "),
        (
            "cloudfront:waitForDeployment",
            "no",
            "'cloudfront:waitForDeployment' must be true or false (got no): ",
        ),
        ("cloudfront:priceClass", "200", "'cloudfront:priceClass' must be 'PriceClass_All', "),
        ("cloudfront:httpVersion", "http4", "'cloudfront:httpVersion' must be 'http1.1', 'http2', "),
        ("cloudfront:errorResponses", "404", "'cloudfront:errorResponses' must be a list (got 404): "),
        ("cloudfront:errorResponses", "[404]", "'cloudfront:errorResponses[0]' must be a map (got 404): "),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 418}]',
            (
                "'cloudfront:errorResponses[0].errorCode' must be one of 400, 403, 404, 405, 414, 416, 500, 501, 502, "
                "503, 504 (got 418): pulumi config set --stack dev cloudfront:errorResponses "
                """'[{"errorCode": "<value>"}]'"""
            ),
        ),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 404, "responseCode": 201, "responsePagePath": "/"}]',
            "'cloudfront:errorResponses[0].responseCode' must be one of 200, ",
        ),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 404, "responseCode": 200}]',
            "'cloudfront:errorResponses[0].responsePagePath' is required if responseCode is set: ",
        ),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 404, "responsePagePath": "/"}]',
            "'cloudfront:errorResponses[0].responseCode' is required if responsePagePath is set: ",
        ),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 404, "responseCode": 200, "responsePagePath": "404.html"}]',
            (
                "'cloudfront:errorResponses[0].responsePagePath' must begin with '/' (got 404.html): pulumi config set "
                "--stack dev cloudfront:errorResponses "
                """'[{"errorCode": 404, "responseCode": 200, "responsePagePath": "/404.html"}]'"""
            ),
        ),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 404}, {"errorCode": 404}]',
            "'cloudfront:errorResponses' must not have an errorCode twice ",
        ),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 404, "cachingMinTtl": -5}]',
            "'cloudfront:errorResponses[0].cachingMinTtl' must be >= 0 (got -5): ",
        ),
        (
            "cloudfront:errorResponses",
            '[{"responseCode": 404, "responsePagePath": "/"}]',
            (
                "'cloudfront:errorResponses[0].errorCode' is missing: pulumi config set --stack dev "
                """cloudfront:errorResponses '[{"responseCode": 404, "responsePagePath": "/", "errorCode": 404}]'"""
            ),
        ),
        (
            "cloudfront:errorResponses",
            '[{"errorCode": 404, "cachingTtl": 5}]',
            (
                "'cloudfront:errorResponses[0].cachingTtl' is not a setting (did you mean "
                "'cloudfront:errorResponses[0].cachingMinTtl'?): pulumi config set --stack dev "
                """cloudfront:errorResponses '[{"errorCode": 404, "cachingMinTtl": 5}]'"""
            ),
        ),
        (
            "website:indexDocument",
            "docs/index.html",
            "'website:indexDocument' must be a file name without a slash ",
        ),
        ("website:indexDocument", " ", "'website:indexDocument' must not be empty (got ' '): "),
        (
            "website:errorDocument",
            "/404.html",
            "'website:errorDocument' must be a path in the site without a leading slash ",
        ),
        ("website:retainBucket", "maybe", "'website:retainBucket' must be true or false (got maybe): "),
        ("website:bucketName", "My_Bucket", "'website:bucketName' must be 3 to 63 characters of a-z, 0-9, "),
        ("website:bucketName", "ab", "'website:bucketName' must be 3 to 63 characters "),
        ("website:bucketName", "a" * 64, "'website:bucketName' must be 3 to 63 characters "),
        ("website:bucketName", "a..b", "'website:bucketName' must not have two adjacent periods "),
        ("website:bucketName", "192.168.0.1", "'website:bucketName' must not look like an IP address "),
        ("website:bucketName", "xn--site", "'website:bucketName' must not begin with 'xn--', "),
        ("website:bucketName", "site-an", "'website:bucketName' must not end with '-an', "),
        ("website:bucketName", "site-s3alias", "'website:bucketName' must not end with '-s3alias', "),
        ("website:cors", "GET", "'website:cors' must be a list (got GET): "),
        (
            "website:cors",
            '[{"allowedMethods": ["PATCH"], "allowedOrigins": ["*"]}]',
            "'website:cors[0].allowedMethods[0]' must be 'GET', 'HEAD', 'PUT', 'POST' or 'DELETE' (got PATCH): ",
        ),
        (
            "website:cors",
            '[{"allowedMethods": ["GET"], "allowedOrigins": ["https://*.*.example"]}]',
            "'website:cors[0].allowedOrigins' must have at most one '*' in each origin ",
        ),
        (
            "website:cors",
            '[{"allowedMethods": [], "allowedOrigins": ["*"]}]',
            "'website:cors[0].allowedMethods' must have at least 1 element ",
        ),
        ("publish:directory", "", "'publish:directory' must not be empty (got ''): "),
        ("publish:buildCommand", "", "'publish:buildCommand' must not be empty (got ''): "),
        ("publish:ignore", "*.map", "'publish:ignore' must be a list (got *.map): "),
        ("publish:ignore", '["ok", ["no"]]', "'publish:ignore[1]' must be a string "),
        (
            "publish:ignoreFile",
            "../.gitignore",
            "'publish:ignoreFile' must be a path inside the distribution folder ",
        ),
        ("publish:ignoreFile", "rules/", "'publish:ignoreFile' must be a path inside the distribution folder "),
        ("publish:ignoreFile", "./", "'publish:ignoreFile' must be a path inside the distribution folder "),
        ("publish:ignoreFile", "/rules", "'publish:ignoreFile' must be a path inside the distribution folder "),
        (
            "publish:cacheControl",
            '[{"pattern": "*.css", "value": "max-age=1\\nX: y"}]',
            "'publish:cacheControl[0].value' must be a header value: ",
        ),
        ("publish:ignore", '["[a-"]', "'publish:ignore[0]' must be a gitignore pattern, but it "),
        (
            "publish:cacheControl",
            '[{"pattern": "!a", "value": "no-store"}]',
            "'publish:cacheControl[0].pattern' must not begin with '!' or '#', as such a pattern matches no file ",
        ),
        ("publish:cacheControl", '[{"pattern": "*.css"}]', "'publish:cacheControl[0].value' is missing: "),
        (
            "publish:cacheControl",
            '[{"pattern": "*.css", "value": "public, max-age=abc"}]',
            "'publish:cacheControl[0].value' must have a number of seconds in 'max-age=<seconds>' (got public, max-",
        ),
        (
            "publish:cacheControl",
            '[{"pattern": "*.css", "value": "S-MaxAge: 60"}]',
            "'publish:cacheControl[0].value' must be comma-separated directives, and 'S-MaxAge: 60' is not ",
        ),
        ("domain:names", '["a[b.com"]', "'domain:names[0]' must be a host name: "),
        ("publish:releases", "9" * 5000, "'publish:releases' must be a whole number "),
        (
            "publish:cacheControl",
            '{"*.css": "no-store"}',
            "'publish:cacheControl' must be a list of maps with pattern and value ",
        ),
        (
            "website:redirects",
            '[{"source": "/a", "target": "/b", "status": "999"}]',
            (
                "'website:redirects[0]' has the status '999', which is not one of 301, 302, 303, 307, 308, 200, 404, "
                '404-200 (got {"source": "/a", "target": "/b", "status": "999"}): '
            ),
        ),
        (
            "website:redirects",
            '[{"source": "a.example/b", "target": "/b"}]',
            "'website:redirects[0].source' must begin with '/' or 'https://' (got a.example/b): ",
        ),
        ("aws:region", "eu-wst-1", "'aws:region' is not an AWS region (got eu-wst-1): "),
        ("publish:invalidate", "sometimes", "'publish:invalidate' must be 'auto', 'always' or 'never' "),
        ("publish:invalidationMaxPaths", "0", "'publish:invalidationMaxPaths' must be >= 1 (got 0): "),
        (
            "publish:invalidationMaxPaths",
            "3001",
            "'publish:invalidationMaxPaths' must be <= 3000 (got 3001): ",
        ),
        ("publish:invalidationWait", "60", "'publish:invalidationWait' must be true or false (got 60): "),
        ("publish:mode", "fast", "'publish:mode' must be 'managed' or 'bulk' (got fast): "),
        ("publish:release", "latest", "'publish:release' must be the digest of a release, or at least "),
        (
            "publish:release",
            "0123abcd",
            (
                "'publish:mode' must be bulk if release is set, as managed mode keeps no releases: "
                "pulumi config set --stack dev publish:mode bulk"
            ),
        ),
        ("publish:releases", "1", "'publish:releases' must be >= 2 (got 1): "),
        ("publish:maxRemove", "101", "'publish:maxRemove' must be <= 100 (got 101): "),
        ("aws:maxRetries", "many", "'aws:maxRetries' must be a whole number (got many): "),
        ("aws:maxRetries", "true", "'aws:maxRetries' must be a whole number (got true): "),
        ("aws:endpoints", "http://localhost", "'aws:endpoints' must be a list "),
        (
            "aws:endpoints",
            '[{"s3": "http://["}]',
            "'aws:endpoints[0].s3' must be a URL such as https://s3.example.com ",
        ),
        (
            "aws:endpoints",
            '[{"s3": "localhost"}]',
            "'aws:endpoints[0].s3' must be a URL such as https://s3.example.com ",
        ),
        (
            "aws:endpoints",
            '[{"s3": "http://:1"}]',
            "'aws:endpoints[0].s3' must be a URL such as https://s3.example.com ",
        ),
        ("aws:endpoints", '[{"s3": "http://a:99999"}]', "'aws:endpoints[0].s3' must be a URL such as "),
        ("aws:assumeRoles", '{"roleArn": "arn:1"}', "'aws:assumeRoles' must be a list "),
        ("aws:assumeRoles", '["arn:1"]', "'aws:assumeRoles[0]' must be a map (got arn:1): "),
        (
            "aws:assumeRoles",
            '[{"duration": "3600"}]',
            "'aws:assumeRoles[0].duration' must be a duration from 15m to 12h",
        ),
        ("aws:assumeRoles", '[{"duration": "500ms"}]', "'aws:assumeRoles[0].duration' must be a duration from 15m "),
        (
            "aws:assumeRoleWithWebIdentity",
            '{"duration": "one hour"}',
            "'aws:assumeRoleWithWebIdentity.duration' must be a duration from 15m to 12h, such as 1h30m (got one ",
        ),
        (
            "aws:assumeRole",
            '{"roleArn": "arn:1"}',
            "'aws:assumeRole' is not a setting (did you mean 'aws:assumeRoles'?): ",
        ),
        ("aws:regoin", "eu-west-1", "'aws:regoin' is not a setting (did you mean 'aws:region'?): "),
    ],
)
def test_a_bad_value_is_named_with_its_rule_and_a_command(key: str, value: str, message: str) -> None:
    """An invalid value is one problem, with the key, the rule, the value and a command."""
    (problem,) = problems(**{key.replace(":", "_"): value})
    assert problem.startswith(message)
    assert "pulumi config " in problem.removeprefix(message) or "pulumi config " in message


def test_all_problems_are_reported_at_once() -> None:
    """Problems of every namespace, and of cross-checks among valid neighbours, come in one report."""
    found = problems(
        website_bucketName="X",
        cloudfront_priceClass="cheap",
        cloudfront_minTtl="90000",
        publish_invalidate="now",
        aws_insecure="perhaps",
    )
    keys = [problem.split("'")[1] for problem in found]
    assert keys == [
        "website:bucketName",
        "cloudfront:minTtl",
        "cloudfront:priceClass",
        "publish:invalidate",
        "aws:insecure",
    ]


def test_rules_between_settings_do_not_wait_for_the_others() -> None:
    """A rule between settings is reported beside the problems of other settings, in its namespace and in others."""
    found = problems(
        website_redirects='[{"source": "/a", "target": "/b", "status": "999"}]',
        cloudfront_errorResponses='[{"errorCode": 418, "responseCode": 200}]',
        cloudfront_geoRestriction='{"allow": ["DE"], "deny": ["US"]}',
        publish_release="0123abcd",
        publish_releases="1",
        deployments_roleArn="arn:aws:iam::123456789012:role/deploy",
        deployments_createRole="true",
        deployments_repository="nobody",
        access_username="preview",
    )
    assert [problem.split("'")[1] for problem in found] == [
        "website:redirects[0]",
        "cloudfront:errorResponses[0].errorCode",
        "cloudfront:errorResponses[0].responsePagePath",
        "cloudfront:geoRestriction.deny",
        "publish:releases",
        "publish:mode",
        "deployments:createRole",
        "deployments:repository",
        "access:password",
    ]
    assert [problem.split("'")[1] for problem in problems(domain_names='["a.example"]', publish_mode="fast")] == [
        "publish:mode",
        "domain:names",
    ]


def test_a_rollback_needs_cloudfront() -> None:
    """Without it the bucket has one release, so there is nothing to roll back to."""
    (problem,) = problems(publish_mode="bulk", publish_release="0123abcd")
    assert problem == (
        "'publish:release' needs CloudFront, as the bucket has only one release without it: "
        "pulumi config rm --stack dev publish:release"
    )


def test_what_two_settings_require_of_a_third_is_reported_once() -> None:
    """Both `reviewStacks` and `oidcProviderArn` require `createRole`."""
    provider = "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"
    (problem,) = problems(deployments_reviewStacks='["pr-*"]', deployments_oidcProviderArn=provider)
    assert problem.endswith("pulumi config set --stack dev deployments:createRole true")


def test_an_unknown_key_suggests_the_nearest() -> None:
    """A misspelt key is an error with the commands that rename it."""
    (problem,) = problems(website_indexDocumnet="home.html")
    assert problem == (
        "'website:indexDocumnet' is not a setting (did you mean 'website:indexDocument'?): "
        "pulumi config rm --stack dev website:indexDocumnet && "
        "pulumi config set --stack dev website:indexDocument home.html"
    )


def test_a_key_like_no_other_is_just_removed() -> None:
    """An unknown key without a similar setting is removed."""
    (problem,) = problems(publish_zzz="1")
    assert problem == "'publish:zzz' is not a setting: pulumi config rm --stack dev publish:zzz"


def test_other_namespaces_are_ignored() -> None:
    """Config of other programs and packages is not checked."""
    raw = RawConfig("dev", {"other-project:anything": "x", "random:seed": "1"}, frozenset(), "static-site")
    assert load_settings(raw, REGION) == settings()


@pytest.mark.parametrize("key", ["website:errorDocument", "publish:buildCommand", "publish:directory"])
@pytest.mark.parametrize("value", ['["x"]', '{"name": "x"}'])
def test_a_list_or_map_is_not_a_text(key: str, value: str) -> None:
    """`pulumi config set --path 'key[0]' x` makes one, and nobody means the JSON itself."""
    (problem,) = problems_of(RawConfig("dev", {key: value}))
    assert problem.startswith(f"'{key}' must be a string (got ")


def test_a_namespace_as_a_key_of_the_project_is_refused() -> None:
    """`pulumi config set --path publish.ignore x` sets a map in the project's namespace."""
    (problem,) = problems_of(RawConfig("dev", {"static-site:publish": '{"ignore": "x"}'}, frozenset(), "static-site"))
    assert "those of 'publish' are written publish:<key>" in problem
    assert problem.endswith("pulumi config rm --stack dev static-site:publish")


def test_several_patterns_in_one_text_become_a_list() -> None:
    """The elements of a list are not separated by commas in one text, and few patterns contain one."""
    (problem,) = problems_of(RawConfig("dev", {"publish:ignore": "*.map, *.txt"}))
    assert problem.endswith("""publish:ignore '["*.map", "*.txt"]'""")


def test_invalid_json_is_reported_as_such() -> None:
    """The message says more than that the setting is a list."""
    (problem,) = problems_of(RawConfig("dev", {"publish:ignore": '["*.map"'}))
    assert "must be a list, but is not valid JSON" in problem


@pytest.mark.parametrize(
    ("key", "meant", "value"),
    [
        ("static-site:errorDocument", "website:errorDocument", "x"),
        ("static-site:errorDocumnet", "website:errorDocument", "x"),
        ("static-site:minTtl", "cloudfront:minTtl", "60"),
        ("Website:errorDocument", "website:errorDocument", "x"),
        ("publsh:ignore", "publish:ignore", """'["x"]'"""),
        ("cloudFront:minTTL", "cloudfront:minTtl", "60"),
        ("acess:password", "access:password", ""),
    ],
)
def test_a_key_in_the_wrong_namespace_is_moved(key: str, meant: str, value: str) -> None:
    """`pulumi config set errorDocument` sets a key of the project's namespace, which has no settings."""
    secret = "--secret " if meant == "access:password" else ""
    (problem,) = problems_of(RawConfig("dev", {key: "x"}, frozenset(), "static-site"))
    assert problem == (
        f"'{key}' is not a setting (did you mean '{meant}'?): "
        f"pulumi config rm --stack dev {key} && pulumi config set --stack dev {secret}{meant} {value}".rstrip()
    )


def test_a_misspelt_key_beside_the_right_one_is_just_removed() -> None:
    """The value under the right key is kept."""
    for stray in ("static-site:errorDocument", "website:errorDocumnet", "aws:regoin"):
        values = {stray: "x", "website:errorDocument": "404.html", "aws:region": "eu-west-1"}
        (problem,) = problems_of(RawConfig("dev", values, frozenset(), "static-site"))
        assert problem.endswith(f"?): pulumi config rm --stack dev {stray}")


def test_suggested_names_keep_their_placeholders() -> None:
    """A name with {stack} is not expanded in the command."""
    names = '["{stack}.example.com", "no name", 7]'
    found = problems_of(RawConfig("prod", {"domain:names": names, "domain:zone": "example.com"}))
    assert found[0].endswith(
        """pulumi config set --stack prod domain:names '["{stack}.example.com", "<value>", "<value>"]'"""
    )


def test_a_stray_key_like_no_setting_is_just_removed() -> None:
    """A key of the project's namespace without a similar setting is removed."""
    (problem,) = problems_of(RawConfig("dev", {"static-site:zzzz": "x"}, frozenset(), "static-site"))
    assert problem == "'static-site:zzzz' is not a setting: pulumi config rm --stack dev static-site:zzzz"


def test_a_missing_user_name_is_reported_without_the_password() -> None:
    """The message that asks for the user name does not show the password."""
    raw = RawConfig("prod", {"access:password": "hunter2"}, frozenset({"access:password"}))
    (problem,) = problems_of(raw)
    assert problem.startswith("'access:username' is required if password is set: pulumi config set --stack prod ")
    for found in problems_of(RawConfig("prod", {"access:password": "hunter2"})):
        assert "hunter2" not in found


def test_secrets_are_never_printed() -> None:
    """The value of a key that the stack keeps encrypted is not in the message."""
    (problem,) = problems_of(RawConfig("dev", {"publish:directory2": "hunter2"}, frozenset({"publish:directory2"})))
    assert "hunter2" not in problem
    (problem,) = problems_of(RawConfig("dev", {"aws:maxRetries": "hunter2"}, frozenset({"aws:maxRetries"})))
    assert "hunter2" not in problem
    assert "(got [secret])" in problem


@pytest.mark.parametrize(
    ("values", "environment", "region"),
    [
        ({"aws:region": "us-west-2"}, {"AWS_REGION": "eu-west-1"}, "us-west-2"),
        ({}, {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-1"),
        ({}, {"AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-3"),
    ],
)
def test_the_region_comes_from_config_then_the_environment(
    values: dict[str, str], environment: dict[str, str], region: str
) -> None:
    """`aws:region` wins over AWS_REGION, which wins over AWS_DEFAULT_REGION."""
    assert load_settings(RawConfig("dev", values), environment).aws.region == region


def test_an_invalid_region_in_the_environment_is_refused() -> None:
    """The command sets the stack's region, which overrides the environment."""
    with pytest.raises(ConfigError) as caught:
        load_settings(RawConfig("dev", {}), {"AWS_REGION": "eu-wst-1"})
    (problem,) = caught.value.problems
    assert problem == (
        "'aws:region' comes from the environment, and is not a region (got eu-wst-1): "
        "pulumi config set --stack dev aws:region eu-west-1"
    )


def test_another_cloud_may_have_other_region_names() -> None:
    """With `aws:skipRegionValidation` the region is not checked."""
    assert settings(aws_region="garage", aws_skipRegionValidation="true").aws.region == "garage"


def test_a_missing_region_is_reported_with_a_command() -> None:
    """Without a region anywhere, the message says how to set one."""
    with pytest.raises(ConfigError, match=r"'aws:region' is missing.*pulumi config set --stack dev aws:region"):
        load_settings(RawConfig("dev", {}), {})


def test_aws_settings_are_decoded() -> None:
    """The provider's settings have the types that the provider takes."""
    endpoints = json.dumps([{"s3": "http://localhost:1"}])
    site = settings(aws_endpoints=endpoints, aws_s3UsePathStyle="true", aws_maxRetries="3", aws_profile="me")
    assert site.aws.values == {
        "endpoints": [{"s3": "http://localhost:1"}],
        "s3UsePathStyle": True,
        "maxRetries": 3,
        "profile": "me",
    }


def test_the_message_counts_the_problems_and_says_that_nothing_was_touched() -> None:
    """So do the message about one problem and the one about several."""
    assert str(ConfigError("dev", ["a"])) == "The config of stack 'dev' has a problem; nothing was deployed:\n  - a"
    assert str(ConfigError("dev", ["a", "b"])).startswith("The config of stack 'dev' has 2 problems; ")


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("publish:directory", "a\0b", "'publish:directory' contains a NUL: "),
        ("publish:ignore", '["*.map", "\\ud800"]', "'publish:ignore[1]' contains an unpaired surrogate: "),
        ("aws:defaultTags", '{"tags": {"\\u0000": ""}}', "'aws:defaultTags.tags' contains a NUL: "),
        ("aws:endpoints", "[" * 21 + "]" * 21, "'aws:endpoints' is nested more than 20 levels deep: "),
    ],
)
def test_a_text_that_nothing_can_contain_is_refused(key: str, value: str, rule: str) -> None:
    """The message has the path of the text or map; the whole value is left to the user."""
    (problem,) = problems_of(RawConfig("dev", {key: value}))
    assert problem == f"{rule}pulumi config set --stack dev {key} '<value>'"


def test_an_unusable_value_is_not_reported_as_missing() -> None:
    """The user name requires a password, which exists and has a problem of its own."""
    values = {"access:username": "me", "access:password": "a\0b", "cloudfront:enabled": "true"}
    (problem,) = problems_of(RawConfig("dev", values, frozenset({"access:password"})))
    assert problem.startswith("'access:password' contains a NUL: ")


def test_an_unusable_value_under_a_misspelt_key_is_left_to_the_user() -> None:
    """The command renames the key, and has the placeholder."""
    (problem,) = problems(publish_ignor='["\\ud800"]')
    assert problem.endswith(" && pulumi config set --stack dev publish:ignore '<value>'")


@pytest.mark.parametrize("stack", ["", ".", "..", "a/b", "a" * 101, "\ud800", "a\0b", "é", "a b"])
def test_a_stack_name_that_pulumi_refuses_is_a_problem(stack: str) -> None:
    """It would be the name of another folder, or of none."""
    (problem,) = problems_of(RawConfig(stack, {}))
    assert problem.startswith("The stack's name must have 1 to 100 letters, digits, '-', '_' and '.', ")
    assert problem.endswith("'<name>'")
    assert settings("a" * 100).stack == "a" * 100


def test_at_most_50_problems_of_a_namespace_are_shown() -> None:
    """Each repeats the whole list in its command, and the command fixes the others too."""
    found = problems(publish_ignore=json.dumps(["[a-"] * 1000), cloudfront_minTtl="x")
    assert len(found) == 51


def test_the_longest_ttl_is_that_of_the_managed_policy() -> None:
    """The distribution refers to CachingOptimized, so a longer TTL would have no effect."""
    (problem,) = problems(cloudfront_maxTtl=str(CACHING_OPTIMIZED_TTLS[2] + 1))
    assert problem.startswith(f"'cloudfront:maxTtl' must be <= {CACHING_OPTIMIZED_TTLS[2]} ")


def test_content_encoding_has_an_encoding_that_browsers_know() -> None:
    """A misspelt encoding is replaced in the command by the one that was meant; a map becomes a list."""
    (rule,) = settings(publish_contentEncoding='[{"pattern": "*.gz", "value": "identity"}]').publish.content_encoding
    assert (rule.pattern, rule.value) == ("*.gz", "identity")
    command = """pulumi config set --stack dev publish:contentEncoding '[{"pattern": "*.js", "value": "gzip"}]'"""
    for given in ('[{"pattern": "*.js", "value": "gz"}]', '{"*.js": "gzip"}'):
        (problem,) = problems(publish_contentEncoding=given)
        assert problem.endswith(command)
