"""The `domain:` settings: what holds, and how what does not is told."""

from __future__ import annotations

import json

import pytest

from hosting.config.load import RawConfig, load_settings
from hosting.domain.settings import DomainSettings, expanded
from hosting.errors import ConfigError

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def problems(stack: str = "prod", **config: str) -> tuple[str, ...]:
    """Return what is wrong with `domain:` settings; `cloudfront_enabled` is another room's."""
    values = {key.replace("_", ":") if "_" in key else f"domain:{key}": value for key, value in config.items()}
    with pytest.raises(ConfigError) as refused:
        load_settings(RawConfig(stack, values), {"AWS_REGION": "eu-north-1"})
    return refused.value.problems


def domain(stack: str = "prod", **config: str) -> DomainSettings:
    """Return the room of a stack's settings."""
    values = {key.replace("_", ":") if "_" in key else f"domain:{key}": value for key, value in config.items()}
    return load_settings(RawConfig(stack, values), {"AWS_REGION": "eu-north-1"}).domain


def test_no_names_are_no_domain() -> None:
    """Without settings there are no names, and nothing is attached."""
    found = domain()
    assert (found.names, found.is_attached) == ((), False)


def test_names_are_lower_case() -> None:
    """A host name is the same in capitals; so is a zone's, which may end with a dot."""
    found = domain(names='["WWW.Example.com", "*.example.com"]', zone="Example.com.")
    assert found.names == ("www.example.com", "*.example.com")
    assert (found.zone, found.zone_id, found.is_attached) == ("example.com", None, True)


def test_a_zone_by_its_id() -> None:
    """What is written as an id is one; which names it has is only known in AWS."""
    assert domain(names='["www.example.com"]', zone="Z0123456789ABC").zone_id == "Z0123456789ABC"


@pytest.mark.parametrize(
    ("config", "attached"), [({}, False), ({"validated": "true"}, True), ({"certificateArn": ARN}, True)]
)
def test_another_dns_proves_the_names_first(config: dict[str, str], attached: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Names of another DNS are attached with a certificate, or when the user has made the records."""
    assert domain(names='["www.example.com"]', **config).is_attached is attached


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{stack}.example.com", "prod.example.com"),
        ("{branch}-{stack}.example.com", "feature-login-page-prod.example.com"),
    ],
)
def test_stack_and_branch_in_names(text: str, names: str) -> None:
    """A name may have the stack's and the branch's in it, brought to what a label may be."""
    assert expanded(text, "prod", "feature/Login_page") == names
    assert domain(names=json.dumps([text]), deployments_branch="feature/Login_page").names == (names,)


def test_the_branch_is_main_unless_said_otherwise() -> None:
    """As `deployments:branch` has it."""
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
def test_what_is_no_host_name(name: str) -> None:
    """Each is refused where it stands in the list, with the command that mends it."""
    (problem,) = problems(names=json.dumps(["www.example.com", name]))
    assert problem.startswith("'domain:names[1]' must be a host name: ")
    assert problem.endswith(""": pulumi config set --stack prod domain:names '[\"www.example.com\", \"<value>\"]'""")


@pytest.mark.parametrize("name", ["https://example.com", "example.com/docs", "http://Example.com:80/"])
def test_a_url_is_mended_into_its_host_name(name: str) -> None:
    """What was copied from a browser's address bar has the name in it."""
    (problem,) = problems(names=json.dumps(["www.example.com", name]))
    assert problem.endswith("""domain:names '["www.example.com", "example.com"]'""")


def test_a_wildcard_goes_behind_the_address() -> None:
    """Both names stay, in an order that holds."""
    (problem,) = problems(names='["*.example.com", "example.com"]')
    assert problem.endswith("""domain:names '["example.com", "*.example.com"]'""")


def test_a_url_is_mended_into_its_zone() -> None:
    """As it is into a name."""
    (problem,) = problems(names='["a.example.com"]', zone="https://example.com/")
    assert problem.endswith("domain:zone example.com")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"names": '["a.example.com", "A.example.com"]'}, "'domain:names' must have each name once"),
        ({"names": '["*.example.com"]'}, "'domain:names' must begin with the site's own address, which has no *"),
        ({"names": json.dumps(["a" * 63 + ".example.com"])}, "'domain:names' must begin with a name of 64 characters"),
        ({"names": '["a.example.com"]', "zone": "example.org"}, "must be in the zone example.org, a.example.com can't"),
        ({"names": '["notexample.com"]', "zone": "example.com"}, "must be in the zone example.com, notexample.com can"),
        ({"names": json.dumps([f"a{n}.example.com" for n in range(101)])}, "'domain:names' must have at most 100"),
        ({"names": "www.example.com"}, "'domain:names' must be a list (got www.example.com): pulumi config set"),
        ({"zone": "example.com"}, "'domain:names' must be given together with zone, certificateArn or validated"),
        ({"zone": "exa mple"}, "'domain:zone' must be the name or the id of a Route 53 hosted zone"),
        (
            {"names": '["a.example.com"]', "certificateArn": ARN.replace("us-east-1", "eu-west-1")},
            "'domain:certificateArn' must be the ARN of an ACM certificate in us-east-1",
        ),
        (
            {"names": '["a.example.com"]', "zone": "example.com", "validated": "true"},
            "must be false where zone or certificateArn is given (got true): pulumi config set --stack prod domain:val",
        ),
        ({"name": "a.example.com"}, "'domain:name' is not a setting, did you mean 'domain:names'?"),
    ],
)
def test_what_does_not_hold_together(config: dict[str, str], problem: str) -> None:
    """Each is told with its key and its rule."""
    (found,) = problems(**config)
    assert problem in found


def test_a_long_first_name_has_a_certificate_of_its_own() -> None:
    """The limit is of certificates that are requested, not of CloudFront's names."""
    name = "a" * 63 + ".example.com"
    assert domain(names=json.dumps([name]), certificateArn=ARN).names == (name,)


def test_all_problems_at_once() -> None:
    """Every name that is none is told, and the other settings' problems with them."""
    assert len(problems(names='["a b.example", "c d.example"]', zone="x y", certificateArn="arn", validated="yes")) == 5


def test_names_need_a_distribution() -> None:
    """A stack without CloudFront is told the command to have it."""
    (problem,) = problems("dev", names='["www.example.com"]')
    assert problem.startswith("'domain:names' needs CloudFront, the website of S3 has no HTTPS under names of its own")
    assert problem.endswith(": pulumi config set --stack dev cloudfront:enabled true")
