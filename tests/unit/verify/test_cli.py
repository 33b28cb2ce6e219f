"""The command line: options, exit status, and a site that is wrong in every way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hosting.edge.rule_files import read_rule_files
from hosting.verify import cli
from hosting.verify.cli import main
from hosting.verify.published import Published
from tests.unit.verify.server import ChosenAnswers, Page
from tests.unit.verify.sites import manifest_of, settings_of, stack_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hosting.verify.stack import Stack

FILES = {"index.html": "home", "docs/index.html": "docs", "app.js": "app()", "style.css": "h1 {}"}
TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


def right_pages() -> dict[str, list[Page | None]]:
    """Return the right answers to the paths of FILES."""
    pages: dict[str, list[Page | None]] = {"/": [Page(b"home")]}
    for path, text in FILES.items():
        headers = {"Content-Type": TYPES[path.rpartition(".")[2]], "Cache-Control": "no-cache"}
        pages[f"/{path}"] = [Page(text.encode(), headers=headers)]
    return pages


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    """Return a file with the manifest of FILES."""
    file = tmp_path / "manifest.json"
    file.write_text(manifest_of(FILES).to_json())
    return str(file)


def test_a_site_that_is_right(manifest: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 0, and a count."""
    with ChosenAnswers(right_pages()) as server:
        assert main(["--url", f"{server.url}/", "--manifest", manifest]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  files               4  right"
    assert lines[-1].startswith("All 4 answers are right")


@pytest.mark.parametrize(
    ("path", "page", "difference"),
    [
        ("/app.js", Page(b"app(1)"), {"body", "content-type", "cache-control"}),
        (
            "/app.js",
            Page(b"app()", headers={"Content-Type": "text/plain", "Cache-Control": "no-cache"}),
            {"content-type"},
        ),
        ("/app.js", Page(b"app()", 500), {"status"}),
        ("/app.js", Page(b"ap", missing_bytes=3), {"the answer"}),
        ("/app.js", None, {"the answer"}),
        ("/app.js", Page(b"", 302, {"Location": "https://evil.example/"}), {"status"}),
        ("/app.js", Page(b"<?xml version='1.0'?><ListBucketResult>"), {"the answer"}),
    ],
)
def test_a_site_that_is_wrong(
    manifest: str, path: str, page: Page | None, difference: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1, and each difference by its name."""
    with ChosenAnswers({**right_pages(), path: [page]}) as server:
        assert main(["--url", server.url, "--manifest", manifest, "--wait", "0", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    (wrong,) = report["wrong"]
    assert wrong["url"] == f"{server.url}{path}"
    assert {found["what"] for found in wrong["differences"]} == difference


def test_an_answer_that_is_stale_once(
    manifest: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for again, and the report says so."""
    monkeypatch.setattr("hosting.verify.crawl._FIRST_PAUSE_S", 0.01)
    pages = right_pages()
    pages["/app.js"].insert(0, Page(b"old"))
    with ChosenAnswers(pages) as server:
        assert main(["--url", server.url, "--manifest", manifest]) == 0
    assert "1 answer was stale at first" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either --stack, or --url and --manifest are needed"),
        (["--stack", "prod", "--manifest", "x"], "either --stack, or --url and --manifest are needed"),
        (["--manifest", "x"], "--manifest needs --url"),
        (["--stack", "prod", "--url", "www.example.com"], "is not an address such as https://www.example.com"),
        (["--stack", "prod", "--url", "https://me:secret@x.example"], "is not an address"),
        (
            ["--stack", "prod", "--url", "https://x.example/docs"],
            "has a path; give the address alone: https://x.example",
        ),
        (["--stack", "prod", "--wait", "soon"], "'soon' is not a number"),
        (["--stack", "prod", "--wait", "nan"], "must be >= 0, not nan"),
        (["--stack", "prod", "--concurrency", "0"], "must be >= 1, not 0"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and what is wrong."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--manifest", "missing.json"], "The manifest missing.json can't be read (No such file or directory)"),
        (["--manifest", "latin1.json"], "The manifest latin1.json can't be read (not text)"),
        (["--manifest", "other.json"], "The manifest is damaged"),
        (["--manifest", "manifest.json", "--ca-bundle", "missing.pem"], "'missing.pem' can't be read (No such file"),
        (
            ["--manifest", "manifest.json", "--ca-bundle", "other.json"],
            "'other.json' can't be read (it has no certificate",
        ),
        (["--manifest", "manifest.json"], "http://127.0.0.1:1 can't be reached, Connection refused"),
    ],
)
def test_what_can_not_be_verified(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit status 2, and a sentence instead of a traceback."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifest.json").write_text(manifest_of(FILES).to_json())
    (tmp_path / "latin1.json").write_bytes(b"\xff")
    (tmp_path / "other.json").write_text("{}")
    assert main(["--url", "http://127.0.0.1:1", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_ctrl_c(manifest: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 130, without a traceback."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hosting.verify.cli.Crawl.run", interrupt)
    with ChosenAnswers(right_pages()) as server:
        assert main(["--url", server.url, "--manifest", manifest]) == 130
    assert capsys.readouterr().err == "interrupted: nothing is verified\n"


def use_stack(
    monkeypatch: pytest.MonkeyPatch, folder: Path, files: Mapping[str, str] = FILES, **values: object
) -> Stack:
    """Let the command find a deployed stack with these files."""
    settings = settings_of("prod", **values)
    stack = stack_of(settings, manifest_of(files))
    found = Published(manifest_of(files), read_rule_files(settings, folder), (), ".hosting/staging/prod")

    def read(_project: Path, _stack: object, say: object, *, build: bool) -> Published:
        assert callable(say)
        say(f"build is {build}")
        return found

    monkeypatch.setattr(cli, "read_stack", lambda *_: stack)
    monkeypatch.setattr(cli, "read_published", read)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:1")
    return stack


def test_a_stack_with_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The password is sent to the site, and is in no output."""
    use_stack(monkeypatch, tmp_path, access_username="me", access_password="secret")
    with ChosenAnswers(right_pages()) as server:
        assert main(["--stack", "prod", "--url", server.url, "--wait", "0", "--json"]) == 1
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    assert report["checks"]["password"]["wrong"] == report["checks"]["password"]["count"]
    assert report["checks"]["own keys"]["wrong"] == 0
    sent = {headers.get("Authorization") for _, headers in server.requests}
    assert sent == {None, "Basic bWU6c2VjcmV0"}
    assert "secret" not in shown.out + shown.err
    assert "build is False" in shown.err


def test_a_password_is_not_sent_over_http(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only to this machine."""
    use_stack(monkeypatch, tmp_path, access_username="me", access_password="secret")
    assert main(["--stack", "prod", "--url", "http://www.example.com"]) == 2
    assert "a password, which is not sent over http: --url https://www.example.com" in capsys.readouterr().err


def test_the_stacks_address_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stack whose address does not answer is not verified."""
    stack = use_stack(monkeypatch, tmp_path)
    monkeypatch.setitem(stack.outputs, "url", "http://127.0.0.1:1")
    assert main(["--stack", "prod", "--build"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "build is True",
        "error: http://127.0.0.1:1 can't be reached, Connection refused: check the address, or give another --url",
    ]
