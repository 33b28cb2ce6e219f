"""What changes besides the files: redirects, headers, Cache-Control, access and routing, by meaning. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from hosting.formats.redirects.rules import Placeholder
from hosting.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.formats.headers.rules import HeaderRule
    from hosting.formats.redirects.rules import Rule
    from hosting.review.site import AskedSite

_NUMBER = re.compile(r"\{\d\}")
# How many rules, headers or files are named one by one.
_NAMED = 5


def rule_changes(before: AskedSite, after: AskedSite, new_unused: list[str]) -> Iterator[str]:
    """Yield a sentence for each change; ``new_unused`` are the new redirects that never apply."""
    old, new = before.rules, after.rules
    if old.has_password != new.has_password:
        yield "A password is required from now on" if new.has_password else "No password is required any more"
    if old.has_cloudfront != new.has_cloudfront:
        yield "CloudFront is put in front of the bucket" if new.has_cloudfront else "CloudFront is removed"
    yield from _routing(before, after)
    yield from _redirects(old.redirects, new.redirects)
    never = "never used, because an earlier one matches"
    yield from _listed(f"new redirect is {never}", f"new redirects are {never}", new_unused)
    yield from _headers(old.headers, new.headers)
    yield from _cache_control(before, after)


def _routing(before: AskedSite, after: AskedSite) -> Iterator[str]:
    values = {
        "website:routing": (before.rules.routing, after.rules.routing),
        "The index document": (before.rules.index_document, after.rules.index_document),
        "The page for unknown paths": (_unknown_page(before), _unknown_page(after)),
    }
    for name, (old, new) in values.items():
        if old != new:
            yield f"{name}: {old or 'none'} -> {new or 'none'}"


def _unknown_page(site: AskedSite) -> str:
    """Return the page for unknown paths, with its status."""
    if site.app_page:
        return f"{site.app_page} (200)"
    pages = [error for error in site.rules.errors if error.response_page_path]
    if site.rules.has_cloudfront:
        return next((f"{error.response_page_path} ({error.response_code})" for error in reversed(pages)), "")
    return site.rules.error_document


def _redirects(old: Iterable[Rule], new: Iterable[Rule]) -> Iterator[str]:
    """Yield which rules are new, gone, or have another target."""
    before, after = {_source(rule): rule for rule in old}, {_source(rule): rule for rule in new}
    added = [redirect_text(rule) for source, rule in after.items() if source not in before]
    yield from _listed("redirect is new", "redirects are new", added)
    removed = [redirect_text(rule) for source, rule in before.items() if source not in after]
    yield from _listed("redirect is gone", "redirects are gone", removed)
    changed = [
        f"{redirect_text(before[source])}, now {_target(rule)} {rule.status}"
        for source, rule in after.items()
        if source in before and (rule.target, rule.status) != (before[source].target, before[source].status)
    ]
    yield from _listed("redirect leads elsewhere", "redirects lead elsewhere", changed)


def _source(rule: Rule) -> tuple[object, ...]:
    return (rule.source_regex, rule.query, rule.countries, rule.host)


def redirect_text(rule: Rule) -> str:
    """Return a redirect as a line of `_redirects`."""
    source = rule.expression or "".join(part if isinstance(part, str) else f":{part.name}" for part in rule.source)
    host = f"https://{rule.host}" if rule.host else ""
    query = [f"{name}={f':{name}' if value is None else value}" for name, value in rule.query]
    countries = [f"Country={','.join(rule.countries)}"] if rule.countries else []
    return " ".join([host + source.replace(":*", "*"), *query, _target(rule), str(rule.status), *countries])


def _target(rule: Rule) -> str:
    """Return the target with the names of its placeholders, for which it has numbers."""
    in_path = (part.name for part in rule.source if isinstance(part, Placeholder))
    names = [*in_path, *(name for name, value in rule.query if value is None)]
    named = {f"{{{number}}}": f":{'splat' if name == '*' else name}" for number, name in enumerate(names, 1)}
    return _NUMBER.sub(lambda found: named.get(found[0], found[0]), rule.target)


def _headers(old: Iterable[HeaderRule], new: Iterable[HeaderRule]) -> Iterator[str]:
    before, after = _by_pattern(old), _by_pattern(new)
    changes = [
        f"`{pattern}`: {name} {before[pattern, name]} is gone"
        for pattern, name in before
        if (pattern, name) not in after
    ]
    for (pattern, name), value in after.items():
        known = before.get((pattern, name))
        if known is None:
            changes.append(f"`{pattern}`: {name} {value} is new")
        elif known != value:
            changes.append(f"`{pattern}`: {name} {known} -> {value}")
    yield from _listed("header changes", "headers change", changes)


def _by_pattern(rules: Iterable[HeaderRule]) -> dict[tuple[str, str], str]:
    return {(rule.pattern, name): value for rule in rules for name, value in rule.headers.items()}


def _cache_control(before: AskedSite, after: AskedSite) -> Iterator[str]:
    """Yield which Cache-Control changes to which, with the number of files."""
    changes: Counter[tuple[str, str]] = Counter()
    for entry in after.manifest.entries:
        known = before.manifest.get(entry.path)
        if known is not None and known.cache_control != entry.cache_control:
            changes[known.cache_control or "none", entry.cache_control or "none"] += 1
    for (old, new), count in changes.most_common(_NAMED):
        yield f"Cache-Control of {plural(count, 'file', 'files')}: {old} -> {new}"


def _listed(one: str, many: str, items: list[str]) -> Iterator[str]:
    """Yield the items if they are few, otherwise their number with the first ones."""
    if items:
        more = ", ..." if len(items) > _NAMED else ""
        yield f"{plural(len(items), one, many)}: {'; '.join(items[:_NAMED])}{more}"
