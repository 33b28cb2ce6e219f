"""The `review:` settings: what the review of a site compares, and what it ignores."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from hosting.setting_types import Section, Text, broken_rule

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def _host(text: str) -> str:
    if not _HOST.fullmatch(text.lower()):
        raise broken_rule("must be a host name such as www.example.com, without a scheme, a port or a path")
    return text.lower()


class IgnoredFinding(Section):
    """What the review does not report: a link, or all that is on a page, or a link on a page."""

    link: Annotated[Text | None, Field(examples=["/api/*"])] = None
    """Path of a link or of a URL; `*` stands for any text."""
    page: Annotated[Text | None, Field(examples=["/archive/*"])] = None
    """Path of a page that has it; `*` stands for any text."""
    reason: Annotated[Text, Field(examples=["a server of ours answers it"])]
    """Why it is no mistake."""

    @field_validator("page")
    @classmethod
    def _link_or_page(cls, page: str | None, info: ValidationInfo) -> str | None:
        if page is None and info.data.get("link", "") is None:
            raise broken_rule("is required if link is not set", suggestion="/archive/*")
        return page


class ReviewSettings(Section):
    """What the review of a site compares, and what it ignores."""

    hosts: Annotated[tuple[Annotated[Text, AfterValidator(_host)], ...], Field(examples=["www.example.com"])] = ()
    """Further host names of the site, such as production's in a preview: links to them are links inside the site."""
    against: Annotated[Text | None, Field(examples=["prod"])] = None
    """Stack whose live site a preview compares with; by default the stack's own."""
    ignore: Annotated[
        tuple[IgnoredFinding, ...], Field(examples=[{"link": "/api/*", "reason": "a server of ours answers it"}])
    ] = ()
    """Findings that are not reported."""
