"""One line of an ignore file as a pattern for pathspec, read exactly as git reads it.

pathspec's own gitignore classes differ from git: see docs/decisions/own-pattern-class.md. This module follows git's
``dir.c`` and ``wildmatch.c``. Like git, it compares bytes: ``?`` is one byte of a UTF-8 name. A subject and the
expressions hold each byte as the Latin-1 character of the same number, because pathspec compares strings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pathspec import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

# git has its own ctype: vertical tab and form feed are not spaces.
# https://github.com/git/git/blob/v2.52.0/ctype.c
_ASCII = [chr(code) for code in range(128)]
_PRINT = frozenset(_ASCII[0x20:0x7F])
_ALNUM = frozenset(char for char in _ASCII if char.isalnum())
_CLASSES = {
    "alnum": _ALNUM,
    "alpha": frozenset(char for char in _ASCII if char.isalpha()),
    "blank": frozenset(" \t"),
    "cntrl": frozenset(_ASCII) - _PRINT,
    "digit": frozenset("0123456789"),
    "graph": _PRINT - {" "},
    "lower": frozenset("abcdefghijklmnopqrstuvwxyz"),
    "print": _PRINT,
    "punct": _PRINT - _ALNUM - {" "},
    "space": frozenset(" \t\n\r"),
    "upper": frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "xdigit": frozenset("0123456789abcdefABCDEF"),
}
_ANY_BYTE = frozenset(chr(code) for code in range(1, 256))
# The expressions of wildcards, and their lazy forms.
_STAR = "[^/]*"
_FOLDERS = "(?:.*/)?"
_ANYTHING = ".*"
_LAZY = {_STAR: "[^/]*?", _FOLDERS: "(?:[^/]*/)*?", _ANYTHING: ".*?"}
_ACROSS_FOLDERS = frozenset({_FOLDERS, _ANYTHING})


class PatternError(ValueError):
    """A pattern that can never match; git skips such a line without a message. The error's text is the reason."""


class GitPattern(Pattern):
    """One line of an ignore file.

    Attributes:
        include: True if the line ignores what it matches, False if it begins with ``!``, None if it is empty or a
            comment.
        prefix: the expression for the start of a subject: its kind, and its folders if the pattern has no slash.
        body: the expression for the rest of the subject.
    """

    __slots__ = ("body", "prefix")

    def __init__(self, line: str) -> None:
        """Translate ``line``.

        Raises:
            PatternError: the pattern can never match.
        """
        glob = _stripped(_as_latin_1(line))
        if not glob or glob.startswith("#"):
            super().__init__(None)
            self.prefix, self.body = "", "(?!)"
        else:
            super().__init__(not glob.startswith("!"))
            self.prefix, self.body = _expressions(glob.removeprefix("!"))

    def match_file(self, file: str) -> re.Match[str] | None:
        """Return the match of a subject, None if the pattern does not match it."""
        return re.compile(self.prefix + self.body, re.DOTALL).fullmatch(file)


def subject_of(path: str, *, is_dir: bool) -> str:
    """Return the string that patterns are matched against for ``path``.

    The kind is a prefix. A slash at the end of a folder would let ``a/**`` match the folder ``a`` itself.
    """
    return ("d:" if is_dir else "f:") + path.encode("utf-8", "surrogateescape").decode("latin-1")


def why_invalid(line: str) -> str | None:
    """Return the reason why ``line`` can never match, as the rest of a sentence about it; None if it can."""
    try:
        GitPattern(line)
    except PatternError as error:
        return str(error)
    return None


def _as_latin_1(line: str) -> str:
    try:
        return line.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError as error:
        raise PatternError("contains an unpaired surrogate") from error


def _stripped(line: str) -> str:
    """Return a line without its carriage return and its trailing spaces, except for an escaped space."""
    line = line.removesuffix("\r")
    end = position = 0
    while position < len(line):
        is_escaped = line[position] == "\\"
        position += 1 + is_escaped
        if is_escaped or line[position - 1] != " ":
            end = position
    return line[:end]


def _expressions(glob: str) -> tuple[str, str]:
    """Return the prefix and the body of a pattern."""
    if "\n" in glob or "\0" in glob:
        raise PatternError("contains a line break or a NUL")
    kind = "d:" if glob.endswith("/") else "[fd]:"
    glob = glob.removesuffix("/")
    # Only the last name follows the possessive group: it takes all folders, and gives none back.
    folders = "" if "/" in glob else "(?:.*/)?+"
    return kind + folders, _translated(glob.removeprefix("/"))


