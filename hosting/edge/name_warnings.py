"""Warnings about file names that are not in Unicode's composed form (NFC). Pure.

macOS, and zip files that were made on it, may have decomposed names (NFD): an `e` and an accent in place of an `é`. S3
and CloudFront compare bytes, so only a link in the same form finds the file. Keyboards write the composed form.
https://www.unicode.org/reports/tr15/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from unicodedata import is_normalized, normalize

from hosting.formats.paths import key_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_FORM: Final = "NFC"
# https://www.j3e.de/linux/convmv/man/
_COMMAND = "convmv -r -f utf8 -t utf8 --nfc --notest <folder>"


def name_warnings(keys: Collection[str]) -> Iterator[str]:
    """Yield a warning about files with decomposed names, and one about names that exist in both forms."""
    decomposed = sorted(key for key in keys if not (key.isascii() or is_normalized(_FORM, key)))
    both = [key for key in decomposed if normalize(_FORM, key) in keys]
    single = [key for key in decomposed if normalize(_FORM, key) not in keys]
    if single:
        yield (
            f"The name of '{single[0]}'{_more(single)} has its accents as separate characters (Unicode's form NFD, as "
            f"macOS and zip files have it). Its URL is {key_path(single[0])}, and a link to "
            f"{key_path(normalize(_FORM, single[0]))} does not find it. To rename the files in the folder that has "
            f"them: {_COMMAND}"
        )
    if both:
        yield (
            f"'{both[0]}'{_more(both)} is published twice, as two files whose names only look the same: "
            f"{key_path(normalize(_FORM, both[0]))} (Unicode's form NFC) and {key_path(both[0])} (NFD). Remove one of "
            "them"
        )


def _more(keys: Collection[str]) -> str:
    count = len(keys) - 1
    return f" and of {count} more" if count else ""
