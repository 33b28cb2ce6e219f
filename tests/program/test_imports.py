"""The imports that each `pulumi up` waits for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hosting
from hosting.site.static_site import StaticSite

PROVIDERS = Path(hosting.__file__).parent / "providers"

# Each stands for its package, which takes 0.03 to 0.1 s of the 0.6 s that the program's imports take in all. pulumi_aws
# registers each of its packages unloaded, so a loaded one is recognised by a module inside it.
_LARGE = frozenset(
    {
        "boto3",
        "botocore.session",
        "pulumi_aws.acm.certificate",
        "pulumi_aws.cloudfront.distribution",
        "pulumi_aws.cloudwatch.metric_alarm",
        "pulumi_aws.iam.role",
        "pulumi_aws.route53.record",
    }
)


def imported_by(*modules: str) -> set[str]:
    """Return the modules that a new Python process has after importing these."""
    script = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_program_imports_no_large_package_that_few_stacks_use() -> None:
    """Distributions, alarms, zones, certificates, roles and boto3 are imported only if they are used."""
    found = imported_by("hosting.config.load", "hosting.prepare", "hosting.site.static_site", "hosting.site.resources")
    assert "pulumi_aws.s3.bucket" in found
    assert found & _LARGE == set()


def test_a_publish_mode_that_is_not_used_is_not_imported() -> None:
    """A stack imports one of the two publish modes, where its resources are declared."""
    found = imported_by("hosting.site.resources")
    assert found & {"hosting.site.bulk", "hosting.site.managed", "hosting.publish.bulk.release_edge"} == set()


def test_what_publishes_is_imported_by_a_publish() -> None:
    """Neither the program nor an update without changes imports the publisher and the clients of AWS."""
    found = imported_by("hosting.site.bulk", "hosting.providers.release")
    assert "hosting.providers.release" in found
    clients = {"hosting.publish.s3.bucket", "hosting.aws.key_value_store"}
    assert found & {*clients, "hosting.publish.bulk.publisher", "hosting.providers.release_actions"} == set()


def test_the_aws_provider_is_declared_before_the_imports_that_can_wait() -> None:
    """While the AWS provider starts, the program imports the preparation and the resources."""
    found = imported_by("hosting.site.component", "hosting.site.static_site")
    assert "pulumi_aws" in found
    assert found & {"hosting.prepare", "hosting.site.resources", "pulumi_aws.s3.bucket"} == set()


def test_what_comes_before_the_resources_imports_no_sdk() -> None:
    """The package itself, the config and the preparation load neither Pulumi's SDK nor AWS's."""
    found = imported_by("hosting", "hosting.config.load", "hosting.prepare", "hosting.migrate")
    assert "hosting.prepare" in found
    assert found & {"pulumi", "pulumi_aws", "boto3", "botocore"} == set()


@pytest.mark.parametrize("name", [path.stem for path in sorted(PROVIDERS.glob("[a-z]*.py"))])
def test_a_dynamic_provider_loads_neither_the_component_nor_boto3(name: str) -> None:
    """The engine starts a process for each dynamic provider, which imports its module and the packages above it."""
    found = imported_by(f"hosting.providers.{name}")
    assert f"hosting.providers.{name}" in found
    assert found & {"pulumi_aws", "boto3", "botocore.session", "hosting.site"} == set()


def test_the_component_is_imported_when_it_is_used() -> None:
    """`from hosting import StaticSite` loads the component; another name does not exist."""
    assert hosting.StaticSite is StaticSite
    with pytest.raises(AttributeError, match="module 'hosting' has no attribute 'Website'"):
        hosting.Website  # noqa: B018 - the look-up is the test


def test_a_dynamic_provider_imports_boto3_when_it_needs_a_client() -> None:
    """A publish without changes imports no client, and nothing of staging that compiles many expressions."""
    found = imported_by("hosting.providers.release_actions")
    assert "hosting.publish.bulk.publisher" in found
    assert found & _LARGE == set()
    staging = {f"hosting.publish.staging.{name}" for name in ("staged_tree", "hashed_names", "generators")}
    assert found & {*staging, "hosting.publish.bulk.in_place", "hosting.formats.git_pattern"} == set()


def test_only_a_review_imports_the_parser_of_pages() -> None:
    """The program, the provider of the review and what starts its workers do not load it."""
    found = imported_by("hosting.site.static_site", "hosting.providers.review", "hosting.review.workers")
    assert "hosting.review.workers" in found
    assert "selectolax" not in found
    assert "selectolax" in imported_by("hosting.review.page_content")
