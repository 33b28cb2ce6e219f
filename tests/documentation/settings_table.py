"""The table of settings in docs/settings.md, generated from the settings' models.

The sentence of a setting is the string below its field; those of the `aws:` settings are in `aws_keys`.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MaxLen

from hosting.aws import settings as aws
from hosting.config.load import OWN_SECTIONS
from hosting.config.suggestions import model_in
from tests.documentation import aws_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

START = "<!-- table: written by `python -m tests.documentation --write` -->"
END = "<!-- end of table -->"
# Where the program decides, and not the model.
DEFAULTS = {
    "website:errorDocument": "by the routing",
    "website:bucketName": "generated",
    "website:cors": "GET from `*`",
    "cloudfront:enabled": "`true` on `prod`, else `false`",
    "cloudfront:errorResponses": "by the routing",
    "publish:ignoreFile": "`.publishignore`",
    "publish:gate": "new `urls` and `links` warn",
    "publish:budget": "none",
    "deployments:previewPullRequests": "`true`, on a template `false`",
}
# The page that explains a setting.
PAGES = {
    "website:errorDocument": "routing.md",
    "website:bucketName": "live-changes.md#another-bucket",
    "website:routing": "routing.md",
    "website:redirects": "redirects.md",
    "website:redirectsFile": "redirects.md",
    "website:headersFile": "headers.md",
    "website:appRoot": "headers.md",
    "website:retainBucket": "retained-bucket.md",
    "website:cors": "headers.md#cors",
    "cloudfront:enabled": "live-changes.md#adding-and-removing-cloudfront",
    "cloudfront:defaultTtl": "caching.md",
    "cloudfront:minTtl": "caching.md",
    "cloudfront:maxTtl": "caching.md",
    "cloudfront:errorResponses": "routing.md#errors",
    "cloudfront:originReadTimeout": "redirects.md#proxies",
    "cloudfront:geoRestriction": "watching.md",
    "cloudfront:webAclArn": "watching.md",
    "cloudfront:logging": "watching.md",
    "cloudfront:alarms": "watching.md",
    "publish:directory": "files.md",
    "publish:buildCommand": "files.md#the-build-command",
    "publish:environment": "files.md#the-build-command",
    "publish:ignore": "files.md#ignored-files",
    "publish:ignoreFile": "files.md#ignored-files",
    "publish:cacheControl": "caching.md",
    "publish:contentEncoding": "files.md#compressed-files",
    "publish:invalidate": "caching.md#invalidation",
    "publish:mode": "publishing.md",
    "publish:gate": "review.md",
    "publish:budget": "review.md",
    "publish:release": "publishing.md#settings",
    "publish:from": "promotion.md",
    "domain:zone": "domains.md",
    "domain:certificateArn": "domains.md",
    "domain:validated": "domains.md",
    "domain:names": "domains.md",
    "access:username": "access.md",
    "access:password": "access.md",
    "deployments:createRole": "git-push.md#credentials-without-keys",
    "deployments:reviewStacks": "previews.md#the-role-of-review-stacks",
    "deployments:repository": "git-push.md",
    "deployments:preRunCommands": "git-push.md#what-a-build-needs",
    "deployments:pullRequestTemplate": "previews.md",
    "previews:domain": "previews.md",
    "previews:edge": "previews.md",
}
_WORDS: Mapping[Any, str] = {str: "text", int: "whole number", bool: "`true` or `false`", dict: "map of text"}
_KINDS: Mapping[aws.Kind, str] = {
    "text": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "list": "list",
    "map": "map",
}


def table() -> str:
    """Return the tables of all namespaces as Markdown."""
    parts = [_section(name, list(_rows(f"{name}:", model))) for name, model in OWN_SECTIONS.items()]
    rows = [(f"aws:{key}", _KINDS[kind], "none", aws_keys.SENTENCES[key]) for key, kind in aws.KINDS.items()]
    return "\n".join([*parts, _section(aws.NAMESPACE, rows)])


def with_table(page: str) -> str:
    """Return the page with the table of today between its two markers."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{table()}\n{END}{after}"


def problems(page: Path) -> Iterator[str]:
    """Yield what is wrong with the page: a table that is not the one of today."""
    text = page.read_text(encoding="utf-8")
    if text != with_table(text):
        yield f"{page.name}: the table of settings is stale: python -m tests.documentation --write"


def sentences(model: type[BaseModel]) -> dict[str, str]:
    """Return the string below each field of a model, by the field's name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, following in zip(body.body, body.body[1:], strict=False):
        match field, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(sentence))):
                found[name] = sentence
    return found


def _section(namespace: str, rows: list[tuple[str, str, str, str]]) -> str:
    head = [f"### `{namespace}`", "", "| key | values | default | meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *(f"| {_linked(key)} | {' | '.join(rest)} |" for key, *rest in rows), ""])


def _linked(key: str) -> str:
    return f"[`{key}`]({PAGES[key]})" if key in PAGES else f"`{key}`"


def _rows(prefix: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each setting, and one for each key of a setting that holds maps."""
    texts = sentences(model)
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias}"
        yield key, _values(field), DEFAULTS.get(key) or _default(field), texts[name]
        inner = model_in(field.annotation)
        if inner is not None:
            yield from _rows(f"{key}[]." if "tuple" in str(field.annotation) else f"{key}.", inner)


def _values(field: FieldInfo) -> str:
    limits = {type(one): one for one in field.metadata}
    low, high, longest = limits.get(Ge), limits.get(Le), limits.get(MaxLen)
    if isinstance(low, Ge):
        return f"{low.ge} to {high.le}" if isinstance(high, Le) else f"{low.ge} or more"
    most = f", at most {longest.max_length}" if isinstance(longest, MaxLen) else ""
    is_text = "tuple" not in str(field.annotation)
    return _type(field.annotation) + most + (" characters" if most and is_text else "")


def _type(annotation: Any) -> str:  # noqa: ANN401 - any type hint
    options = [one for one in get_args(annotation) if one is not NoneType]
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in options)
    if origin is tuple:
        return f"list of {'maps' if model_in(annotation) else _type(options[0])}"
    if origin in _WORDS:
        return _WORDS[origin]
    if options:
        return _type(options[0])
    return "map" if model_in(annotation) else _WORDS[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is None:
        return "none"
    value = field.default
    if isinstance(value, tuple):
        value = [one.model_dump(by_alias=True, exclude_defaults=True) for one in value]
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"
