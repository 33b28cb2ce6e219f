"""The Cache-Control header of a file: from the last matching rule, otherwise the default."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from hosting.errors import PublishError
from hosting.publish.staging.cache_control import IMMUTABLE, CacheControl
from hosting.publish.staging.lifetimes import Ttls


class Rule(NamedTuple):
    """A rule with the attributes of the setting."""

    pattern: str
    value: str


HASHED = "app.3f2a9c1b.js"
REVALIDATED = "public, max-age=0, must-revalidate, s-maxage=86400"


def header(rules: list[Rule], path: str) -> str | None:
    """Return the header of the only file of a site."""
    return CacheControl(rules).values_for([path]).get(path)


def test_hashed_names_are_immutable_by_default() -> None:
    """Without rules, browsers may keep files with hashed names for a year."""
    assert header([], HASHED) == "public, max-age=31536000, immutable"


def test_other_names_are_revalidated_by_default() -> None:
    """Without rules, browsers revalidate any other file each time, and the edge keeps it for a day."""
    assert header([], "index.html") == REVALIDATED


def test_ttls_of_the_edge_are_in_the_headers() -> None:
    """A header has an `s-maxage` only if the TTLs change how long the edge keeps the file."""
    cache = CacheControl([Rule("*.css", "max-age=5"), Rule("*.png", "max-age=50")], Ttls(10, 20, 100))
    assert cache.values_for(["index.html", "a.css", "a.png", HASHED]) == {
        "index.html": "public, max-age=0, must-revalidate, s-maxage=20",
        "a.css": "max-age=5, s-maxage=10",
        "a.png": "max-age=50",
        HASHED: f"{IMMUTABLE}, s-maxage=100",
    }


def test_last_matching_rule_wins() -> None:
    """Of two rules that match, the later one decides."""
    rules = [Rule("*.css", "early"), Rule("theme.*", "late"), Rule("*.png", "other")]
    assert header(rules, "css/theme.css") == "late"
    assert header(rules, "css/base.css") == "early"


def test_rule_wins_over_default() -> None:
    """A rule also decides for files with hashed names."""
    assert header([Rule("*.js", "no-cache")], HASHED) == "no-cache"


def test_other_files_of_the_folder_are_considered() -> None:
    """A name whose last part may be a word is hashed if the other names in its folder are."""
    paths = ["assets/index-CHdo91hT.js", "assets/about-BlkZmqtr.js"]
    assert CacheControl([]).values_for(paths) == dict.fromkeys(paths, IMMUTABLE)
    assert CacheControl([]).values_for(paths[1:]) == {paths[1]: REVALIDATED}
    assert CacheControl([Rule("about-*", "no-cache")]).values_for(paths) == {paths[0]: IMMUTABLE, paths[1]: "no-cache"}


def test_default_applies_if_no_rule_matches() -> None:
    """A rule for other files does not change the default."""
    assert header([Rule("*.css", "no-cache")], HASHED) == IMMUTABLE


def test_folder_pattern_matches_the_files_in_the_folder() -> None:
    """`images/` matches every file below a folder of that name, and no file of that name."""
    cache = CacheControl([Rule("images/", "day"), Rule("/docs/img", "week")])
    paths = ["a/images/b/c.png", "a/images/d.png", "images", "docs/img/x.png"]
    assert cache.values_for(paths) == {
        "a/images/b/c.png": "day",
        "a/images/d.png": "day",
        "images": REVALIDATED,
        "docs/img/x.png": "week",
    }


def test_later_folder_rule_wins_over_earlier_file_rule() -> None:
    """The order of the rules decides, not the depth at which they match."""
    assert header([Rule("*.png", "file"), Rule("images/", "folder")], "images/a.png") == "folder"
    assert header([Rule("images/", "folder"), Rule("*.png", "file")], "images/a.png") == "file"


@pytest.mark.parametrize("pattern", ["", "   ", "#css", "!*.css", "[a", "a\\"])
def test_pattern_that_matches_no_file_is_rejected(pattern: str) -> None:
    """A rule that can never match is an error with the command that fixes it."""
    with pytest.raises(PublishError, match=r"pulumi config set --path 'publish:cacheControl\[1\]\.pattern'"):
        CacheControl([Rule("*.js", "x"), Rule(pattern, "y")])