def _translated(glob: str) -> str:
    """Return the expression of a pattern, in which no wildcard but the last of each kind is tried twice.

    A wildcard may stop at the first match of what follows it up to the next wildcard of its kind or a wider one: the
    next one can match the rest. An atomic group says so. Without it, the time grows with the length of a name to the
    power of the number of stars.
    """
    blocks = [[""]]
    wildcards = [""]
    position = 0
    while position < len(glob):
        part, position = _TRANSLATORS.get(glob[position], _literal)(glob, position)
        if part in _ACROSS_FOLDERS:
            wildcards.append(part)
            blocks.append([""])
        elif part == _STAR:
            blocks[-1].append("")
        else:
            blocks[-1][-1] += part
    return _atomic(wildcards, [_atomic(["", *[_STAR] * (len(block) - 1)], block) for block in blocks])


def _atomic(wildcards: Sequence[str], blocks: Sequence[str]) -> str:
    """Return each wildcard and the block after it; each pair but the last, and the first block, match only once."""
    last = len(blocks) - 1
    return "".join(
        f"(?>{_LAZY[wildcard]}{block})" if wildcard and number < last else wildcard + block
        for number, (wildcard, block) in enumerate(zip(wildcards, blocks, strict=True))
    )


def _literal(glob: str, position: int) -> tuple[str, int]:
    return re.escape(glob[position]), position + 1


def _question_mark(_glob: str, position: int) -> tuple[str, int]:
    return "[^/]", position + 1


def _backslash(glob: str, position: int) -> tuple[str, int]:
    if position + 1 == len(glob):
        raise PatternError("ends with a backslash that escapes nothing")
    return _literal(glob, position + 1)


def _stars(glob: str, position: int) -> tuple[str, int]:
    """Translate stars: two or more cross slashes only if they are a whole name of the path.

    So ``foo**/bar`` does not match ``foobar``, as in git 2.52 and later; older versions match it.
    https://github.com/git/git/blob/v2.52.0/Documentation/RelNotes/2.52.0.adoc
    """
    end = position
    while glob[end : end + 1] == "*":
        end += 1
    starts_name = position == 0 or glob[position - 1] == "/"
    if end - position == 1 or not starts_name:
        return _STAR, end
    if glob.startswith("/", end):
        return _FOLDERS, end + 1
    if end == len(glob) or glob.startswith("\\/", end):
        return _ANYTHING, end
    return _STAR, end


def _bracket(glob: str, position: int) -> tuple[str, int]:
    """Translate a set of bytes; it never matches a slash, even if it contains one."""
    position += 1
    is_negated = glob.startswith(("!", "^"), position)
    position += is_negated
    members: set[str] = set()
    previous = ""
    is_first = True
    while is_first or not glob.startswith("]", position):
        is_first = False
        added, previous, position = _bracket_item(glob, position, previous)
        members |= added
    matching = (_ANY_BYTE - members if is_negated else members) - {"/"}
    if not matching:
        return "(?!)", position + 1
    return "[" + "".join(f"\\x{ord(char):02x}" for char in sorted(matching)) + "]", position + 1


def _bracket_item(glob: str, position: int, previous: str) -> tuple[frozenset[str], str, int]:
    """Return the bytes that the item at ``position`` adds, the byte that may start a range, and the item's end.

    ``previous`` is the byte that a range here would start at; empty if no range can start here.
    """
    char = _char_at(glob, position)
    if char == "\\":
        char = _char_at(glob, position + 1)
        return frozenset(char), char, position + 2
    if char == "-" and previous and glob[position + 1 : position + 2] not in ("", "]"):
        is_escaped = glob[position + 1] == "\\"
        last = _char_at(glob, position + 1 + is_escaped)
        return frozenset(map(chr, range(ord(previous), ord(last) + 1))), "", position + 2 + is_escaped
    if glob.startswith("[:", position):
        return _bracket_class(glob, position)
    return frozenset(char), char, position + 1


def _bracket_class(glob: str, position: int) -> tuple[frozenset[str], str, int]:
    start = position + 2
    end = glob.find("]", start)
    _char_at(glob, end)
    if end == start or glob[end - 1] != ":":
        return frozenset("["), "[", position + 1
    name = glob[start : end - 1]
    if name not in _CLASSES:
        shown = name.encode("latin-1").decode("utf-8", "replace")
        raise PatternError(f"has [:{shown}:], which is not a class of characters")
    return _CLASSES[name], "", end + 1


def _char_at(glob: str, position: int) -> str:
    if not 0 <= position < len(glob):
        raise PatternError("has a [ without its ]")
    return glob[position]


_TRANSLATORS = {
    "*": _stars,
    "?": _question_mark,
    "[": _bracket,
    "\\": _backslash,
}
