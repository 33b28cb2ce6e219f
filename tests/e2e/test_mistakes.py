"""Mistakes of every kind are told in sentences, and nothing in the cloud is touched by them."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

BAD: dict[str, Any] = {
    "website:indexDocument": "docs/index.html",
    "website:errorDocument": "/404.html",
    "website:bucketName": "No_Bucket",
    "website:retainBucket": "perhaps",
    "website:cors": "everyone",
    "website:unknown": "x",
    "cloudfront:enabled": "yes",
    "cloudfront:defaultTtl": "-1",
    "cloudfront:minTtl": "soon",
    "cloudfront:maxTtl": "1.5",
    "cloudfront:errorResponses": [{"errorCode": 418}],
    "cloudfront:priceClass": "cheap",
    "cloudfront:httpVersion": "http0.9",
    "cloudfront:ipv6": "4",
    "cloudfront:compress": "zip",
    "cloudfront:waitForDeployment": "please",
    "publish:directory": "",
    "publish:buildCommand": " ",
    "publish:ignore": "*.map",
    "publish:ignoreFile": "../.gitignore",
    "publish:cacheControl": [{"pattern": "*.css"}],
    "publish:invalidate": "sometimes",
    "publish:invalidationMaxPaths": "3001",
    "publish:invalidationWait": "long",
    "aws:maxRetries": "many",
    "aws:assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/deploy", "duration": "3600"}],
}

MEANT = {
    "website:bucketName": "my-site",
    "website:cors": "[]",
    "cloudfront:errorResponses": "404",
    "publish:directory": "site",
    "publish:buildCommand": "npm run build",
    "publish:ignoreFile": ".rules",
}


@pytest.fixture(scope="module")
def project(new_project: Callable[[str], Project]) -> Project:
    """Return a DEV stage that was never deployed."""
    return new_project("dev")


def refused(project: Project, **options: Any) -> str:  # noqa: ANN401 - up's
    """Run an `up` that must fail without a traceback, and return what it said; nothing was made."""
    result = project.up(check=False, **options)
    assert result.code != 0
    assert "Traceback" not in result.output
    assert "unhandled" not in result.output
    buckets = project.sandbox.s3.list_buckets()["Buckets"]
    assert not [bucket for bucket in buckets if bucket["Name"].startswith(project.name)]
    return result.output


def with_config(project: Project, values: dict[str, Any]) -> None:
    """Replace the stack's config."""
    (project.path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": values}))


def test_every_bad_value_is_told_at_once(project: Project) -> None:
    """One `up` names each setting that does not hold, with a command for each."""
    with_config(project, BAD)
    said = refused(project)
    named = {key for key in BAD if f"'{key}" in said}
    assert named == set(BAD)
    assert said.count("pulumi config ") >= len(BAD)


def test_the_commands_mend_the_config(project: Project) -> None:
    """The real CLI takes what was printed, as a shell hands it over, and no problem is left.

    Where only the user knows what he meant, he puts it in the place of `<value>`.
    """
    with_config(project, BAD)
    commands = re.findall(r"- '[^']+' .*?(pulumi config (?:set|rm) .*)$", refused(project), re.MULTILINE)
    assert len(commands) >= len(BAD)
    for command in dict.fromkeys(commands):
        found = re.search(r"config set --stack dev (\S+)", command)
        filled = command.replace("<value>", MEANT.get(found[1], "<value>")) if found else command
        subprocess.run(["sh", "-ec", filled], cwd=project.path, env=dict(project.sandbox.env), check=True)
    said = refused(project)
    assert "The config of stack" not in said
    assert "npm run build" in said


def test_no_region(project: Project) -> None:
    """Without a region in config or environment, the message gives the command."""
    with_config(project, {})
    said = refused(project, env={"AWS_REGION": "", "AWS_DEFAULT_REGION": ""})
    assert "pulumi config set --stack dev aws:region" in said


@pytest.mark.parametrize(
    ("directory", "word"),
    [
        ("nowhere", "nowhere"),
        ("hollow", "empty"),
        ("/", "root"),
        (".", "project"),
        ("..", "project"),
        ("escape", "symbolic link"),
    ],
)
def test_a_folder_that_must_not_be_published(project: Project, directory: str, word: str) -> None:
    """A missing or empty folder, the root, the project, a folder around it, or one with a symlink out is refused."""
    (project.path / "hollow").mkdir(exist_ok=True)
    project.write("escape/index.html", "x")
    link = project.path / "escape/out"
    link.unlink(missing_ok=True)
    link.symlink_to("/etc/hostname")
    with_config(project, {"publish:directory": directory})
    said = refused(project)
    assert word in said
    assert "publish:directory" in said or directory == "escape"


def test_a_failing_build_touches_nothing(project: Project) -> None:
    """The build's output is shown, and its exit code ends the update before anything is made."""
    with_config(project, {"publish:buildCommand": "echo no such module; exit 3"})
    said = refused(project)
    assert "no such module" in said
    assert "3" in said


def test_a_missing_index_document_is_only_a_warning(project: Project) -> None:
    """As in Amplify, a site without its index document is published with a warning."""
    project.write("www/page.html", "x")
    with_config(project, {"publish:directory": "www"})
    result = project.up()
    assert "index.html" in result.output
    assert "warning" in result.output
    project.pulumi("destroy", "--yes", "--stack", "dev")
