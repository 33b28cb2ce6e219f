"""The `domain:` settings, and the messages about invalid ones."""

from __future__ import annotations

import json

import pytest

from hosting.config.load import RawConfig, load_settings
from hosting.domain.settings import DomainSettings, expand_names
from hosting.errors import ConfigError

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def problems(stack: str = "prod", **config: str) -> tuple[str, ...]:
    """Return the problems of `domain:` settings; `cloudfront_enabled` stands for `cloudfront:enabled`."""
    values = {key.replace("_", ":") if "_" in key else f"domain:{key}": value for key, value in config.items()}
    with pytest.raises(ConfigError) as refused:
        load_settings(RawConfig(stack, values), {"AWS_REGION": "eu-north-1"})
    return refused.value.problems


def domain(stack: str = "prod", **config: str) -> DomainSettings:
    """Return the `domain:` settings of a stack."""
    values = {key.replace("_", ":") if "_" in key else f"domain:{key}": value for key, value in config.items()}
    return load_settings(RawConfig(stack, values), {"AWS_REGION": "eu-north-1"}).domain


def test_a_stack_has_no_names_by_default() -> None:
    """Without settings, there are no names, and nothing is attached."""
    found = domain()
    assert (found.names, found.is_attached) == ((), False)


def test_names_are_lower_case() -> None:
    """Upper case makes no difference in names and zones; a zone may end with a dot."""
    found = domain(names='["WWW.Example.com", "*.example.com"]', zone="Example.com.")
    assert found.names == ("www.example.com", "*.example.com")
    assert (found.zone, found.zone_id, found.is_attached) == ("example.com", None, True)


def test_a_zone_by_its_id() -> None:
    """A zone in the form of an ID is one; its name is only known in AWS."""
    assert domain(names='["www.example.com"]', zone="Z0123456789ABC").zone_id == "Z0123456789ABC"


@pytest.mark.parametrize(
    ("config", "attached"), [({}, False), ({"validated": "true"}, True), ({"certificateArn": ARN}, True)]
)
def test_names_in_another_dns_need_a_certificate_first(config: dict[str, str], attached: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Names in another DNS are attached with a certificate, or once the user has created the records."""
    assert domain(names='["www.example.com"]', **config).is_attached is attached


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{stack}.example.com", "prod.example.com"),
        ("{branch}-{stack}.example.com", "feature-login-page-prod.example.com"),
    ],
)
def test_stack_and_branch_in_names(text: str, names: str) -> None:
    """A name may contain those of the stack and the branch, as valid labels."""
    assert expand_names(text, "prod", "feature/Login_page") == names
    assert domain(names=json.dumps([text]), deployments_branch="feature/Login_page").names == (names,)


def test_the_branch_is_main_by_default() -> None:
    """As `deployments:branch`, whose default it is."""
    assert domain("pr-7", names='["{stack}.{branch}.example.com"]', cloudfront_enabled="true").names == (
        "pr-7.main.example.com",
    )


@pytest.mark.parametrize(
    "name",
    [
        *("example", "exa mple.com", "-a.example.com", "a..example.com", "a.*.example.com", "*example.com", "10.0.0.1"),
        *("example.com.", "münchen.example", "{pr}.example.com"),
        *("a" * 64 + ".example.com", "*.", ".".join(["a" * 60] * 5)),
    ],
)
def test_an_invalid_host_name(name: str) -> None:
    """Each is refused with its index in the list, and a command."""
    (problem,) = problems(names=json.dumps(["www.example.com", name]))
    assert problem.startswith("'domain:names[1]' must be a host name: ")
    assert problem.endswith(""": pulumi config set --stack prod domain:names '[\"www.example.com\", \"<value>\"]'""")


@pytest.mark.parametrize("name", ["https://example.com", "example.com/docs", "http://Example.com:80/"])
def test_a_url_is_replaced_by_its_host_name(name: str) -> None:
    """A URL copied from a browser contains the name."""
    (problem,) = problems(names=json.dumps(["www.example.com", name]))
    assert problem.endswith("""domain:names '["www.example.com", "example.com"]'""")


def test_a_wildcard_goes_after_the_address() -> None:
    """The command has both names, in a valid order."""
    (problem,) = problems(names='["*.example.com", "example.com"]')
    assert problem.endswith("""domain:names '["example.com", "*.example.com"]'""")


def test_a_url_is_replaced_by_its_zone() -> None:
    """A URL copied from a browser contains the zone."""
    (problem,) = problems(names='["a.example.com"]', zone="https://example.com/")
    assert problem.endswith("domain:zone example.com")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"names": '["a.example.com", "A.example.com"]'}, "'domain:names' must not have a name twice"),
        ({"names": '["*.example.com"]'}, "'domain:names' must begin with the site's address, which must not "),
        ({"names": json.dumps(["a" * 63 + ".example.com"])}, "'domain:names' must begin with a name of at most 64 "),
        ({"names": '["a.example.com"]', "zone": "example.org"}, "in the zone example.org, unlike a.example.com"),
        ({"names": '["notexample.com"]', "zone": "example.com"}, "in the zone example.com, unlike notexample.com"),
        ({"names": json.dumps([f"a{n}.example.com" for n in range(101)])}, "'domain:names' must have at most 100"),
        ({"names": "www.example.com"}, "'domain:names' must be a list (got www.example.com): pulumi config set"),
        ({"zone": "example.com"}, "'domain:names' is required if zone, certificateArn or validated is set"),
        ({"zone": "exa mple"}, "'domain:zone' must be the name or the ID of a Route 53 hosted zone"),
        (
            {"names": '["a.example.com"]', "certificateArn": ARN.replace("us-east-1", "eu-west-1")},
            "'domain:certificateArn' must be the ARN of an ACM certificate in us-east-1",
        ),
        (
            {"names": '["a.example.com"]', "zone": "example.com", "validated": "true"},
            "must be false if zone or certificateArn is set (got true): pulumi config set --stack prod domain:val",
        ),
        ({"name": "a.example.com"}, "'domain:name' is not a setting (did you mean 'domain:names'?)"),
    ],
)
def test_names_zone_and_certificate_are_checked_together(config: dict[str, str], problem: str) -> None:
    """Each message has the key and the rule."""
    (found,) = problems(**config)
    assert problem in found


def test_a_long_first_name_needs_a_certificate() -> None:
    """The limit is for certificates that are requested, not for CloudFront's names."""
    name = "a" * 63 + ".example.com"
    assert domain(names=json.dumps([name]), certificateArn=ARN).names == (name,)


def test_all_problems_at_once() -> None:
    """Every invalid name is reported, with the problems of other settings."""
    assert len(problems(names='["a b.example", "c d.example"]', zone="x y", certificateArn="arn", validated="yes")) == 5


def test_names_need_a_distribution() -> None:
    """On a stack without CloudFront, the command enables it."""
    (problem,) = problems("dev", names='["www.example.com"]')
    assert problem.startswith("'domain:names' needs CloudFront, as the bucket's website has no HTTPS for your ")
    assert problem.endswith(": pulumi config set --stack dev cloudfront:enabled true")
