"""The paths from which rules with placeholders lead to pages. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.formats.redirects.rules import Placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.formats.redirects.rules import Rule

_NUMBER = re.compile(r"\{(\d)\}")


def source_paths(rule: Rule, targets: Iterable[str]) -> Iterator[str]:
    """Yield the paths from which a rule leads to the targets: `/blog/x` of `/blog/* /news/:splat` for `/news/x`.

    The result is empty for a rule with a regular expression or a query, or whose target lacks one of its placeholders.
    """
    placeholders = [part for part in rule.source if isinstance(part, Placeholder)]
    numbers = [int(number) for number in _NUMBER.findall(rule.target)]
    if rule.query or not numbers or sorted(numbers) != list(range(1, len(placeholders) + 1)):
        return
    texts = [re.escape(text) for text in _NUMBER.split(rule.target)[::2]]
    groups = ["(.*)" if placeholders[number - 1].name == "*" else "([^/]+)" for number in numbers]
    pattern = re.compile("".join(text + group for text, group in zip(texts, [*groups, ""], strict=True)))
    for target in targets:
        found = pattern.fullmatch(target)
        if found:
            values = iter([value for _, value in sorted(zip(numbers, found.groups(), strict=True))])
            yield "".join(part if isinstance(part, str) else next(values) for part in rule.source)
