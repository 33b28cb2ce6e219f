from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.migrate.conftest import Migration

CONFLICT = '{\n<<<<<<< HEAD\n  "bucketName": "a"\n=======\n  "bucketName": "b"\n>>>>>>> theirs\n}\n'


def test_conflict_markers_are_called_by_their_name(migration: Migration) -> None:
    """A file in the middle of a merge is an error with file and line, and nothing is written."""
    ran = migration.of(amplify.second_generation(), parameters=CONFLICT)
    assert ran.code == 1
    assert "parameters.json' has git's conflict markers (line 2): resolve the conflict" in ran.err
    assert ran.config() == {}


def test_broken_json_has_its_line(migration: Migration) -> None:
    """A syntax error names file, line and column."""
    ran = migration.of(amplify.second_generation(), config='{\n  "frontend": \n}')
    assert "project-config.json' is not JSON (line 3, column 1: Expecting value): correct that line" in ran.err


def test_tabs_carriage_returns_and_a_byte_order_mark_are_read(migration: Migration) -> None:
    """Files that a Windows editor saved are as good as others."""
    text = json.dumps({"bucketName": "windows-bucket"}, indent="\t").replace("\n", "\r\n")
    ran = migration.of(amplify.second_generation(), parameters=f"\ufeff{text}\r\n")
    assert ran.config()["website:bucketName"] == "windows-bucket-dev"


def test_a_file_that_is_not_text(migration: Migration) -> None:
    """UTF-16, as PowerShell writes it, is reported as not UTF-8."""
    amplify.project(migration.app, amplify.second_generation())
    (migration.app / amplify.PARAMETERS).write_bytes("{}".encode("utf-16"))
    assert "parameters.json' is not UTF-8 text: save it as UTF-8" in migration.run().err


def test_a_file_that_can_not_be_read(migration: Migration) -> None:
    """A folder in place of a file is an error with the system's message."""
    amplify.project(migration.app, amplify.second_generation(), parameters=None)
    (migration.app / amplify.PARAMETERS).mkdir()
    assert "parameters.json' can't be read (Is a directory)" in migration.run().err


@pytest.mark.parametrize("file", ["parameters", "config", "team", "local", "meta"])
def test_a_list_where_amplify_writes_an_object(migration: Migration, file: str) -> None:
    """JSON of another kind than Amplify's is an error that names the file."""
    ran = migration.of(amplify.second_generation(), **{file: []})
    assert "must hold a JSON object, as Amplify writes it" in ran.err


@pytest.mark.parametrize("patterns", [{"a": 1}, ["a", 1], "text"])
def test_an_ignore_list_of_another_kind(migration: Migration, patterns: Any) -> None:  # noqa: ANN401 - any JSON
    """amplifyPublishIgnore.json must be an array of strings."""
    ran = migration.of(amplify.second_generation(), ignore=json.dumps(patterns))
    assert "amplifyPublishIgnore.json' must hold a JSON array of strings" in ran.err


def test_a_path_that_is_not_a_folder(migration: Migration) -> None:
    """The message about a wrong PATH is one line."""
    assert "There is no folder '../nowhere'" in migration.run(path="../nowhere").err


def test_a_folder_without_amplify(migration: Migration, tmp_path: Path) -> None:
    """The message about a folder of no known kind has the signs of the kinds."""
    assert "has none of amplify/backend/hosting/S3AndCloudFront/template.json" in migration.run(path=str(tmp_path)).err


def test_the_amplify_folder_itself_is_accepted(migration: Migration) -> None:
    """PATH may be amplify/ or its parent."""
    amplify.project(migration.app, amplify.second_generation())
    assert migration.run(path="../amplify").code == 0


def test_a_template_without_a_bucket(migration: Migration) -> None:
    """A template of something else is an error that names the file."""
    assert "has no Resources.S3Bucket" in migration.of({"Resources": []}).err


def test_no_file_has_the_bucket_name(migration: Migration) -> None:
    """Without parameters.json the other settings are written, and the report has the option for the name."""
    ran = migration.of(amplify.second_generation(), parameters=None)
    assert ran.code == 0
    assert "website:bucketName" not in ran.config()
    assert "no file has the bucket's name" in ran.out
    assert "run this again with: --bucket-name <name> ('aws s3 ls' lists yours)" in ran.out


def test_a_bucket_name_that_ends_like_the_environment(migration: Migration) -> None:
    """A parameter that ends in -dev gets the environment's suffix too, as in Amplify."""
    ran = migration.of(amplify.second_generation(), parameters={"bucketName": "shop-dev"})
    assert ran.config()["website:bucketName"] == "shop-dev-dev"


