"""Which files are fingerprinted: a name that a build tool made from the content, so that it never changes.

A wrong yes is a stale file in browsers for a year, a wrong no is one revalidation: in doubt the answer is no.

Never fingerprinted: pages, feeds and plain text, manifests (web, JSON), service workers; tokens that are a
number, a date (``24dec2024`` is one, and hex), a version or a UUID (which names a thing, not its content); whatever is
no code and has a date in its name.

Fingerprinted, wherever it stands: ``name.TOKEN.ext`` or ``name-TOKEN.ext`` with TOKEN of 8 to 128 lower-case
hex digits, a decimal digit and a letter among them (esbuild, Parcel, Rollup, webpack, older Angular and Vite,
Hugo's ``resources.Fingerprint``). For code and fonts that is enough if it is no word with a number (``decade90``); for
anything else (a photo may be called ``shoot-cafe2024.jpg``) the token must also look random. Hugo's processed images
(``_hu…``) and webpack's images, whose whole name is 20 hex digits, are known by their shape.

Fingerprinted by the folder, relative to the distribution folder:

- Next.js:   ``_next/static/`` (its two build manifests only below a build id that Next made up)
- Astro:     ``_astro/``
- SvelteKit: ``_app/immutable/``
- webpack/CRA: ``static/js/``, ``static/css/``, ``static/media/`` with ``name.HEX.ext``, HEX of 8 to 32 digits
  that need neither look random nor have a decimal one
- Vite:      ``assets/`` with ``name-TOKEN.ext`` or ``name.TOKEN.ext``, TOKEN of 8 base64url characters that
  looks random (Vite's entry ``index-….js`` and ``.css`` need only mixed case), and is no words in camel case
- Angular:   the application's own files at the root (``main-ABCDEFGH.js``), unless the token can be spoken, and its
  fonts in ``media/``

What the rules against words cost was counted over random tokens: of hex ones of 8 digits 6 in 100 are taken for a word
with a number, of 16 none; of Vite's 2 in 100 for camel case; of Angular's 4 in 100 for a word.
"""

from __future__ import annotations

import re

_CODE = frozenset({"js", "mjs", "cjs", "css", "wasm", "woff", "woff2", "ttf", "otf", "eot"})
_FONTS = frozenset({"woff", "woff2", "ttf", "otf", "eot"})
_NEVER = frozenset({"html", "htm", "xhtml", "xml", "rss", "atom", "txt", "md", "webmanifest", "appcache", ""})

# `.js.map`, `.css.gz` and webpack's `.js.LICENSE.txt` go with the file that they are about.
_COMPANION = re.compile(r"(?:\.map|\.LICENSE\.txt)?(?:\.gz|\.br|\.zst)?$")
# What tools put between the token and the extension: `main.3f2a9c1b.chunk.js`.
_INFIX = re.compile(r"\.(?:chunk|min|bundle|module|worker|async)$")

_NAME_AND_HEX = re.compile(r".+[.-]([0-9a-f]{8,128})")
_WEBPACK_IMAGE = re.compile(r"([0-9a-f]{20})")
_HUGO_IMAGE = re.compile(r".+_hu_?(?=[0-9a-f]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,64}(?:_[0-9]+_[0-9x]+_.+)?")
_CRA = re.compile(r".+\.((?=[0-9]*[a-f])[0-9a-f]{8,32})")
_CRA_FOLDERS = frozenset({"static/js", "static/css", "static/media"})
_VITE = re.compile(r"(.+)[.-]([A-Za-z0-9_-]{8})")
_ANGULAR_CODE = re.compile(r"(?:main|polyfills|styles|scripts|runtime|chunk)-([A-Z2-7]{8})")
_ANGULAR_MEDIA = re.compile(r".+-(?=[A-Z]+[2-7]+[A-Z]|[2-7]+[A-Z]+[2-7])[A-Z2-7]{8}")
# Next makes up a build id of 21 characters; one's own (`generateBuildId`) may come back with other content.
_NEXT_BUILD_MANIFEST = re.compile(r"_next/static/([^/]+)/_[A-Za-z]*Manifest\.js")
_NEXT_BUILD_ID = re.compile(r"(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9_-]{21}")

