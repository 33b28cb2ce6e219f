"""The command-line interface of ``python -m hosting.verify``."""

from __future__ import annotations

import argparse
import os
import ssl
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from hosting.command_line import exit_status
from hosting.progress import ProgressBar
from hosting.publish.staging.manifest import Manifest
from hosting.verify.checks import LOOPBACK, Check, origin_of
from hosting.verify.crawl import Crawl
from hosting.verify.errors import VerifyError
from hosting.verify.http_client import ClientOptions, Credentials, HttpClient, encodings
from hosting.verify.published import read_published
from hosting.verify.report import Report, Subject
from hosting.verify.site_checks import manifest_checks
from hosting.verify.stack import read_stack
from hosting.verify.stack_checks import stack_checks

if TYPE_CHECKING:
    from collections.abc import Sequence

RIGHT, WRONG, NOT_VERIFIED = 0, 1, 2
# As a shell reports a program that SIGINT ended: https://tldp.org/LDP/abs/html/exitcodes.html
INTERRUPTED = 130


class _Task(NamedTuple):
    """What to verify."""

    subject: Subject
    checks: Sequence[Check]
    credentials: Credentials | None = None


def main(arguments: Sequence[str]) -> int:
    """Run the command in the working directory, and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.stack is None) == (options.manifest is None):
        parser.error("either --stack, or --url and --manifest are needed")
    if options.manifest is not None and options.url is None:
        parser.error("--manifest needs --url")
    try:
        return exit_status(lambda: _verify(options), failed=NOT_VERIFIED)
    except KeyboardInterrupt:
        print("interrupted: nothing is verified", file=sys.stderr)  # noqa: T201 - a command-line tool prints
        return INTERRUPTED


def _verify(options: argparse.Namespace) -> int:
    report = _verified(options)
    print(report.json() if options.json else report.text())  # noqa: T201 - a command-line tool prints
    return WRONG if report.wrong else RIGHT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hosting.verify",
        description="Asks for every published URL as a visitor would, and compares the answers with what the stack "
        "publishes. Run it in the folder of Pulumi.yaml, after pulumi up.",
        epilog="Exit status: 0 if every answer is right, 1 if one is wrong, 2 if the site can't be verified.",
    )
    parser.add_argument("--stack", help="the stack, such as prod")
    parser.add_argument("--url", type=_site_url, help="the site's address; by default, the stack's output url")
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="the manifest of a staged tree, without a stack")
    parser.add_argument("--build", action="store_true", help="build and stage the site first")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--wait",
        type=_Number(float, 0),
        default=60.0,
        metavar="SECONDS",
        help="how long to ask again for what is wrong (default: %(default).0f)",
    )
    parser.add_argument(
        "--concurrency", type=_Number(int, 1), default=16, metavar="N", help="connections (default: %(default)s)"
    )
    parser.add_argument("--ca-bundle", metavar="FILE", help="certificates to trust (default: the system's)")
    return parser


def _site_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise argparse.ArgumentTypeError(f"'{text}' is not an address such as https://www.example.com")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"'{text}' has a path; give the address alone: {origin_of(text)}")
    return origin_of(text)


class _Number:
    """Reads a number that is not too small."""

    def __init__(self, kind: type[int | float], least: int) -> None:
        self._kind, self._least = kind, least

    def __call__(self, text: str) -> float:
        try:
            number = self._kind(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number") from error
        if not number >= self._least:
            raise argparse.ArgumentTypeError(f"must be >= {self._least}, not {text}")
        return number


def _verified(options: argparse.Namespace) -> Report:
    """Return the report.

    Raises:
        HostingError: the site can't be verified.
    """
    task = _manifest_task(options) if options.stack is None else _stack_task(options)
    client = ClientOptions(task.subject.url, _tls(options.ca_bundle), task.credentials)
    _require_answer(client)
    started = time.monotonic()
    with ProgressBar(sys.stderr) as progress:
        results = Crawl(client, options.concurrency, options.wait, progress).run(task.checks)
    return Report(task.subject, results, time.monotonic() - started)


def _manifest_task(options: argparse.Namespace) -> _Task:
    try:
        manifest = Manifest.from_json(options.manifest.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise VerifyError(
            f"The manifest {options.manifest} can't be read ({reason}): pulumi up writes it to "
            ".hosting/staging/<stack>/manifest.json"
        ) from error
    subject = Subject(options.url, "", manifest.digest, ("Only the files of the manifest were checked",))
    return _Task(subject, list(manifest_checks(options.url, manifest)))


def _stack_task(options: argparse.Namespace) -> _Task:
    project = Path.cwd()
    stack = read_stack(project, options.stack)
    url = options.url or origin_of(str(stack.outputs["url"]))
    access = stack.settings.access
    credentials = None
    if access.username is not None and access.password is not None:
        _require_https(url)
        credentials = Credentials(access.username, access.password)
    published = read_published(project, stack, _say, build=options.build)
    found = stack_checks(stack, published, url, os.environ, encodings())
    return _Task(Subject(url, stack.name, stack.digest, tuple(found.notes)), found.checks, credentials)


def _require_https(url: str) -> None:
    """Refuse to send a password over http, unless it stays on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise VerifyError(f"The site has a password, which is not sent over http: --url https://{parts.netloc}")


def _require_answer(options: ClientOptions) -> None:
    """Refuse a site that does not answer at all."""
    with HttpClient(options) as client:
        answer = client.answer(Check("", f"{options.site}/", ()))
    if answer.error:
        raise VerifyError(f"{options.site} can't be reached, {answer.error}: check the address, or give another --url")


def _tls(bundle: str | None) -> ssl.SSLContext:
    """Return the settings of TLS; without a bundle, OpenSSL reads SSL_CERT_FILE and SSL_CERT_DIR itself."""
    try:
        return ssl.create_default_context(cafile=bundle)
    except OSError as error:
        reason = "it has no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise VerifyError(
            f"'{bundle}' can't be read ({reason}): give a PEM file of certificates to --ca-bundle"
        ) from error


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - a command-line tool prints
