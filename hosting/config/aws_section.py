"""The rules for the `aws:` settings: a model made from the table of keys in `hosting.aws.settings`."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, create_model

from hosting.aws.durations import seconds
from hosting.aws.settings import KINDS
from hosting.setting_types import Boolean, Integer, Section, Text, broken_rule

# https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/provider/sdkv2/validate.go
_SHORTEST_S, _LONGEST_S = 15 * 60, 12 * 3600


def _session_duration(text: str) -> str:
    try:
        is_valid = _SHORTEST_S <= seconds(text) <= _LONGEST_S
    except ValueError:
        is_valid = False
    if not is_valid:
        raise broken_rule("must be a duration from 15m to 12h, such as 1h30m", suggestion="1h")
    return text


def _endpoint(text: str) -> str:
    try:
        url = urlsplit(text)
        is_valid = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise broken_rule("must be a URL such as https://s3.example.com")
    return text


class _Role(Section):
    """A role to assume. The AWS provider checks its other keys."""

    model_config = ConfigDict(extra="allow")

    duration: Annotated[Text, AfterValidator(_session_duration)] | None = None


# Type and default of a field.
_FIELDS: dict[str, tuple[Any, Any]] = {
    "text": (Text | None, None),
    "boolean": (Boolean | None, None),
    "integer": (Integer | None, None),
    "list": (tuple[Any, ...], ()),
    "map": (dict[str, Any] | None, None),
}
_FIELDS_OF_KEYS: dict[str, tuple[Any, Any]] = {
    "assumeRoles": (tuple[_Role, ...], ()),
    "assumeRoleWithWebIdentity": (_Role | None, None),
    "endpoints": (tuple[dict[str, Annotated[Text, AfterValidator(_endpoint)]], ...], ()),
}
_ALL_FIELDS: dict[str, Any] = {key: _FIELDS_OF_KEYS.get(key, _FIELDS[kind]) for key, kind in KINDS.items()}

AwsSection: type[Section] = create_model("AwsSection", __base__=Section, **_ALL_FIELDS)
