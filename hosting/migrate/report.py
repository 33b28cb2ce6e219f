"""The report: written settings, defaults, parts without a counterpart, guesses, notes, and the next commands."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hosting.errors import printable
from hosting.migrate.findings import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hosting.migrate.accepted_settings import AcceptedSettings
    from hosting.migrate.request import Imported, Request


# A command that names no stack would change the one that is selected.
_WITHOUT_STACK = re.compile(r"\bpulumi config set (?!--stack )")


def report(
    request: Request,
    imported: Imported,
    accepted: AcceptedSettings,
    sections: Sequence[tuple[str, Sequence[str]]],
    file: str,
) -> Iterator[str]:
    """Yield the lines to print; ``file`` is the stack's file, ``sections`` are its end."""
    findings = imported.findings
    yield printable(f"Read {request.root} ({imported.headline})")
    yield from _titled(f"Written to {file}", _assignments(accepted.written, findings.sources))
    yield from _titled("Equal to the defaults, so not written", _assignments(accepted.defaults, findings.sources))
    yield from _titled("Other files", findings.files)
    notes = [*findings.notes, *_added_behaviour({**accepted.defaults, **accepted.written})]
    found = {"Guessed, because no file has it": findings.guesses, "No counterpart": findings.gaps, "Notes": notes}
    for title, lines in (*found.items(), *findings.commands.items(), *sections):
        yield from _titled(title, (_for_stack(line, request.stack) for line in lines))


def _for_stack(line: str, stack: str) -> str:
    return _WITHOUT_STACK.sub(f"pulumi config set --stack {stack} ", line)


def _added_behaviour(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield what every site behind CloudFront has here, whatever the other host did."""
    if config.get("cloudfront:enabled") is True:
        versions = "" if "cloudfront:httpVersion" in config else " HTTP/3 is on (cloudfront:httpVersion)."
        yield (
            "Behind CloudFront, every answer has Strict-Transport-Security for a year, X-Frame-Options SAMEORIGIN, "
            "X-Content-Type-Options and a Referrer-Policy, unless a headers file has other values (docs/headers.md). "
            f"Visitors need TLS 1.2.{versions}"
        )


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [printable(f"  {line}") for line in lines]
    if listed:
        yield from ("", f"{title}:", *listed)


def _assignments(values: Mapping[str, Any], sources: Mapping[str, str]) -> Iterator[str]:
    for key, value in values.items():
        if key == ENVIRONMENT:
            # The values of variables are never shown.
            yield f"{key}: {', '.join(value)}    <- {sources[key]}"
        else:
            shown = value if isinstance(value, str) else json.dumps(value)
            yield f"{key}: {shown.replace(chr(10), chr(10) + '    ')}    <- {sources[key]}"
