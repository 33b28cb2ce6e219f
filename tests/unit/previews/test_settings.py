"""The settings of preview edges and of previews."""

from __future__ import annotations

import json

import pytest

from hosting.config.load import RawConfig, Settings, load_settings
from hosting.errors import ConfigError
from hosting.formats.labels import LONGEST_LABEL, label_of

REGION = {"AWS_REGION": "eu-central-1"}
OUTPUTS = {
    "previewsDomain": "example-previews.com",
    "bucketName": "site-previews-1",
    "bucketRegion": "eu-central-1",
    "storeArn": "arn:aws:cloudfront::1:key-value-store/s1",
    "url": None,
}
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234"


def settings(stack: str = "pr-7", **values: str) -> Settings:
    """Return the settings of a stack; `previews_edge` stands for `previews:edge`."""
    return load_settings(RawConfig(stack, {key.replace("_", ":"): text for key, text in values.items()}), REGION)


def problem(**values: str) -> str:
    """Return the only problem of invalid config."""
    with pytest.raises(ConfigError) as caught:
        settings(**values)
    (found,) = caught.value.problems
    return found


def test_a_site_has_no_previews() -> None:
    """Without the settings a stack is neither a preview edge nor a preview."""
    site = settings("dev")
    assert (site.previews.domain, site.previews.edge, site.without_effect) == (None, None, ())
    assert (site.cloudfront.enabled, site.publish.mode) == (False, "managed")


def test_a_preview_edge() -> None:
    """It has CloudFront and bulk mode, and one name, which is a wildcard."""
    edge = settings(previews_domain="Example-Previews.com", domain_zone="example-previews.com", previews_maxDays="7")
    assert (edge.previews.domain, edge.previews.max_days, edge.previews.public) == ("example-previews.com", 7, False)
    assert (edge.cloudfront.enabled, edge.publish.mode) == (True, "bulk")
    assert edge.domain.names == ("*.example-previews.com",)
    assert edge.domain.is_attached
    own = settings(previews_domain="example-previews.com", domain_certificateArn=CERTIFICATE)
    assert own.domain.names == ("*.example-previews.com",)
    by_id = settings(previews_domain="example-previews.com", domain_zone="Z0123456789ABC")
    assert by_id.domain.zone_id == "Z0123456789ABC"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"previews_domain": "example-previews.com"},
            (
                "'domain:zone' is required on a preview edge, or certificateArn with a certificate of all names below "
                "its domain: pulumi config set --stack pr-7 domain:zone example-previews.com"
            ),
        ),
        (
            {"previews_domain": "example-previews.com", "domain_zone": "example.com"},
            (
                "'domain:zone' must be the zone of previews:domain, example-previews.com (got example.com): "
                "pulumi config set --stack pr-7 domain:zone example-previews.com"
            ),
        ),
        (
            {"previews_domain": "a.com", "domain_zone": "a.com", "domain_names": '["www.a.com"]'},
            (
                "'domain:names' must not be set with previews:domain, below which all names are: "
                "pulumi config rm --stack pr-7 domain:names"
            ),
        ),
        (
            {"previews_domain": "*.a.com", "domain_zone": "a.com"},
            (
                "'previews:domain' must be a domain without a '*' (got *.a.com): "
                "pulumi config set --stack pr-7 previews:domain a.com"
            ),
        ),
        (
            {"previews_domain": f"{'a' * 60}.com", "domain_zone": "a.com"},
            (
                f"'previews:domain' must have at most 62 characters, so that ACM certifies the names below it "
                f"(got {'a' * 60}.com): pulumi config set --stack pr-7 previews:domain '<value>'"
            ),
        ),
        (
            {"previews_domain": "a.com", "domain_zone": "a.com", "previews_edge": "previews"},
            "'previews:edge' must not be set if domain is set: pulumi config rm --stack pr-7 previews:edge",
        ),
        (
            {"previews_edge": "a/b"},
            (
                "'previews:edge' must be the name of a stack, alone or as organization/project/stack (got a/b): "
                "pulumi config set --stack pr-7 previews:edge '<value>'"
            ),
        ),
        (
            {"previews_edge": '{"stack": "a/b"}'},
            (
                "'previews:edge.stack' must be the name of a stack, alone or as organization/project/stack (got a/b): "
                'pulumi config set --stack pr-7 previews:edge \'{"stack": "<value>"}\''
            ),
        ),
        (
            {"previews_edge": "previews", "previews_base": "_"},
            (
                "'previews:base' must be the name of a preview's stack (got _): "
                "pulumi config set --stack pr-7 previews:base main"
            ),
        ),
    ],
)
def test_problems(values: dict[str, str], message: str) -> None:
    """Each problem is one sentence, which ends with the command that fixes it."""
    assert problem(**values) == message


def test_a_preview() -> None:
    """Its edge is a stack, or the outputs of one; it has CloudFront, bulk mode and no host names."""
    preview = settings(previews_edge="previews", domain_zone="example.com", domain_names='["www.example.com"]')
    assert preview.previews.edge is not None
    assert (preview.previews.edge.stack, preview.previews.expire_days) == ("previews", 30)
    assert (preview.cloudfront.enabled, preview.publish.mode, preview.domain.names) == (True, "bulk", ())
    given = settings(previews_edge=json.dumps(OUTPUTS)).previews.edge
    assert given is not None
    assert (given.stack, given.previews_domain, given.bucket_name) == (None, "example-previews.com", "site-previews-1")
    assert given.previews_max_days == 90


@pytest.mark.parametrize("missing", ["previewsDomain", "bucketName", "bucketRegion", "storeArn"])
def test_outputs_of_an_edge_belong_together(missing: str) -> None:
    """A map without one of the outputs that a preview needs is refused."""
    given = {key: value for key, value in OUTPUTS.items() if key != missing and value}
    assert problem(previews_edge=json.dumps(given)) == (
        "'previews:edge' must be the name of the edge's stack, or have its outputs previewsDomain, bucketName, "
        f"bucketRegion, storeArn (got {json.dumps(given)}): pulumi config set --stack pr-7 previews:edge '<value>'"
    )


def test_the_label_of_a_stack() -> None:
    """A stack's name becomes one label of a host name, and a long one keeps what tells it from others."""
    assert [label_of(name) for name in ("pr-7", "PR_7", "feature/Login.v2", "_", "-a-")] == [
        *("pr-7", "pr-7", "feature-login-v2", "", "a")
    ]
    long, other = label_of("x" * 99 + "1"), label_of("x" * 99 + "2")
    assert len(long) == len(other) == LONGEST_LABEL
    assert long != other
    assert label_of("x" * 63) == "x" * 63
