"""The redirects and headers of another host, in this program's syntax. Each rule is checked when it is added."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hosting.formats.headers.rules import HeaderError, ServerHeaderError, check_header
from hosting.formats.redirects.files import check_amplify_rule
from hosting.formats.redirects.rules import RuleError
from hosting.migrate.path_patterns import Capture, NotExpressibleError, PathPattern, is_for_all_routes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hosting.migrate.findings import Findings

_APP_PAGES = {"/": "/index.html", "/index": "/index.html", "/index.html": "/index.html"}
_REWRITE, _APP, _NOT_FOUND = "200", "404-200", "404"
_URL = re.compile(r"https?://", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"\s+")
Target = tuple["str | Capture", ...]


@dataclass(frozen=True)
class HeaderBlock:
    """Headers for the paths that a pattern matches.

    Attributes:
        pattern: the pattern.
        headers: names and values, in their order.
    """

    pattern: str
    headers: tuple[tuple[str, str], ...]


@dataclass
class HostRules:
    """The rules.

    Attributes:
        findings: where rules without a counterpart are reported.
        redirects: redirects and rewrites in Amplify's syntax, in their order.
        headers: the headers, in their order.
        app_page: the page for all paths without a file, with status 200; empty without one.
        trailing_slash: whether URLs end with a slash, if a redirect says so.
        server: the first function that answers all paths; empty without one.
        answers_all: whether a rewrite answers all paths without a file.
    """

    findings: Findings
    redirects: list[dict[str, object]] = field(default_factory=list)
    headers: list[HeaderBlock] = field(default_factory=list)
    app_page: str = ""
    trailing_slash: bool | None = None
    server: str = ""
    answers_all: bool = False

    def add_function(self, where: str, patterns: Sequence[PathPattern], target: str, reason: str) -> None:
        """Report a rule that leads to a function."""
        self.findings.add_gap(f"{where} -> {target}", reason)
        if not self.server and is_for_all_routes(patterns):
            self.server, self.answers_all = target, True

    def add_rewrite(self, where: str, patterns: Sequence[PathPattern], target: Target) -> None:
        """Add a rewrite or a proxy. Files come first, as on the other hosts."""
        page = "".join(part for part in target if isinstance(part, str))
        is_for_all = is_for_all_routes(patterns)
        self.answers_all |= is_for_all
        if target == (page,) and page in _APP_PAGES and is_for_all:
            self.set_app_page(where, _APP_PAGES[page])
        elif target == (page,) and not _URL.match(page) and is_for_all:
            self._add_all(where, patterns, target, _APP, force=True)
        elif self._add_all(where, patterns, target, _REWRITE, force=bool(_URL.match(page))) == len(patterns):
            self.findings.notes.append(f"{where}: it is left out, as it has no effect: it leads to the same page.")

    def add_not_found(self, where: str, page: str) -> None:
        """Add the page for missing files. The router serves `404.html` without a rule."""
        name = page if page.startswith("/") else f"/{page}"
        if name not in ("/404.html", "/404"):
            self._add_all(where, [PathPattern(("/",))], (_APP_PAGES.get(name, name),), _NOT_FOUND, force=True)

    def set_app_page(self, where: str, page: str) -> None:
        """Set the page for all paths without a file; a second page is never used."""
        if self.app_page and page != self.app_page:
            self.findings.add_gap(where, f"it is never used: '{self.app_page}' answers all paths without a file before")
        self.app_page = self.app_page or page

    def add_redirect(self, where: str, patterns: Sequence[PathPattern], target: Target, status: str) -> None:
        """Add a redirect; one that only adds or removes the slash at the end of a path is a matter of the router."""
        if not status.startswith("3"):
            self.findings.add_gap(where, f"it has the status '{status}', which is not one of a redirect")
        elif self._add_all(where, patterns, target, status, force=True):
            self.findings.add_gap(where, "it is left out, as the router gives each page its URL (docs/routing.md)")

    def _add_all(self, where: str, patterns: Sequence[PathPattern], target: Target, status: str, *, force: bool) -> int:
        """Add a rule for each alternative, or report why it has no counterpart; return how many are left out."""
        try:
            rules = [_rule(pattern, target, status, force=force) for pattern in patterns]
            kept = [rule for rule in rules if not self._is_for_router(rule)]
            for rule in kept:
                check_amplify_rule(rule)
        except (NotExpressibleError, RuleError) as error:
            self.findings.add_gap(where, f"it {error}")
            return 0
        for rule in kept:
            if rule not in self.redirects:
                self.redirects.append(rule)
        return len(rules) - len(kept)

    def _is_for_router(self, rule: Mapping[str, object]) -> bool:
        """Return whether the router does the same: a path is its own file, and has the slash that its file gives it."""
        source, target = str(rule["source"]), str(rule["target"])
        is_root_page = source == "/" and target in _APP_PAGES
        if source == target or is_root_page:
            return True
        is_same = source.rstrip("/") == target.rstrip("/") and rule["status"] != _REWRITE
        if is_same and "<" in source:
            self.trailing_slash = target.endswith("/")
        return is_same

    def add_headers(self, where: str, patterns: Sequence[PathPattern], headers: Iterable[tuple[str, str]]) -> None:
        """Add a block for each alternative, or report why the block has no counterpart."""
        try:
            written = dict.fromkeys(pattern.header_pattern() for pattern in patterns)
        except NotExpressibleError as error:
            self.findings.add_gap(where, f"its path {error}")
        else:
            self.add_header_blocks(where, written, headers)

    def add_header_blocks(self, where: str, patterns: Iterable[str], headers: Iterable[tuple[str, str]]) -> None:
        """Add a block for each pattern; headers that the edge can't set are gaps."""
        kept = tuple(self._valid_headers(where, headers))
        self.headers += [HeaderBlock(pattern, kept) for pattern in patterns if kept]

    def _valid_headers(self, where: str, headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
        """Yield the headers that the edge can set."""
        for name, value in headers:
            text = _WHITE_SPACE.sub(" ", value).strip()
            try:
                check_header(name, text)
            except ServerHeaderError:
                self.findings.add_gap(f"{where} {name}", "the server sets this header itself")
            except HeaderError as error:
                self.findings.add_gap(f"{where}", f"it {error}")
            else:
                yield name, text


def _rule(pattern: PathPattern, target: Target, status: str, *, force: bool) -> dict[str, object]:
    source = "/<*>" if status in (_APP, _NOT_FOUND) else pattern.amplify_source()
    rule: dict[str, object] = {"source": source, "target": pattern.amplify_target(target) or "/", "status": status}
    return rule if force else {**rule, "force": False}


def headers_text(blocks: Iterable[HeaderBlock]) -> str:
    """Return the text of a headers file in Netlify's syntax."""
    lines: list[str] = []
    for block in blocks:
        lines += [block.pattern, *(f"  {name}: {value}" for name, value in block.headers)]
    return "\n".join([*lines, ""]) if lines else ""