_UUID = re.compile(r".*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DATE = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
# December and February are hex; in a longer token the letters are chance.
_MONTH = r"(?=.{8,15}$)(?:.*[0-9])?(?:dec|feb)(?:[0-9].*)?"
_DATED = re.compile(rf"{_DATE}.*|.*{_DATE}|[a-f]+(?:19|20)[0-9]{{2}}|(?:19|20)[0-9]{{2}}[a-f]+|{_MONTH}")
# A word that can be spoken and a number: `decade90`, `face2face`.
_HEX_WORD = r"[bcdf]{0,2}(?:[ae]{1,2}[bcdf]{1,2})+[ae]?"
_WORD_AND_NUMBER = re.compile(rf"(?:{_HEX_WORD})?[0-9]+(?:{_HEX_WORD})?|[0-9]+{_HEX_WORD}[0-9]+")
_DAY = re.compile(r"(?:19|20)[0-9]{2}([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])")
_SERVICE_WORKER = re.compile(r"(?:.*[.-])?(?:sw|service[-_]?worker|(?:ngsw|safety)-worker)(?:[.-].*)?", re.IGNORECASE)

_HEX_RUNS = re.compile(r"[0-9]+|[a-f]+")
# A word and a number, `2ndface2`, a date between letters: at most 3 runs. 7 in 10 hashes of 8 digits have more.
_RANDOM_HEX_RUNS = 4
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
# How many words and numbers make 8 characters look random: `SemiBold` has 2, `JohnDoe1` 3, `FullHD2x` 4; a hash
# has 5 on average. A font or image that people name so is likely, a script is not, Vite's own entry hardly.
_VITE_WORDS_OF_ENTRY = 2
_VITE_WORDS_OF_CODE = 3
_VITE_WORDS_OF_MEDIA = 5
# What a script is called by hand: `Pdf2Html`, `MainPage`.
_CAMEL_CASE = re.compile(r"[A-Za-z][a-z]+(?:[0-9]*[A-Z][a-z]+)*[0-9]*")
# No word of so few letters has so many consonants together.
_UNSPEAKABLE = re.compile(r"[^aeiou]{4}|[^aeiou]{3}.+[^aeiou]{3}", re.IGNORECASE)


def is_fingerprinted(path: str) -> bool:
    """Tell whether the content at ``path``, relative to the distribution folder, can never change."""
    folder, _, name = path.rpartition("/")
    stem, extension = _split(name)
    if extension in _NEVER or _SERVICE_WORKER.fullmatch(stem) or _is_json_manifest(name):
        return False
    if _in_hashed_folder(path):
        return True
    if extension not in _CODE and _DAY.search(stem):
        return False
    return (
        _has_hex_token(stem, extension)
        or _is_cra(folder, stem)
        or _is_vite(folder, stem, extension)
        or _is_angular(folder, stem, extension)
    )


def _split(name: str) -> tuple[str, str]:
    """Return a file name's stem and extension, without what only accompanies them."""
    stem, _, extension = _COMPANION.sub("", name).rpartition(".")
    if not stem:
        return name, ""
    return _INFIX.sub("", stem), extension.lower()


def _is_json_manifest(name: str) -> bool:
    return name.endswith(".json") and "manifest" in name.lower()


def _in_hashed_folder(path: str) -> bool:
    manifest = _NEXT_BUILD_MANIFEST.fullmatch(path)
    if manifest:
        return _NEXT_BUILD_ID.fullmatch(manifest[1]) is not None
    return path.startswith(("_next/static/", "_astro/", "_app/immutable/"))


def _has_hex_token(stem: str, extension: str) -> bool:
    if _HUGO_IMAGE.fullmatch(stem):
        return True
    found = _NAME_AND_HEX.fullmatch(stem) or _WEBPACK_IMAGE.fullmatch(stem)
    if not found or _UUID.fullmatch(stem) or _DATED.fullmatch(found[1]):
        return False
    token = found[1]
    if token.isdigit() or token.isalpha() or _WORD_AND_NUMBER.fullmatch(token):
        return False
    return extension in _CODE or _is_random_hex(token)


def _is_random_hex(token: str) -> bool:
    """Tell a hash from a word and a number, such as `cafe2024`, or a date with a letter on each side."""
    return len(_HEX_RUNS.findall(token)) >= _RANDOM_HEX_RUNS


def _is_cra(folder: str, stem: str) -> bool:
    found = _CRA.fullmatch(stem) if folder in _CRA_FOLDERS else None
    return found is not None and not _DATED.fullmatch(found[1])


def _is_vite(folder: str, stem: str, extension: str) -> bool:
    found = _VITE.fullmatch(stem)
    if not found or not f"{folder}/".startswith("assets/"):
        return False
    name, token = found.groups()
    if token.upper() == token or token.lower() == token:
        return False
    if _CAMEL_CASE.fullmatch(token) and not (token.isalpha() and _UNSPEAKABLE.search(token)):
        return False
    if extension not in _CODE:
        wanted = _VITE_WORDS_OF_MEDIA
    elif name == "index":
        wanted = _VITE_WORDS_OF_ENTRY
    else:
        wanted = _VITE_WORDS_OF_CODE
    return len(_WORDS.findall(token)) >= wanted


def _is_angular(folder: str, stem: str, extension: str) -> bool:
    if folder == "media":
        return extension in _FONTS and _ANGULAR_MEDIA.fullmatch(stem) is not None
    found = _ANGULAR_CODE.fullmatch(stem) if not folder and extension in _CODE else None
    return found is not None and (not found[1].isalpha() or _UNSPEAKABLE.search(found[1]) is not None)
