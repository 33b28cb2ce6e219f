"""YAML whose scalars are all text: `20` and `yes` are what is written, as a shell gets them."""

from __future__ import annotations

import re
from typing import Any

import yaml

from hosting.errors import HostingError


class _TextLoader(yaml.SafeLoader):
    """A loader that recognizes only merge keys (`<<`) and null among plain scalars."""


# By the first character of a scalar; the expressions are for its beginning.
_TextLoader.yaml_implicit_resolvers = {
    "<": [("tag:yaml.org,2002:merge", re.compile(r"<<\Z"))],
    **{first: [("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)\Z"))] for first in ("~", "n", "N", "")},
}


def yaml_mapping(text: str, name: str) -> dict[str, Any]:
    """Return the mapping in a YAML text, with null for an empty value.

    Raises:
        HostingError: it is not YAML, or not a mapping; the message does not quote the text.
    """
    try:
        content = yaml.load(text, Loader=_TextLoader)  # noqa: S506 - a safe loader  # nosec B506
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise HostingError(f"{name} is not YAML{where}: correct it and run this again") from error
    if not isinstance(content, dict):
        raise HostingError(f"{name} must hold a mapping, such as 'frontend:': correct it and run this again")
    return {str(key): value for key, value in content.items()}
