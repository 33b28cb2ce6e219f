"""Warnings about file names that a link in the usual Unicode form does not find."""

from __future__ import annotations

from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.name_warnings import name_warnings

COMPOSED, DECOMPOSED = "caf\u00e9.html", "cafe\u0301.html"


def test_composed_names_have_no_warning() -> None:
    """ASCII names, and names in the composed form, can be linked as they are typed."""
    assert list(name_warnings(["index.html", COMPOSED, "\u65e5\u672c.html", "\U0001f98a"])) == []


def test_decomposed_names_are_one_warning() -> None:
    """All decomposed names have one warning: an example, the count of the others, both URLs, and a command."""
    (warning,) = name_warnings(["index.html", DECOMPOSED, f"a/{DECOMPOSED}", f"b/{DECOMPOSED}"])
    assert warning.startswith(f"The name of 'a/{DECOMPOSED}' and of 2 more has its accents as separate characters")
    assert "Its URL is /a/cafe%CC%81.html, and a link to /a/caf%C3%A9.html does not find it" in warning
    assert warning.endswith(": convmv -r -f utf8 -t utf8 --nfc --notest <folder>")
    assert " more" not in next(name_warnings([DECOMPOSED]))


def test_a_name_in_both_forms_is_another_warning() -> None:
    """Two files whose names look the same are named with both URLs; no command could rename one to the other."""
    (warning,) = name_warnings([COMPOSED, DECOMPOSED])
    assert warning.startswith(f"'{DECOMPOSED}' is published twice")
    assert "/caf%C3%A9.html (Unicode's form NFC) and /cafe%CC%81.html (NFD)" in warning
    assert len(list(name_warnings([COMPOSED, DECOMPOSED, f"x/{DECOMPOSED}"]))) == 2


@given(st.lists(st.text(st.sampled_from("ae\u00e9\u0301\u00f1\u0303/."), min_size=1), max_size=5, unique=True))
def test_there_is_a_warning_if_a_composed_link_fails(keys: list[str]) -> None:
    """There is a warning exactly if the composed form of a name is another name."""
    assert bool(list(name_warnings(keys))) == any(normalize("NFC", key) != key for key in keys)
