"""Which files are shared by all releases."""

from __future__ import annotations

import hashlib

from hosting.publish.bulk.shared import RULES, is_shared
from hosting.publish.staging.generators import ADDITIONS
from hosting.publish.staging.hashed_names import EXCLUDED, FORM


def test_other_patterns_have_another_number() -> None:
    """With other patterns in the same number, the edge would look for files of earlier releases in the wrong place.

    When this fails, the patterns have changed: add 1 to ``RULES``, and write the new digest here.
    """
    digest = hashlib.sha256(f"{FORM}\n{EXCLUDED}\n{ADDITIONS}".encode()).hexdigest()[:16]
    assert (RULES, digest) == (2, "65e885186c6f8450")


def test_the_form_of_the_name_is_enough() -> None:
    """A word in the form of a hash is shared, whatever the other files are; a page never is."""
    assert is_shared("theme-decade90.css")
    assert is_shared("assets/index-CHdo91hT.js")
    assert not is_shared("assets/index-CHdo91hT.html")
    assert not is_shared("js/index-CHdo91hT.js")
