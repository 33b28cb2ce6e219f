from __future__ import annotations

import json
import runpy
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

NAMES = (".hosting/amplify-import-1.prod.json", ".hosting/amplify-import-2.prod.json")
DEPLOYED = amplify.meta(CloudFrontDistributionID="E2EXAMPLE")
SITE = "urn:pulumi:prod::static-site::hosting:index:StaticSite::static-site-prod"


def files(ran: Ran) -> list[dict[str, Any]]:
    """Return the import files."""
    return [json.loads((ran.home / name).read_text(encoding="utf-8")) for name in NAMES]


def test_bucket_and_distribution_are_imported(migration: Migration) -> None:
    """The component first; then its provider with the stack's region, and both resources below it."""
    component, rest = files(migration.of(amplify.second_generation(), meta=DEPLOYED))
    below = {"logicalName": "static-site-prod", "parent": "site"}
    assert component["resources"] == [
        {"type": "hosting:index:StaticSite", "name": "static-site-prod", "component": True}
    ]
    assert rest["nameTable"] == {"site": SITE}
    provider, bucket, distribution = rest["resources"]
    assert provider == below | {
        "type": "pulumi:providers:aws",
        "name": "provider",
        "version": version("pulumi-aws"),
        "inputs": {"region": "eu-west-1"},
    }
    uses = below | {"provider": "provider"}
    name = "shop-20190304-hostingbucket-dev"
    assert bucket == uses | {"type": "aws:s3/bucket:Bucket", "name": "bucket", "id": name}
    kind = "aws:cloudfront/distribution:Distribution"
    assert distribution == uses | {"type": kind, "name": "distribution", "id": "E2EXAMPLE"}


def test_without_a_distribution_only_the_bucket_is_imported(migration: Migration) -> None:
    """Without CloudFront no distribution id is needed."""
    _, rest = files(migration.of(amplify.bucket_only()))
    assert [one["name"] for one in rest["resources"]] == ["provider", "bucket"]


def test_commands_are_printed_in_order(migration: Migration) -> None:
    """First Amplify retains the resources, then they are imported, and Amplify's own stack is removed last."""
    out = migration.of(amplify.second_generation(), meta=DEPLOYED).out
    steps = [
        '"DeletionPolicy": "Retain" to OriginAccessIdentity, CloudFrontDistribution, PrivateBucketPolicy and',
        "pulumi stack select --create prod",
        *(f"pulumi import --stack prod --protect=false --generate-code=false --file {name}" for name in NAMES),
        "pulumi preview --stack prod --diff",
        "pulumi up --stack prod",
        "amplify remove hosting",
    ]
    keep = out[out.index("To keep the existing bucket") :]
    assert sorted(steps, key=keep.index) == steps


def test_retained_bucket_needs_no_edit(migration: Migration) -> None:
    """A bucket that Amplify retains needs no edit of the template."""
    template = amplify.bucket_only()
    amplify.bucket_of(template)["AccessControl"] = "Private"
    out = migration.of(template).out
    assert "template.json" not in out
    assert "put-bucket-acl" not in out


def test_missing_values_can_be_given_as_options(migration: Migration) -> None:
    """The report lists the options for bucket, region and distribution; with them the import files are written."""
    ran = migration.of(amplify.second_generation(), team=None, parameters=None)
    for flag in ("--bucket-name <name>", "--region <region>", "--distribution-id <id>"):
        assert flag in ran.out
    assert not (ran.home / NAMES[0]).exists()
    with_options = migration.run("--bucket-name", "mine", "--region", "eu-north-1", "--distribution-id", "E9")
    assert [one.get("id") for one in files(with_options)[1]["resources"]] == [None, "mine", "E9"]
    assert with_options.config()["aws:region"] == "eu-north-1"


def test_other_aws_settings_go_to_the_provider(migration: Migration) -> None:
    """The import uses the same account as the stack; encrypted settings can't be read and are left out."""
    text = 'config:\n  aws:profile: shop\n  aws:allowedAccountIds: ["1"]\n  aws:secretKey:\n    secure: x\n'
    amplify.write(migration.home, {"Pulumi.prod.yaml": text})
    _, rest = files(migration.of(amplify.second_generation(), meta=DEPLOYED))
    assert rest["resources"][0]["inputs"] == {"profile": "shop", "allowedAccountIds": '["1"]', "region": "eu-west-1"}


def test_an_existing_import_file_is_not_replaced(migration: Migration) -> None:
    """Another import file stops everything; --force replaces it."""
    amplify.write(migration.home, {NAMES[1]: "{}"})
    ran = migration.of(amplify.second_generation(), meta=DEPLOYED)
    assert f"'{NAMES[1]}' exists and would change" in ran.err
    assert ran.config() == {}
    assert files(migration.run("--force"))[1]["nameTable"] == {"site": SITE}


def test_commands_for_a_new_bucket(migration: Migration) -> None:
    """For a new bucket the report has the command that removes the old bucket's name."""
    out = migration.of(amplify.second_generation()).out
    assert "pulumi config rm --stack prod website:bucketName" in out


def test_a_new_bucket_without_a_written_name(migration: Migration) -> None:
    """Without a bucket's name in the config there is nothing to remove."""
    assert "config rm --stack" not in migration.of(amplify.second_generation(), parameters=None).out


def test_it_runs_in_the_folder_of_the_program(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Pulumi.yaml the message names the folder to run it in."""
    monkeypatch.chdir(migration.app)
    assert "There is no Pulumi.yaml in" in migration.run(path=".").err


def test_a_program_without_a_name(migration: Migration) -> None:
    """Pulumi.yaml needs a name, as the resources' names contain it."""
    amplify.write(migration.home, {"Pulumi.yaml": "runtime: python\n"})
    assert "has no 'name'" in migration.of(amplify.second_generation()).err


def test_an_invalid_stack_name(migration: Migration, capsys: pytest.CaptureFixture[str]) -> None:
    """A path in --stack would write elsewhere, so it is refused."""
    with pytest.raises(SystemExit):
        migration.run("--stack", "../prod")
    assert "'../prod' is not a stack name" in capsys.readouterr().err


def test_help_names_every_option(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m hosting.migrate --help` lists all options."""
    monkeypatch.setattr(sys, "argv", ["migrate", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("hosting.migrate", run_name="__main__")
    assert ended.value.code == 0
    out = capsys.readouterr().out
    for option in ("PATH", "--stack", "--env", "--region", "--bucket-name", "--distribution-id", "--force"):
        assert option in out
