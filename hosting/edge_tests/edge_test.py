"""One test: a request, and what must come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from hosting.formats.countries import COUNTRIES
from hosting.setting_types import Boolean, Integer, Section, Text, broken_rule

SAFE_METHODS = ("GET", "HEAD")
Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
# https://www.rfc-editor.org/rfc/rfc9110.html#section-5.1 and #section-5.5
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z0-9-]+")
_UNSENDABLE = re.compile(r"[\x00-\x20\x7f#\ud800-\udfff]")
# What a browser sends as it is; it encodes the rest: https://url.spec.whatwg.org/#url-path-segment-string
_SENT = "".join(chr(code) for code in range(0x21, 0x7F))
_STATUSES = range(200, 600)
# Request headers that other keys of a test set.
_OWN_KEYS = {"host": "host", "cloudfront-viewer-country": "country"}


def _name(text: str) -> str:
    if not _HEADER_NAME.fullmatch(text):
        raise broken_rule(f"has '{text}', which is not the name of a header")
    return text.lower()


def _headers(values: dict[str, str]) -> dict[str, str]:
    """Return the headers with names in lower case."""
    for name, value in values.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise broken_rule(f"has a value for '{name}' that is not one line of visible ASCII characters")
    return {_name(name): value for name, value in values.items()}


def _one_or_several(values: object) -> object:
    """Return a list for a single text."""
    return (values,) if isinstance(values, str) else values


Headers = Annotated[dict[str, Text], AfterValidator(_headers)]
HeaderName = Annotated[Text, AfterValidator(_name)]


class RequestOfTest(Section):
    """A visitor's request."""

    path: Text
    method: Method = "GET"
    host: Text | None = None
    country: Text | None = None
    headers: Headers = Field(default_factory=dict)
    access: Boolean = False

    @field_validator("path")
    @classmethod
    def _path_can_be_sent(cls, path: str) -> str:
        """Return the path and the query as a browser sends them."""
        if not path.startswith("/"):
            raise broken_rule("must begin with '/'; the host has a key of its own: host")
        if _UNSENDABLE.search(path):
            raise broken_rule("must not have a space, a line break or '#': write a space as %20")
        return quote(path, safe=_SENT)

    @field_validator("host")
    @classmethod
    def _host_is_a_name(cls, host: str | None) -> str | None:
        if host is not None and not _HOST.fullmatch(host.lower()):
            raise broken_rule("must be a host name, such as www.example.com")
        return host.lower() if host else None

    @field_validator("country")
    @classmethod
    def _country_is_a_code(cls, country: str | None) -> str | None:
        if country is not None and country.upper() not in COUNTRIES:
            raise broken_rule("must be a country code of ISO 3166-1, such as DE")
        return country.upper() if country else None

    @field_validator("headers")
    @classmethod
    def _no_other_keys_header(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, key in _OWN_KEYS.items():
            if name in headers:
                raise broken_rule(f"must not have '{name}': write it as the key {key} of the request")
        return headers

    @property
    def query(self) -> str:
        """The query without its question mark."""
        return self.path.partition("?")[2]

    @property
    def path_alone(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]


class Expectation(Section):
    """What must come."""

    status: Integer
    location: Text | None = None
    headers: Headers = Field(default_factory=dict)
    absent: tuple[HeaderName, ...] = ()
    body: tuple[Text, ...] = ()

    @field_validator("status")
    @classmethod
    def _status_can_come(cls, status: int) -> int:
        if status not in _STATUSES:
            raise broken_rule("must be a status from 200 to 599")
        return status

    _lists = field_validator("absent", "body", mode="before")(_one_or_several)


class WrittenTest(Section):
    """One element of the file's list."""

    name: Text | None = None
    stacks: tuple[Text, ...] = ()
    request: RequestOfTest
    expect: Expectation

    _stacks_as_list = field_validator("stacks", mode="before")(_one_or_several)

    @field_validator("expect")
    @classmethod
    def _head_has_no_body(cls, expect: Expectation, info: ValidationInfo) -> Expectation:
        request = info.data.get("request")
        if request is not None and request.method == "HEAD" and expect.body:
            raise broken_rule("must not have a body: the answer to HEAD has none")
        return expect


@dataclass(frozen=True)
class EdgeTest:
    """A request, and what must come.

    Attributes:
        line: the line of the file at which the test begins.
        name: the test's name, for messages.
        stacks: the stacks that the test is for; empty for all that have CloudFront.
        request: the request.
        expect: what must come.
    """

    line: int
    name: str | None
    stacks: tuple[str, ...]
    request: RequestOfTest
    expect: Expectation

    @property
    def title(self) -> str:
        """The test in messages."""
        return f"line {self.line}, {self.name or f'{self.request.method} {self.request.path}'}"