def test_the_environment_none_has_no_suffix(migration: Migration) -> None:
    """Projects older than environments have NONE."""
    ran = migration.of(amplify.second_generation(), "--env", "NONE")
    assert ran.config()["website:bucketName"] == "shop-20190304-hostingbucket"


def test_two_environments_need_a_choice(migration: Migration) -> None:
    """Each environment has its own bucket, so one must be named."""
    ran = migration.of(amplify.second_generation(), team=amplify.team("dev", "live"))
    assert "has 2 environments (dev, live) and each has its own bucket: add --env dev or --env live" in ran.err
    assert migration.run("--env", "live").config()["website:bucketName"].endswith("-live")


def test_the_local_environment_is_the_choice(migration: Migration) -> None:
    """local-env-info.json has the environment that the user has checked out."""
    files: dict[str, Any] = {"team": amplify.team("dev", "live"), "local": {"envName": "live"}}
    assert migration.of(amplify.second_generation(), **files).config()["website:bucketName"].endswith("-live")


def test_a_local_environment_that_the_team_does_not_have(migration: Migration) -> None:
    """A stale local-env-info.json does not count."""
    ran = migration.of(amplify.second_generation(), local={"envName": "gone"})
    assert ran.config()["website:bucketName"].endswith("-dev")


def test_an_unknown_environment(migration: Migration) -> None:
    """The message about an unknown --env lists the environments."""
    ran = migration.of(amplify.second_generation(), "--env", "prd", team=amplify.team("dev", "prod"))
    assert "has no environment 'prd': --env dev or --env prod" in ran.err


def test_without_any_environment_the_name_is_not_guessed(migration: Migration) -> None:
    """No team-provider-info.json and no --env: the suffix is unknown."""
    ran = migration.of(amplify.second_generation(), team=None)
    assert "website:bucketName" not in ran.config()
    assert "aws:region" not in ran.config()


def test_an_environment_may_have_its_own_bucket_name(migration: Migration) -> None:
    """team-provider-info.json overrides parameters.json."""
    team = amplify.team("dev")
    team["dev"]["categories"] = {"hosting": {"S3AndCloudFront": {"bucketName": "from-team"}}}
    assert migration.of(amplify.second_generation(), team=team).config()["website:bucketName"] == "from-team-dev"


def test_deployed_values_override_the_template(migration: Migration) -> None:
    """amplify-meta.json has the bucket's real name, its region and the distribution's id."""
    outputs = {"HostingBucketName": "deployed", "Region": "ap-south-1", "CloudFrontDistributionID": "E2EXAMPLE"}
    ran = migration.of(amplify.second_generation(), meta=amplify.meta(**outputs), team=None)
    assert ran.config()["website:bucketName"] == "deployed"
    assert ran.config()["aws:region"] == "ap-south-1"
    assert "get-distribution-config --id E2EXAMPLE" in ran.out


def test_a_different_deployed_name_is_reported(migration: Migration) -> None:
    """The deployed name may differ from the template's."""
    ran = migration.of(amplify.second_generation(), meta=amplify.meta(HostingBucketName="deployed"))
    assert "would name the bucket 'shop-20190304-hostingbucket-dev', but 'deployed' is what is deployed" in ran.out


def test_the_outputs_of_another_environment_do_not_count(migration: Migration) -> None:
    """The amplify-meta.json of dev does not apply to live."""
    files = {"team": amplify.team("dev", "live"), "meta": amplify.meta("dev", HostingBucketName="deployed")}
    ran = migration.of(amplify.second_generation(), "--env", "live", **files)
    assert ran.config()["website:bucketName"].endswith("-live")


def test_a_web_frontend_is_needed(migration: Migration) -> None:
    """An iOS app has no distribution folder; its other settings are mapped."""
    ran = migration.of(amplify.second_generation(), config={"frontend": "ios", "ios": {}})
    assert "project-config.json frontend 'ios': an app of that kind has no distribution folder" in ran.out
    assert "publish:directory" not in ran.config()


def test_other_categories_stay_with_amplify(migration: Migration) -> None:
    """The other categories of a project are not read, and the report lists them."""
    amplify.write(migration.app, {"amplify/backend/api/x.json": "{}", "amplify/backend/auth/x.json": "{}"})
    assert "Amplify keeps its other categories (api, auth)" in migration.of(amplify.second_generation()).out
