"""Every kind of mistake ends in a message without a traceback, and changes nothing in the cloud."""

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

# Of the user, in place of `<value>`.
MEANT = {
    "website:bucketName": "my-site",
    "website:cors": "[]",
    "cloudfront:errorResponses": "404",
    "publish:directory": "site",
    "publish:buildCommand": "npm run build",
    "publish:ignoreFile": ".rules",
    "aws:maxRetries": "3",
}


@pytest.fixture(scope="module")
def project(new_project: Callable[[str], Project]) -> Project:
    """Return a project whose stack `dev` was never deployed."""
    return new_project("dev")


def refused(project: Project, **options: Any) -> str:  # noqa: ANN401 - up's
    """Run an `up` that must fail without a traceback or a resource, and return its output."""
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


def test_every_invalid_value_is_reported_at_once(project: Project) -> None:
    """One `up` names each invalid setting, with a command for each."""
    with_config(project, BAD)
    output = refused(project)
    named = {key for key in BAD if f"'{key}" in output}
    assert named == set(BAD)
    assert output.count("pulumi config ") >= len(BAD)


def test_the_commands_fix_the_config(project: Project) -> None:
    """A shell and the real CLI accept the printed commands, and no problem is left.

    The user replaces `<value>`.
    """
    with_config(project, BAD)
    commands = re.findall(r"- '[^']+' .*?(pulumi config (?:set|rm) .*)$", refused(project), re.MULTILINE)
    assert len(commands) >= len(BAD)
    for command in dict.fromkeys(commands):
        found = re.search(r"config set --stack dev (\S+)", command)
        filled = command.replace("<value>", MEANT.get(found[1], "<value>")) if found else command
        subprocess.run(["sh", "-ec", filled], cwd=project.path, env=dict(project.sandbox.env), check=True)
    output = refused(project)
    assert "The config of stack" not in output
    assert "npm run build" in output


def test_no_region(project: Project) -> None:
    """Without a region in config or environment, the message has a command."""
    with_config(project, {})
    output = refused(project, env={"AWS_REGION": "", "AWS_DEFAULT_REGION": ""})
    assert "pulumi config set --stack dev aws:region" in output


@pytest.mark.parametrize(
    ("directory", "word"),
    [
        ("nowhere", "nowhere"),
        ("escape", "symbolic link"),
    ],
)
def test_a_folder_that_must_not_be_published(project: Project, directory: str, word: str) -> None:
    """A missing folder, and one with a symlink out, are refused; tests/unit/publish/staging has all other reasons."""
    project.write("escape/index.html", "x")
    link = project.path / "escape/out"
    link.unlink(missing_ok=True)
    link.symlink_to("/etc/hostname")
    with_config(project, {"publish:directory": directory})
    output = refused(project)
    assert word in output
    assert "publish:directory" in output or directory == "escape"


def test_an_absurd_config_is_no_traceback(project: Project) -> None:
    """The engine passes escapes in JSON on to the program, which decodes them."""
    with_config(
        project, {"publish:ignore": '["\\ud800"]', "publish:buildCommand": "a\0b", "website:redirects": "[" * 9000}
    )
    output = refused(project)
    assert "'publish:ignore[0]' contains an unpaired surrogate: " in output
    assert "'publish:buildCommand' contains a NUL: " in output
    assert "'website:redirects' must be a list, but is not valid JSON " in output


def test_a_failing_build_touches_nothing(project: Project) -> None:
    """The build's output is shown, and its exit code ends the update before anything is made."""
    with_config(project, {"publish:buildCommand": "echo no such module; exit 3"})
    output = refused(project)
    assert "no such module" in output
    assert "3" in output


def test_a_missing_index_document_is_only_a_warning(project: Project) -> None:
    """As with Amplify, a site without its index document is published with a warning."""
    project.write("www/page.html", "x")
    with_config(project, {"publish:directory": "www"})
    result = project.up()
    assert "index.html" in result.output
    assert "warning" in result.output
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "dev")
