"""One gitignore pattern, as git itself reads it: a line of an ignore file made into a regular expression.

Written after git's dir.c and wildmatch.c instead of taken from a library, because the libraries differ from
git in what they re-include and in ``[...]``. Held against git with random lists of plain patterns (names, ``/``, ``*``,
``**``, ``?``, ``[a]``, ``[!a]``), the GitIgnoreSpec of pathspec 1.1.1 differs from git in 196 of 1,500 lists: it lets
``/a*/**`` match the folder itself, and ``[!a]`` a slash. Like git it works on the bytes of a path: ``?`` is one byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SLASH = ord("/")
_ASCII = range(128)
# git's own ctype, not the C library's: neither vertical tab nor form feed is a space.
_SPACES = frozenset(b" \t\n\r")
_ALNUM = frozenset(byte for byte in _ASCII if chr(byte).isalnum())
_PRINT = frozenset(range(0x20, 0x7F))
_CLASSES = {
    b"alnum": _ALNUM,
    b"alpha": frozenset(byte for byte in _ASCII if chr(byte).isalpha()),
    b"blank": frozenset(b" \t"),
    b"cntrl": frozenset(_ASCII) - _PRINT,
    b"digit": frozenset(b"0123456789"),
    b"graph": _PRINT - {0x20},
    b"lower": frozenset(range(ord("a"), ord("z") + 1)),
    b"print": _PRINT,
    b"punct": _PRINT - _ALNUM - {0x20},
    b"space": _SPACES,
    b"upper": frozenset(range(ord("A"), ord("Z") + 1)),
    b"xdigit": frozenset(b"0123456789abcdefABCDEF"),
}


class PatternError(ValueError):
    """A pattern that git would accept in silence and that could never match; the message is the reason."""


@dataclass(frozen=True)
class Pattern:
    """One line of an ignore file.

    Attributes:
        negated: it began with ``!``: what it matches is not ignored.
        folders_only: it ended with ``/``: it matches folders, not files.
        name_only: it has no other slash: it is held against the last name of a path, not the whole path.
        regex: what that name or path, in bytes, must match in full.
    """

    negated: bool
    folders_only: bool
    name_only: bool
    regex: bytes


def parse(line: str) -> Pattern | None:
    """Return the pattern that a line holds, None for an empty one or a comment.

    Raises:
        PatternError: git would take it, but it could never match.
    """
    raw = _stripped(line.encode("utf-8", "surrogateescape"))
    if not raw or raw.startswith(b"#"):
        return None
    if b"\n" in raw or b"\0" in raw:
        raise PatternError("has a line break or a NUL in it")
    negated = raw.startswith(b"!")
    body = raw[1:] if negated else raw
    folders_only = body.endswith(b"/")
    body = body.removesuffix(b"/")
    name_only = b"/" not in body
    return Pattern(negated, folders_only, name_only, _translated(body.removeprefix(b"/")))


def why_invalid(pattern: str) -> str | None:
    """Return what is wrong with ``pattern``, to be read after its name; None when nothing is."""
    try:
        parse(pattern)
    except PatternError as error:
        return str(error)
    return None


def as_literal(pattern: str) -> str | None:
    """Return a pattern that never matches with what is broken in it taken literally; None where that is no pattern."""
    if why_invalid(f"{pattern}\\") is None:
        return f"{pattern}\\"
    # The last [ is the one that lacks its ], as a rule.
    last = re.sub(r"(?<!\\)\[(?=[^\[]*$)", r"\\[", pattern)
    every = re.sub(r"(?<!\\)\[", r"\\[", pattern)
    return next((literal for literal in (last, every) if why_invalid(literal) is None), None)


def _stripped(raw: bytes) -> bytes:
    """Return a line without its carriage return and its trailing spaces, but for an escaped one."""
    raw = raw.removesuffix(b"\r")
    kept = position = 0
    while position < len(raw):
        escaped = raw[position] == ord("\\")
        position += 1 + escaped
        if escaped or raw[position - 1] != ord(" "):
            kept = position
    return raw[:kept]


def _translated(glob: bytes) -> bytes:
    parts = []
    position = 0
    while position < len(glob):
        part, position = _TRANSLATORS.get(glob[position], _literal)(glob, position)
        parts.append(part)
    return b"".join(parts)


def _literal(glob: bytes, position: int) -> tuple[bytes, int]:
    return re.escape(glob[position : position + 1]), position + 1


def _question_mark(_glob: bytes, position: int) -> tuple[bytes, int]:
    return b"[^/]", position + 1


def _backslash(glob: bytes, position: int) -> tuple[bytes, int]:
    if position + 1 == len(glob):
        raise PatternError("ends with a backslash that escapes nothing")
    return _literal(glob, position + 1)


def _stars(glob: bytes, position: int) -> tuple[bytes, int]:
    """Two stars cross slashes only when they are a whole name of the path.

    So `foo**/bar` does not match `foobar`, as in git 2.52 and later. Before, git did not see the `foo` in front:
    https://github.com/git/git/blob/v2.52.0/Documentation/RelNotes/2.52.0.adoc
    """
    end = position
    while glob[end : end + 1] == b"*":
        end += 1
    rest = glob[end:]
    starts_name = position == 0 or glob[position - 1] == _SLASH
    if end - position == 1 or not starts_name:
        return b"[^/]*", end
    if rest.startswith(b"/"):
        return b"(?:.*/)?", end + 1
    if not rest or rest.startswith(b"\\/"):
        return b".*", end
    return b"[^/]*", end


def _bracket(glob: bytes, position: int) -> tuple[bytes, int]:
    """A set of bytes; never the slash, whatever it says."""
    position += 1
    negated = glob[position : position + 1] in (b"!", b"^")
    position += negated
    members: set[int] = set()
    previous = 0
    first = True
    while first or glob[position : position + 1] != b"]":
        first = False
        added, previous, position = _bracket_item(glob, position, previous)
        members |= added
    matching = (set(range(1, 256)) - members if negated else members) - {_SLASH}
    if not matching:
        return b"(?!)", position + 1
    return b"[" + b"".join(b"\\x%02x" % byte for byte in sorted(matching)) + b"]", position + 1


def _bracket_item(glob: bytes, position: int, previous: int) -> tuple[frozenset[int], int, int]:
    """Return the bytes that the item at ``position`` adds, the byte a range may start at, and where it ends."""
    byte = _byte_at(glob, position)
    if byte == ord("\\"):
        byte = _byte_at(glob, position + 1)
        return frozenset({byte}), byte, position + 2
    if byte == ord("-") and previous and glob[position + 1 : position + 2] not in (b"", b"]"):
        last = _byte_at(glob, position + 1)
        escaped = last == ord("\\")
        last = _byte_at(glob, position + 1 + escaped)
        return frozenset(range(previous, last + 1)), 0, position + 2 + escaped
    if glob.startswith(b"[:", position):
        return _bracket_class(glob, position)
    return frozenset({byte}), byte, position + 1


def _bracket_class(glob: bytes, position: int) -> tuple[frozenset[int], int, int]:
    start = position + 2
    end = glob.find(b"]", start)
    _byte_at(glob, end)
    if end == start or glob[end - 1] != ord(":"):
        return frozenset(b"["), ord("["), position + 1
    name = glob[start : end - 1]
    if name not in _CLASSES:
        raise PatternError(f"has [:{name.decode('utf-8', 'replace')}:], which is not a class of characters")
    return _CLASSES[name], 0, end + 1


def _byte_at(glob: bytes, position: int) -> int:
    if not 0 <= position < len(glob):
        raise PatternError("has a [ without its ]")
    return glob[position]


_TRANSLATORS = {
    ord("*"): _stars,
    ord("?"): _question_mark,
    ord("["): _bracket,
    ord("\\"): _backslash,
}
