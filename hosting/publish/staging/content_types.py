"""The Content-Type of each file: by its name alone, and the same on every machine.

The standard library's table differs between Python versions, and by default it reads the machine's /etc/mime.types.
So the table is here: `media_types.tsv`, and what this module adds to it. Text types get the charset UTF-8, which build
tools write and browsers expect. Other files are `application/octet-stream`, S3's own default: a browser downloads them
and does not show them as text.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

DEFAULT = "application/octet-stream"
_JSON = "application/json"
_PLAIN = "text/plain"
# The last extension of a compressed file.
_COMPRESSED = re.compile(r"\.(?:gz|br)\Z", re.IGNORECASE)

# Extensions that `media_types.tsv` lacks, and those that browsers, RFCs or vendors give another type than its own.
_BY_EXTENSION = {
    # https://www.rfc-editor.org/rfc/rfc9239; `.cjs` is application/node there, which browsers don't run.
    "cjs": "text/javascript",
    # https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
    "ico": "image/x-icon",
    "cur": "image/x-icon",
    "jfif": "image/jpeg",
    # One type for audio and video of the same container: https://developer.mozilla.org/en-US/docs/Web/Media/Formats/Containers
    "mp4": "video/mp4",
    "mpg4": "video/mp4",
    "m4v": "video/mp4",
    "3gpp": "video/3gpp",
    "flac": "audio/flac",
    "wav": "audio/wav",
    # https://www.rfc-editor.org/rfc/rfc6350#section-10.1
    "vcf": "text/vcard",
    # https://www.rfc-editor.org/rfc/rfc9512
    "yaml": "application/yaml",
    "yml": "application/yaml",
    # https://www.rfc-editor.org/rfc/rfc8878#section-7.1
    "zst": "application/zstd",
    "tgz": "application/gzip",
    "topojson": _JSON,
    "graphql": "application/graphql",
    "ipynb": "application/x-ipynb+json",
    "json5": "application/json5",
    "ndjson": "application/x-ndjson",
    "xml": "application/xml",
    "xsl": "application/xslt+xml",
    "rtf": "application/rtf",
    # https://developer.apple.com/documentation/walletpasses/distributing-and-updating-a-pass
    "pkpass": "application/vnd.apple.pkpass",
    "pkpasses": "application/vnd.apple.pkpasses",
    # https://support.apple.com/guide/deployment/dep9a318a393/web
    "mobileconfig": "application/x-apple-aspen-config",
    "lottie": "application/zip+dotlottie",
    # Sources, which source maps name and documentation shows.
    "jsx": "text/jsx",
    "mdx": "text/mdx",
    "scss": "text/x-scss",
    "sass": "text/x-sass",
    "less": "text/less",
}

# Names without an extension.
_BY_NAME = {
    # https://developer.apple.com/documentation/xcode/supporting-associated-domains: also in the site's root.
    "apple-app-site-association": _JSON,
    # RSS or Atom, by generators that write `/feed`: https://www.rfc-editor.org/rfc/rfc7303 covers both.
    "feed": "application/xml",
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    **dict.fromkeys(("AUTHORS", "CHANGELOG", "CNAME", "CODEOWNERS", "CONTRIBUTING", "COPYING", "LICENCE"), _PLAIN),
    **dict.fromkeys(("LICENSE", "MD5SUMS", "NOTICE", "README", "SHA256SUMS", "VERSION"), _PLAIN),
}

# Paths below `.well-known/`, by the specifications that their registry names:
# https://www.iana.org/assignments/well-known-uris
_WELL_KNOWN_FOLDER = "/.well-known/"
_WELL_KNOWN = {
    # https://www.rfc-editor.org/rfc/rfc9727 requires linkset+json
    "api-catalog": "application/linkset+json",
    "apple-developer-merchantid-domain-association": _PLAIN,
    "atproto-did": _PLAIN,
    # https://www.rfc-editor.org/rfc/rfc6690#section-7.1
    "core": "application/link-format",
    # https://www.rfc-editor.org/rfc/rfc6415
    "host-meta": "application/xrd+xml",
    # https://spec.matrix.org/latest/server-server-api/#getwell-knownmatrixserver
    "matrix/client": _JSON,
    "matrix/server": _JSON,
    "matrix/support": _JSON,
    "nodeinfo": _JSON,
    "jmap": _JSON,
    # https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationResponse
    "openid-configuration": _JSON,
    "openid-credential-issuer": _JSON,
    # https://www.rfc-editor.org/rfc/rfc8414, https://www.rfc-editor.org/rfc/rfc9728
    "oauth-authorization-server": _JSON,
    "oauth-protected-resource": _JSON,
    "passkey-endpoints": _JSON,
    "smart-configuration": _JSON,
    "traffic-advice": "application/trafficadvice+json",
    "uma2-configuration": _JSON,
    "web-identity": _JSON,
    # https://www.w3.org/TR/webauthn-3/#sctn-related-origins
    "webauthn": _JSON,
    # https://www.rfc-editor.org/rfc/rfc7033
    "webfinger": "application/jrd+json",
}

_TEXT = frozenset(
    {
        *(_JSON, "application/xml", "application/yaml", "application/toml", "application/graphql"),
        *("application/json5", "application/x-ndjson", "application/sql", "application/x-subrip"),
    }
)


def content_type(path: str, encoding: str | None = None) -> str:
    """Return the Content-Type of ``path``, with ``; charset=utf-8`` when it is text.

    With a Content-Encoding, it is the type of the decompressed content: that of `game.wasm` for `game.wasm.br`.
    """
    media_type = _media_type(_COMPRESSED.sub("", path) if encoding else path)
    return f"{media_type}; charset=utf-8" if _is_text(media_type) else media_type


def _media_type(path: str) -> str:
    _, is_well_known, name = f"/{path}".rpartition(_WELL_KNOWN_FOLDER)
    if is_well_known and name in _WELL_KNOWN:
        return _WELL_KNOWN[name]
    name = path.rpartition("/")[2]
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return _BY_NAME.get(name) or _types_by_extension().get(extension, DEFAULT)


@cache
def _types_by_extension() -> dict[str, str]:
    """Return the type of each extension; reading the file takes a millisecond."""
    text = Path(__file__).with_name("media_types.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines() if not line.startswith("#"))
    return {name: media_type for media_type, _, names in rows for name in names.split()} | _BY_EXTENSION


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in _TEXT or media_type.endswith(("+json", "+xml"))
