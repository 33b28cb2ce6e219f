"""The rules that the program accepts together; each of those that it would refuse at preview is a gap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from hosting.edge.redirect_checks import check_rules
from hosting.errors import EdgeError
from hosting.formats.redirects.conversion import convert_rule
from hosting.formats.redirects.proxies import Proxy
from hosting.formats.redirects.rule_set import redirect_rules
from hosting.formats.redirects.rules import FallbackRule, IgnoredRule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from hosting.formats.redirects.rules import Rule
    from hosting.formats.redirects.syntax import ParsedRule
    from hosting.migrate.findings import Findings

_Item = TypeVar("_Item")
_LINE = re.compile(r"line (\d+) of \S+")
_INDEX = "index.html"


def accepted_rules(
    items: Sequence[_Item],
    read: Callable[[str, Any], ParsedRule],
    findings: Findings,
    pages: Collection[str] | None = None,
) -> list[_Item]:
    """Return the rules without those that can't work with the others, or that have no effect.

    Args:
        items: the rules, each valid alone.
        read: the parser of a rule: its place and the rule.
        findings: where the others are reported.
        pages: the files that will be published, if they are known: a page for missing files must be one of them.
    """
    kept = list(items)
    while True:
        rules = [convert_rule(read(f"line {number} of rules", item)) for number, item in enumerate(kept, 1)]
        found = _first_problem(rules, pages)
        if found is None:
            return kept
        number, reason = found
        findings.add_gap(f"rule {_shown(kept[number])}", reason)
        del kept[number]


def _first_problem(
    rules: Sequence[Rule | FallbackRule | IgnoredRule], pages: Collection[str] | None
) -> tuple[int, str] | None:
    """Return the index of a rule to leave out, and why; None if all are accepted."""
    for index, rule in enumerate(rules):
        if isinstance(rule, IgnoredRule):
            return index, rule.reason or "it has no effect here"
        if isinstance(rule, FallbackRule) and not _is_page(rule.page, pages):
            return index, _no_page(rule.page, pages)
    fallbacks = {rule.page.lstrip("/") for rule in rules if isinstance(rule, FallbackRule)}
    try:
        check_rules(redirect_rules("rules", rules), {_INDEX, *fallbacks}, _no_redirect)
    except EdgeError as error:
        return _from_error(str(error), rules)
    return None


def _is_page(page: str, pages: Collection[str] | None) -> bool:
    """Whether a page is known to be published, or has the name of one that a build may write."""
    name = page.strip("/")
    if pages is None:
        return name.endswith((".html", ".htm"))
    return bool({name, f"{name}.html", f"{name}/{_INDEX}".lstrip("/")} & {*pages})


def _no_page(page: str, pages: Collection[str] | None) -> str:
    if pages is None:
        return f"its page '{page}' may be several files: write the file, such as '{page.rstrip('/')}/{_INDEX}'"
    return f"its page '{page}' is not a file of the site"


def _from_error(text: str, rules: Sequence[Rule | FallbackRule | IgnoredRule]) -> tuple[int, str]:
    """Return the last rule that the first problem names; without one, the last proxy, or the last rule."""
    problems = [line.removeprefix("  - ") for line in text.splitlines() if line.startswith("  - ")]
    reason = problems[0] if problems else text.partition(";")[0]
    numbers = [int(number) for number in _LINE.findall(reason)]
    proxies = [index for index, rule in enumerate(rules) if isinstance(rule, Proxy)]
    index = max(numbers) - 1 if numbers else proxies[-1] if proxies else len(rules) - 1
    return index, _LINE.sub("another rule", reason)


def _shown(item: Any) -> str:  # noqa: ANN401 - a rule in either syntax
    return f"{item['source']} -> {item['target']}" if isinstance(item, dict) else " ".join(map(str, item))


def _no_redirect(_: str) -> None:
    return None
