"""The `access:` settings: HTTP basic authentication, for previews."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from hosting.setting_types import Section, Text, broken_rule, check_both_or_neither


class AccessSettings(Section):
    """A user name and a password, both or neither. The repr has no password."""

    username: Annotated[Text | None, Field(max_length=128, examples=["preview"])] = None
    """User name that visitors are asked for; it needs CloudFront and a password."""
    password: Annotated[Text | None, Field(max_length=128, repr=False)] = None
    """Password; always set with `--secret`."""

    @field_validator("username")
    @classmethod
    def _username_can_be_sent(cls, name: str | None) -> str | None:
        """In the header, a colon ends the user name: https://www.rfc-editor.org/rfc/rfc7617#section-2."""
        if name is not None and (":" in name or not name.isprintable()):
            raise broken_rule("must be printable, without a colon")
        return name

    @field_validator("password")
    @classmethod
    def _both_or_neither(cls, password: str | None, info: ValidationInfo) -> str | None:
        check_both_or_neither(("username", "password"), (info.data.get("username", password), password))
        return password
