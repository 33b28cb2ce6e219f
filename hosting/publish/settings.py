"""The `publish:` settings: the files to publish, their Cache-Control headers, and when to invalidate the edge."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from hosting.formats.git_pattern import why_invalid
from hosting.setting_types import Boolean, Integer, Section, Text, Variables, broken_rule, nearest

# Visible ASCII, with spaces and tabs inside: https://www.rfc-editor.org/rfc/rfc9110.html#section-5.5
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
# Directives, of which those in _TIMED have a number of seconds: https://www.rfc-editor.org/rfc/rfc9111.html#section-5.2
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_DIRECTIVE = re.compile(r"""(?:[^,"]|"(?:[^"\\]|\\.)*"?)+""")
_SECONDS = re.compile(r'[0-9]+|"[0-9]+"')
_TIMED = frozenset({"max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"})
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(B|kB|MB)")
_UNITS = {"B": 1, "kB": 1_000, "MB": 1_000_000}
_DIGEST = re.compile(r"[0-9a-f]{4,64}")
# The whole digest: of a part of it, somebody could find other files with the same one.
_PROMOTED = re.compile(r"(?P<stack>(?:[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/)?[A-Za-z0-9_.-]+)(?:@(?P<digest>[0-9a-f]{64}))?")
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_PATHS_IN_PROGRESS = 3000


def _pattern(text: str) -> str:
    reason = why_invalid(text)
    if reason:
        raise broken_rule(f"must be a gitignore pattern, but it {reason}")
    return text


def _pattern_of_files(text: str) -> str:
    _pattern(text)
    if text.startswith(("!", "#")):
        raise broken_rule("must not begin with '!' or '#', as such a pattern matches no file")
    return text


FilePattern = Annotated[Text, AfterValidator(_pattern_of_files)]


class CacheRule(Section):
    """The Cache-Control header of the files that a pattern matches."""

    pattern: Annotated[FilePattern, Field(examples=["*.css"])]
    """gitignore pattern of the files."""
    value: Annotated[Text, Field(examples=["public, max-age=3600"])]
    """Their `Cache-Control` header, such as `public, max-age=3600`."""

    @field_validator("value")
    @classmethod
    def _value_is_a_header(cls, value: str) -> str:
        if not _HEADER_VALUE.fullmatch(value):
            raise broken_rule("must be a header value: one line of visible ASCII characters")
        for directive in _DIRECTIVE.findall(value):
            name, _, seconds = directive.strip().partition("=")
            if name.lower() in _TIMED and not _SECONDS.fullmatch(seconds):
                raise broken_rule(f"must have a number of seconds in '{name}=<seconds>'")
            if name and not _TOKEN.fullmatch(name):
                raise broken_rule(f"must be comma-separated directives, and '{name}' is not a directive")
        return value


class EncodingRule(Section):
    """The Content-Encoding header of the files that a pattern matches."""

    pattern: Annotated[FilePattern, Field(examples=["*.json.gz"])]
    """gitignore pattern of the files."""
    value: Annotated[Literal["gzip", "br", "identity"], Field(examples=["gzip"])]
    """`gzip` or `br` if they are compressed, and browsers decompress them; `identity` if they are sent as they are."""


GateLevel: TypeAlias = Literal["off", "warn", "error"]
_LEVEL = Field(examples=["warn"])


class GateSettings(Section):
    """What the review of a site does with its new findings of each kind; older ones are only counted."""

    urls: Annotated[GateLevel, _LEVEL] = "warn"
    """URLs of the live site that would no longer work."""
    links: Annotated[GateLevel, _LEVEL] = "warn"
    """Links inside the site that lead nowhere."""
    redirects: Annotated[GateLevel, _LEVEL] = "off"
    """Links that need more than one redirect."""
    fragments: Annotated[GateLevel, _LEVEL] = "off"
    """Links to a part of a page that the page does not have."""
    mixed_content: Annotated[GateLevel, _LEVEL] = "off"
    """Images, scripts and styles that pages request over http."""
    weight: Annotated[GateLevel, _LEVEL] = "off"
    """Pages and files that exceed `publish:budget`."""

    @property
    def is_on(self) -> bool:
        """Whether any kind is looked for."""
        return any(getattr(self, name) != "off" for name in type(self).model_fields)


def size_in_bytes(text: str) -> int:
    """Return the bytes of a size such as `500 kB`, which the settings have checked."""
    found = _SIZE.fullmatch(text)
    return int(float(found[1]) * _UNITS[found[2]]) if found else 0


def _size(text: str) -> str:
    if not _SIZE.fullmatch(text):
        raise broken_rule("must be a size such as 500 kB or 1.5 MB")
    return text


_Size: TypeAlias = Annotated[Text | None, AfterValidator(lambda text: text if text is None else _size(text))]


class BudgetSettings(Section):
    """The most bytes that a first visit of a page may take, as they are sent."""

    page: Annotated[_Size, Field(examples=["500 kB"])] = None
    """All that a page requests, with the page itself."""
    script: Annotated[_Size, Field(examples=["200 kB"])] = None
    """Its scripts together."""
    style: Annotated[_Size, Field(examples=["50 kB"])] = None
    """Its style sheets together."""
    image: Annotated[_Size, Field(examples=["300 kB"])] = None
    """Its images together, without lazy ones."""


class PublishSettings(Section):
    """The section Publish of `amplify hosting configure`."""

    directory: Annotated[Text, Field(examples=["dist"])] = "site"
    """Distribution folder, relative to Pulumi.yaml."""
    build_command: Annotated[Text | None, Field(examples=["npm run build"])] = None
    """Command that builds the site, run in the project's folder once a `pulumi up`; several lines are a script."""
    environment: Annotated[Variables | None, Field(repr=False, examples=[{"NODE_ENV": "production"}])] = None
    """Environment variables of the build command; those that bundlers do not inline may be secrets."""
    ignore: Annotated[tuple[Annotated[Text, AfterValidator(_pattern)], ...], Field(examples=["*.map"])] = ()
    """gitignore patterns of files that are not published."""
    ignore_file: Annotated[Text | None, Field(examples=[".publishignore"])] = None
    """File with more patterns, in the distribution folder; never published itself."""
    cache_control: Annotated[
        tuple[CacheRule, ...],
        Field(examples=[{"pattern": "*.css", "value": "public, max-age=3600"}]),
    ] = ()
    """`Cache-Control` headers by pattern; the last match wins."""
    content_encoding: Annotated[
        tuple[EncodingRule, ...],
        Field(examples=[{"pattern": "*.json.gz", "value": "gzip"}]),
    ] = ()
    """`Content-Encoding` headers of compressed files by pattern; the last match wins."""
    invalidate: Annotated[Literal["auto", "always", "never"], Field(examples=["auto"])] = "auto"
    """`auto` invalidates what changed, `always` everything at every `pulumi up`, `never` nothing; managed mode only."""
    invalidation_max_paths: Annotated[Integer, Field(ge=1, le=_PATHS_IN_PROGRESS, examples=[15])] = 15
    """More changed URLs than this are invalidated as one `/*`."""
    invalidation_wait: Annotated[Boolean, Field(examples=[True])] = False
    """`pulumi up` ends only when CloudFront has completed the invalidation."""
    mode: Annotated[Literal["managed", "bulk"], Field(examples=["bulk"])] = "managed"
    """`managed` has a resource for each file; `bulk` has one for all, with atomic releases behind CloudFront."""
    gate: Annotated[GateSettings, Field(examples=[{"links": "error"}])] = GateSettings()
    """What the review does with new findings: `off`, `warn`, or `error`, which refuses the publish."""
    budget: Annotated[BudgetSettings, Field(examples=[{"page": "500 kB"}])] = BudgetSettings()
    """Sizes that a page must not exceed."""
    # The rest is only for bulk mode, except for keep_assets_days.
    releases: Annotated[Integer, Field(ge=2, le=50, examples=[3])] = 3
    """Bulk mode with CloudFront: how many releases the bucket keeps."""
    release: Annotated[Text | None, Field(examples=["<digest>"])] = None
    """Bulk mode with CloudFront: digest of the release to serve (a rollback), or its first 4 digits or more."""
    promoted: Annotated[Text | None, Field(alias="from", examples=["staging@<digest>"])] = None
    """Bulk mode with CloudFront: publish what another stack has, by copies inside of S3: its name, and the digest."""
    keep_assets_days: Annotated[Integer, Field(ge=0, le=3650, examples=[7])] = 7
    """Days for which removed files with hashed names stay, for open tabs; not in bulk mode without CloudFront."""
    max_remove: Annotated[Integer, Field(ge=0, le=100, examples=[50])] = 50
    """Bulk mode: percentage of the site that a publish may remove."""

    @field_validator("cache_control", "content_encoding", mode="before")
    @classmethod
    def _rules_and_not_a_map(cls, rules: object) -> object:
        """Suggest a list for a map from patterns to values: a map has no order, and the last match wins."""
        if isinstance(rules, dict) and not any(nearest(key.lower(), ("pattern", "value")) for key in rules):
            raise broken_rule(
                "must be a list of maps with pattern and value",
                suggestion=[{"pattern": pattern, "value": value} for pattern, value in rules.items()],
            )
        return rules

    @field_validator("release")
    @classmethod
    def _release_is_a_digest(cls, digest: str | None, info: ValidationInfo) -> str | None:
        if digest is not None and not _DIGEST.fullmatch(digest):
            raise broken_rule("must be the digest of a release, or at least its first 4 characters")
        if digest is not None and info.data.get("mode") == "managed":
            raise broken_rule("must be bulk if release is set, as managed mode keeps no releases", about="mode")
        return digest

    @field_validator("promoted")
    @classmethod
    def _promoted_is_a_stack_and_a_digest(cls, promoted: str | None, info: ValidationInfo) -> str | None:
        if promoted is None:
            return None
        if not _PROMOTED.fullmatch(promoted):
            raise broken_rule("must be '<stack>@<digest>' or '<stack>', with all 64 digits of the digest")
        if info.data.get("mode") == "managed":
            raise broken_rule("must be bulk if from is set, as managed mode has no releases", about="mode")
        if info.data.get("release") is not None:
            raise broken_rule("must not be set if from is, as both say which release is published", about="release")
        return promoted

    @property
    def promoted_stack(self) -> str:
        """The stack whose release is published; empty if the distribution folder is."""
        return (self.promoted or "").partition("@")[0]

    @property
    def promoted_digest(self) -> str:
        """The digest of that stack's release; empty for the one that is live there."""
        return (self.promoted or "").partition("@")[2]

    @property
    def publishes_folder(self) -> bool:
        """Whether the distribution folder is published, and not a release that a bucket has."""
        return self.release is None and self.promoted is None

    @field_validator("ignore_file")
    @classmethod
    def _ignore_file_is_inside(cls, name: str | None) -> str | None:
        if name is None:
            return None
        # The scan compares paths as text, so `./a` and `b//a` become `a` and `b/a`.
        steps = [step for step in name.split("/") if step not in {"", "."}]
        if name.startswith("/") or name.endswith("/") or ".." in steps or not steps:
            raise broken_rule("must be a path inside the distribution folder")
        return "/".join(steps)
