"""The tests of a project run when it is prepared, and a failing one refuses the publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.build import Run
from hosting.config.load import RawConfig, load_settings
from hosting.edge_tests.edge_test_file import parse_edge_tests
from hosting.edge_tests.outcomes import Outcome, require_success, summary
from hosting.errors import EdgeError
from hosting.prepare import prepare

if TYPE_CHECKING:
    from pathlib import Path

TEST = "- {{request: {{path: {path}}}, expect: {{status: {status}}}}}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a small site, as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "www").mkdir()
    (tmp_path / "www/index.html").write_text("Welcome")
    (tmp_path / "www/edge.test.yaml").write_text("a copy")
    return tmp_path


def lines_of(project: Path, tests: str, stack: str = "prod", *, preview: bool = True, **publish: str) -> list[str]:
    """Return the lines that a preparation says about the tests."""
    (project / "edge.test.yaml").write_text(tests)
    values = {"publish:directory": "www", **{f"publish:{key}": value for key, value in publish.items()}}
    settings = load_settings(RawConfig(stack, values), {"AWS_REGION": "eu-north-1"})
    said: list[str] = []
    prepared = prepare("site", settings, Run(project, preview=preview, say=said.append))
    assert prepared.staged.manifest.get("edge.test.yaml") is None
    return [line for line in said if "edge.test.yaml" in line]


@pytest.mark.parametrize("preview", [True, False])
def test_tests_that_pass(project: Path, *, preview: bool) -> None:
    """One line, in the preview and in the update; the file itself is never published, whatever the patterns say."""
    tests = "tests:\n- {request: {path: /}, expect: {status: 200, body: Welcome}}\n"
    assert lines_of(project, tests, preview=preview, ignore='["!edge.test.yaml"]') == [
        "edge.test.yaml: 1 of 1 tests pass"
    ]


@pytest.mark.parametrize("preview", [True, False])
def test_a_test_that_fails(project: Path, *, preview: bool) -> None:
    """It refuses the publish in the preview, and in the update, which may have no preview."""
    tests = "tests:\n" + TEST.format(path="/", status=200) + TEST.format(path="/gone.png", status=301)
    with pytest.raises(EdgeError) as raised:
        lines_of(project, tests, preview=preview)
    assert str(raised.value).splitlines() == [
        "1 test of 2 in edge.test.yaml would fail; nothing was deployed:",
        "  - line 3, GET /gone.png: status is 404, not 301",
        "Correct the rules or the files, or the tests in edge.test.yaml, and run pulumi up again",
    ]


def test_a_stack_without_cloudfront(project: Path) -> None:
    """The answers are those of the S3 website, and tests for the edge are skipped and counted."""
    tests = (
        "tests:\n" + TEST.format(path="/", status=200) + "- {stacks: dev, request: {path: /}, expect: {status: 200}}"
    )
    expected = ["edge.test.yaml: 1 of 2 tests pass, 1 skipped because the stack dev has no CloudFront (line 2)"]
    assert lines_of(project, tests, "dev") == expected
    assert lines_of(project, tests, "dev", mode="bulk") == expected


def test_a_rollback_runs_no_tests(project: Path) -> None:
    """The files and rules of the release are not on this machine."""
    lines = lines_of(project, "tests:\n" + TEST.format(path="/", status=404), mode="bulk", release="0123abcd")
    assert lines == ["edge.test.yaml: not run, as the published files and rules are not those of this machine"]


def test_many_outcomes_are_cut() -> None:
    """A message has twenty failing tests and then a count; reasons have the lines of their tests."""
    tests = parse_edge_tests("tests:\n" + TEST.format(path="/", status=200) * 25)
    skipped = [Outcome(test, skipped="of a reason") for test in tests]
    shown = ", ".join(map(str, range(2, 22)))
    assert summary([*skipped[:2], Outcome(tests[0])]) == (
        "edge.test.yaml: 1 of 3 tests pass, 2 skipped because of a reason (lines 2, 3)"
    )
    assert summary(skipped).endswith(f"0 of 25 tests pass, 25 skipped because of a reason (lines {shown}, ...)")
    with pytest.raises(EdgeError) as raised:
        require_success([Outcome(test, differences=("wrong",)) for test in tests])  # type: ignore[arg-type]
    lines = str(raised.value).splitlines()
    assert lines[0] == "25 tests of 25 in edge.test.yaml would fail; nothing was deployed:"
    assert lines[20:22] == ["  - line 21, GET /: wrong", "  - and 5 more"]
