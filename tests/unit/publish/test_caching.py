"""The Cache-Control of a file: the last matching rule, else the default."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from hosting.errors import PublishError
from hosting.publish.caching import IMMUTABLE, CacheControl
from hosting.publish.lifetimes import Ttls


class Rule(NamedTuple):
    """A rule as the settings have it."""

    pattern: str
    value: str


HASHED = "app.3f2a9c1b.js"
REVALIDATED = "public, max-age=0, must-revalidate, s-maxage=86400"


def test_fingerprinted_is_immutable_by_default() -> None:
    """Without rules, fingerprinted files may be kept for a year."""
    assert CacheControl([]).value_for(HASHED) == "public, max-age=31536000, immutable"


def test_all_else_is_revalidated_by_default() -> None:
    """Without rules, browsers ask for any other file each time, and the edge keeps it for a day."""
    assert CacheControl([]).value_for("index.html") == REVALIDATED


def test_the_edge_has_its_own_time() -> None:
    """The TTLs of the edge are in each header that they change, and in no other."""
    cache = CacheControl([Rule("*.css", "max-age=5"), Rule("*.png", "max-age=50")], Ttls(10, 20, 100))
    assert cache.value_for("index.html") == "public, max-age=0, must-revalidate, s-maxage=20"
    assert (cache.value_for("a.css"), cache.value_for("a.png")) == ("max-age=5, s-maxage=10", "max-age=50")
    assert cache.value_for(HASHED) == f"{IMMUTABLE}, s-maxage=100"


def test_last_matching_rule_wins() -> None:
    """Of two rules that match, the later one decides."""
    cache = CacheControl([Rule("*.css", "early"), Rule("theme.*", "late"), Rule("*.png", "other")])
    assert cache.value_for("css/theme.css") == "late"
    assert cache.value_for("css/base.css") == "early"


def test_rule_wins_over_default() -> None:
    """A rule also decides for fingerprinted files."""
    assert CacheControl([Rule("*.js", "no-cache")]).value_for(HASHED) == "no-cache"


def test_default_holds_where_no_rule_matches() -> None:
    """A rule for other files leaves the default alone."""
    assert CacheControl([Rule("*.css", "no-cache")]).value_for(HASHED) == IMMUTABLE


def test_folder_pattern_reaches_what_is_in_it() -> None:
    """`images/` is about every file below a folder of that name, and about no file of that name."""
    cache = CacheControl([Rule("images/", "day"), Rule("/docs/img", "week")])
    assert cache.value_for("a/images/b/c.png") == "day"
    assert cache.value_for("a/images/d.png") == "day"
    assert cache.value_for("images") == REVALIDATED
    assert cache.value_for("docs/img/x.png") == "week"


def test_later_folder_rule_wins_over_earlier_file_rule() -> None:
    """What counts is the order of the rules, not how deep they match."""
    assert CacheControl([Rule("*.png", "file"), Rule("images/", "folder")]).value_for("images/a.png") == "folder"
    assert CacheControl([Rule("images/", "folder"), Rule("*.png", "file")]).value_for("images/a.png") == "file"


@pytest.mark.parametrize("pattern", ["", "   ", "#css", "!*.css", "[a", "a\\"])
def test_pattern_that_matches_nothing_is_refused_by_key(pattern: str) -> None:
    """A rule that could never hold is an error with the command that mends it."""
    with pytest.raises(PublishError, match=r"pulumi config set --path 'publish:cacheControl\[1\]\.pattern'"):
        CacheControl([Rule("*.js", "x"), Rule(pattern, "y")])
