"""The `website:` settings: the bucket, its website, and the routing."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from hosting.errors import PLACEHOLDER
from hosting.formats.redirects.files import check_amplify_rule
from hosting.formats.redirects.rules import RuleError
from hosting.formats.redirects.syntax import from_root, with_scheme
from hosting.setting_types import Boolean, Integer, Section, Text, broken_rule

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET_CHARACTERS = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
# The last is for buckets in the account's regional namespace, which are created in another way.
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")


class CorsRule(Section):
    """One rule of the bucket's CORS configuration."""

    allowed_methods: Annotated[
        tuple[Literal["GET", "HEAD", "PUT", "POST", "DELETE"], ...], Field(min_length=1, examples=["GET"])
    ]
    """HTTP methods that scripts of these origins may use."""
    allowed_origins: Annotated[tuple[Text, ...], Field(min_length=1, examples=["https://example.com"])]
    """Origins such as `https://example.com`, each with at most one `*`."""
    allowed_headers: tuple[Text, ...] = ()
    """Request headers that a preflight request may ask for."""
    expose_headers: tuple[Text, ...] = ()
    """Response headers that scripts may read."""
    max_age_seconds: Annotated[Integer | None, Field(ge=0, examples=[3000])] = None
    """How long a browser may keep the answer to a preflight request."""

    @field_validator("allowed_origins")
    @classmethod
    def _one_wildcard_an_origin(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a second `*`: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html."""
        if any(origin.count("*") > 1 for origin in origins):
            suggestion = [PLACEHOLDER if origin.count("*") > 1 else origin for origin in origins]
            raise broken_rule("must have at most one '*' in each origin", suggestion=suggestion)
        return origins


class Redirect(Section):
    """One redirect or rewrite, in Amplify's syntax. The edge plan checks whether its pages exist."""

    source: Annotated[Text, Field(examples=["/old"])]
    """Path, pattern, host or regular expression that is matched."""
    target: Annotated[Text, Field(examples=["/new"])]
    """Path or URL that answers in its place."""
    status: Annotated[Text | None, Field(examples=["301"])] = None
    """`301`, `302`, `200`, `404` or `404-200`; without it, `302`."""
    condition: Annotated[Text | None, Field(examples=["<US>"])] = None
    """Country of the visitor, such as `<US>`."""
    force: Annotated[Boolean | None, Field(examples=[False])] = None
    """`false`: only for paths where no file is; without it, also in place of a file."""

    @field_validator("source", "target")
    @classmethod
    def _from_the_root(cls, place: str) -> str:
        """Allow a path without its leading slash, as Amplify does; the rest is checked with the whole rule."""
        text = from_root(place.strip())
        if re.match(r"/(?!/)|<|https?:", text, re.IGNORECASE):
            return place
        raise broken_rule("must begin with '/' or 'https://'", suggestion=with_scheme(text) or PLACEHOLDER)

    @model_validator(mode="after")
    def _one_that_the_edge_can_do(self) -> Self:
        rule = self.model_dump(exclude_none=True)
        try:
            check_amplify_rule(rule)
        except RuleError as error:
            suggestion = {**rule, **error.suggestion} if error.suggestion else None
            raise broken_rule(str(error), suggestion=suggestion) from error
        return self


# Amplify's default.
_GET_FROM_ANYWHERE = CorsRule(
    allowedMethods=("GET",),
    allowedOrigins=("*",),
    allowedHeaders=("Authorization", "Content-Length"),
    maxAgeSeconds=3000,
)


class WebsiteSettings(Section):
    """The section Website of `amplify hosting configure`."""

    index_document: Annotated[Text, Field(examples=["index.html"])] = "index.html"
    """File served for `/` and for each folder; a name without a slash."""
    error_document: Annotated[Text | None, Field(examples=["404.html"])] = None
    """Page for missing files, with status 404; with CloudFront only if the site has no `404.html`."""
    bucket_name: Annotated[Text | None, Field(examples=["my-site-bucket"])] = None
    """Name of the bucket, by S3's naming rules; without it, a name is generated."""
    routing: Annotated[Literal["auto", "spa", "mpa", "pages", "errors"], Field(examples=["spa"])] = "auto"
    """Which file answers which path; `auto` goes by the published files."""
    redirects: Annotated[
        tuple[Redirect, ...], Field(examples=[{"source": "/old", "target": "/new", "status": "301"}])
    ] = ()
    """Redirects, rewrites and proxies in Amplify's form; they need CloudFront."""
    redirects_file: Annotated[Text | None, Field(examples=["redirects.json"])] = None
    """File with further redirects, relative to Pulumi.yaml: `.json` in Amplify's form, any other as `_redirects`."""
    headers_file: Annotated[Text | None, Field(examples=["customHttp.yml"])] = None
    """File with further headers, relative to Pulumi.yaml: `.yml` in Amplify's form, any other as `_headers`."""
    app_root: Annotated[Text | None, Field(examples=["apps/web"])] = None
    """Application of a monorepo whose headers in `customHttp.yml` count; without it, the one around the files."""
    retain_bucket: Annotated[Boolean, Field(examples=[True])] = False
    """Keep the bucket and its objects on `pulumi destroy`, from the next `pulumi up` on."""
    cors: Annotated[
        tuple[CorsRule, ...],
        Field(
            max_length=100,
            examples=[{"allowedMethods": ["GET"], "allowedOrigins": ["https://example.com"]}],
        ),
    ] = (_GET_FROM_ANYWHERE,)
    """CORS rules of the bucket; `[]` for none."""

    @property
    def routes_by_tree(self) -> bool:
        """Whether the router follows the pages of the published tree."""
        return self.routing in ("auto", "spa", "mpa")

    @field_validator("index_document")
    @classmethod
    def _index_is_a_file_name(cls, name: str) -> str:
        """Refuse a slash: https://docs.aws.amazon.com/AmazonS3/latest/API/API_IndexDocument.html."""
        if "/" in name:
            raise broken_rule("must be a file name without a slash", suggestion=name.rstrip("/").split("/")[-1] or None)
        return name

    @field_validator("error_document")
    @classmethod
    def _error_document_is_a_key(cls, key: str | None) -> str | None:
        if key is not None and key.startswith("/"):
            raise broken_rule("must be a path in the site without a leading slash", suggestion=key.lstrip("/") or None)
        return key

    @field_validator("bucket_name")
    @classmethod
    def _bucket_name_holds_in_s3(cls, name: str | None) -> str | None:
        broken = name is not None and _broken_naming_rule(name)
        if broken:
            raise broken_rule(broken)
        return name


def _broken_naming_rule(name: str) -> str | None:
    """Return the naming rule of S3 that ``name`` breaks, or None."""
    if not _BUCKET_CHARACTERS.fullmatch(name):
        return "must be 3 to 63 characters of a-z, 0-9, '-' and '.', and begin and end with a letter or a digit"
    if ".." in name:
        return "must not have two adjacent periods"
    if _is_ip_address(name):
        return "must not look like an IP address"
    for prefix in _RESERVED_PREFIXES:
        if name.startswith(prefix):
            return f"must not begin with '{prefix}', which S3 reserves"
    for suffix in _RESERVED_SUFFIXES:
        if name.endswith(suffix):
            return f"must not end with '{suffix}', which S3 reserves"
    return None


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
