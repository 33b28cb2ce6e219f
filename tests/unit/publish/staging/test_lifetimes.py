"""The Cache-Control header that sets how long the edge keeps a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.publish.staging.lifetimes import MANAGED, Ttls, final_header

AMPLIFY = Ttls(60, 86_400, 31_536_000)
SHORT = Ttls(10, 20, 30)
OFF = Ttls(0, 0, 0)


@pytest.mark.parametrize(
    ("ttls", "header"),
    [
        (AMPLIFY, "public, max-age=0, must-revalidate, s-maxage=86400"),
        (SHORT, "public, max-age=0, must-revalidate, s-maxage=20"),
        (OFF, "public, max-age=0, must-revalidate, s-maxage=0"),
    ],
)
def test_a_file_without_a_header_of_its_own(ttls: Ttls, header: str) -> None:
    """Browsers revalidate it each time, and the edge keeps it for the default TTL."""
    assert final_header(None, ttls) == header


@pytest.mark.parametrize(
    ("own", "ttls", "header"),
    [
        ("public, max-age=3600", AMPLIFY, "public, max-age=3600"),
        ("public, max-age=31536000, immutable", AMPLIFY, "public, max-age=31536000, immutable"),
        ("max-age=99999999999", AMPLIFY, "max-age=99999999999"),
        ("public", AMPLIFY, "public"),
        ("max-age=0, must-revalidate", AMPLIFY, "max-age=0, must-revalidate, s-maxage=60"),
        ("max-age=3600, s-maxage=5", AMPLIFY, "max-age=3600, s-maxage=60"),
        ("public, max-age=31536000, immutable", SHORT, "public, max-age=31536000, immutable, s-maxage=30"),
        ('S-MaxAge="99" ,Max-Age=5, x', SHORT, "Max-Age=5, x, s-maxage=30"),
        ("public", SHORT, "public, s-maxage=20"),
        ("public", Ttls(0, 0, 30), "public, s-maxage=0"),
        ("max-age=0", Ttls(0, 20, 30), "max-age=0"),
        ("max-age=1, max-age=20", Ttls(0, 20, 30), "max-age=1, max-age=20"),
        ('ext="a, b", max-age=5', SHORT, 'ext="a, b", max-age=5, s-maxage=10'),
    ],
)
def test_a_header_is_changed_only_where_the_edge_would_differ(own: str, ttls: Ttls, header: str) -> None:
    """A time between minTtl and maxTtl is unchanged; a shorter or longer one gets an s-maxage at the limit."""
    assert final_header(own, ttls) == header


@pytest.mark.parametrize("own", ["no-store", "private, max-age=600", "No-Cache", 'private="set-cookie", max-age=9'])
@pytest.mark.parametrize("ttls", [AMPLIFY, SHORT, OFF])
def test_uncacheable_files_get_no_s_maxage(own: str, ttls: Ttls) -> None:
    """CloudFront keeps these for the policy's minimum, which an s-maxage does not change."""
    assert final_header(own, ttls) == own


@pytest.mark.parametrize("own", ["public, max-age=31536000, immutable", "max-age=5", "public"])
def test_without_caching_headers_stay(own: str) -> None:
    """A maxTtl of 0 selects a policy without caching, for any header."""
    assert final_header(own, OFF) == own


NAMES = st.sampled_from(["max-age", "s-maxage", "public", "immutable", "must-revalidate"])
DIRECTIVES = st.tuples(NAMES, st.integers(0, 40_000_000)).map(
    lambda drawn: f"{drawn[0]}={drawn[1]}" if drawn[0].endswith("age") else drawn[0]
)
TIMES = st.lists(st.integers(0, 31_536_000), min_size=3, max_size=3).map(sorted)


@given(st.lists(DIRECTIVES, min_size=1, max_size=4), TIMES)
def test_the_managed_policy_keeps_a_file_as_long_as_the_settings_say(directives: list[str], times: list[int]) -> None:
    """For any header and TTLs, CachingOptimized keeps the file as long as they require, but at least one second."""
    own, ttls = ", ".join(directives), Ttls(*times)
    if ttls.maximum > 0:
        kept, required = MANAGED.seconds_for(final_header(own, ttls)), ttls.seconds_for(own)
        assert required is not None
        assert kept == max(1, required)
