from __future__ import annotations

import pytest

from hosting.migrate.path_patterns import (
    REST,
    SEGMENT,
    Capture,
    Hole,
    NotExpressibleError,
    PathPattern,
    is_for_all_routes,
)
from hosting.migrate.regex_forms import group_forms, regex_patterns


@pytest.mark.parametrize(
    ("expression", "sources"),
    [
        ("/(.*)", ["/<*>"]),
        ("^/docs/(.*)$", ["/docs/<*>"]),
        ("/foo(/.*)?", ["/foo", "/foo/<*>"]),
        (r"/(.*)\.(js|css)", ["/<*>.js", "/<*>.css"]),
        ("/(a|b)/([^/]+)", ["/a/<1>", "/b/<1>"]),
        (r"/users/(\d+)/profile", [r"</^/users/(\d+)/profile$/>"]),
        ("/colou?r", ["/color", "/colour"]),
        ("/a.?b", ["/ab", "/a.b"]),
        ("/a.b", ["/a.b"]),
        ("/x[ab]", ["</^/x([ab])$/>"]),
        ("/((?!api/).*)", ["</^/((?!api/).*)$/>"]),
        ("/a(?:bc)+", ["</^/a((?:bc)+)$/>"]),
        ("/a{2}", ["</^/(a{2})$/>"]),
        ("(?i)/a", ["</^(?i)/a$/>"]),
        ("/(x(?!y))[)](z)", ["</^/(x(?!y))([)])z$/>"]),
        ("/(.+)", ["</^/(.+)$/>"]),
        ("/x/(.+)", ["/x/<*>"]),
        ("/(.*)/(.*)", ["</^/(.*)/(.*)$/>"]),
        ("/[^/]+[^/]+", ["</^/([^/]+)([^/]+)$/>"]),
        (r"/a\b", [r"</^/a(\b)$/>"]),
        ("/a]", ["</^/a(])$/>"]),
        ("/(?P<year>[^/]+)", ["/<1>"]),
        ("/a|/b", ["/a", "/b"]),
        ("/a^b", ["</^(/a^b)$/>"]),
        ("/x.{3}", ["</^(/x.{3})$/>"]),
        (r"/price\$", ["/price$"]),
        ("/(?<=a)b", ["</^(/(?<=a)b)$/>"]),
    ],
)
def test_a_regular_expression_as_rules(expression: str, sources: list[str]) -> None:
    """Wildcards become placeholders, alternatives several rules, and the rest stays a regular expression."""
    assert [pattern.amplify_source() for pattern in regex_patterns(expression)] == sources


@pytest.mark.parametrize("expression", ["/(", "/[a", "/a**", "/(?P<a>x)(?P<a>y)"])
def test_what_is_not_a_regular_expression(expression: str) -> None:
    """An invalid expression has no form."""
    with pytest.raises(NotExpressibleError, match="is not a regular expression"):
        regex_patterns(expression)


def test_too_many_alternatives_stay_an_expression() -> None:
    """More than 64 alternatives are one regular expression."""
    letters = "|".join("abcdefghi")
    (pattern,) = regex_patterns(f"/({letters})({letters})")
    assert pattern.amplify_source() == f"</^(/(?:{letters})(?:{letters}))$/>"


def test_deep_nesting_stays_an_expression() -> None:
    """Groups that are nested more than 20 deep are not read."""
    (pattern,) = regex_patterns("/" + "(" * 25 + "a" + ")" * 25)
    assert not pattern.is_simple


@pytest.mark.parametrize(
    ("expression", "target", "written"),
    [
        ("/a/(.*)/x/([^/]+)", ("/b/", Capture("2"), "/", Capture("1")), "/b/<2>/<*>"),
        ("/(?P<lang>en|de)/(.*)", ("/", Capture("2"), "?l=", Capture("lang")), "/<*>?l=en"),
        ("/((?!(a)).*)/([^/]+)", ("/", Capture("3")), "/<2>"),
        ("/a(/b)?", ("/c", Capture("1")), "/c"),
        ("/<x>", ("/<", "y>"), "/%3Cy%3E"),
    ],
)
def test_targets_refer_to_groups(expression: str, target: tuple[str | Capture, ...], written: str) -> None:
    """A target uses groups by number and by name, also after a group that stays an expression."""
    assert regex_patterns(expression)[0].amplify_target(target) == written


def test_a_target_with_an_unknown_group() -> None:
    """A group that the source lacks has no counterpart."""
    with pytest.raises(NotExpressibleError, match="has no 'name' in its source"):
        PathPattern(("/a",)).amplify_target(("/", Capture("name")))


def test_header_patterns() -> None:
    """A headers file has `*` and `:name`, and nothing else."""
    pattern = PathPattern(("/a b*/", Hole(1, SEGMENT), "/", Hole(2, REST)))
    assert pattern.header_pattern() == "/a%20b%2A/:p1/*"
    with pytest.raises(NotExpressibleError, match=r"has '\[0-9\]'"):
        PathPattern(("/", Hole(1, "[0-9]"))).header_pattern()
    with pytest.raises(NotExpressibleError, match="has a colon"):
        PathPattern(("/a:b",)).header_pattern()


def test_special_characters_of_rules_are_encoded() -> None:
    """A source can't have the characters of placeholders and queries."""
    assert PathPattern(("/a<b>?#c d",)).amplify_source() == "/a%3Cb%3E%3F%23c%20d"


def test_patterns_for_all_routes() -> None:
    """A pattern for all paths but some is for all routes of an app; one for a folder is not."""
    assert is_for_all_routes(regex_patterns(r"/((?!api/|.*\.).*)"))
    assert not is_for_all_routes(regex_patterns("/app/(.*)"))
    assert not is_for_all_routes([PathPattern(("/", Hole(1, "(")))])


def test_a_pattern_without_its_slash() -> None:
    """An expression that begins with any text is for paths, which begin with a slash."""
    (pattern,) = regex_patterns("(.+)/index.html")
    assert pattern.from_root().amplify_source() == "/<*>/index.html"
    assert pattern.from_root().amplify_target(("/", Capture("1"))) == "/<*>"
    assert PathPattern(()).from_root() == PathPattern(())
    assert not PathPattern(()).begins_with_slash
    assert regex_patterns("/(?!api).*")[0].begins_with_slash


def test_the_forms_of_a_group() -> None:
    """A group in another syntax has alternatives, and its holes get numbers of the whole pattern."""
    assert group_forms("js|.*", iter([7])) == [("js",), (Hole(7, REST),)]
