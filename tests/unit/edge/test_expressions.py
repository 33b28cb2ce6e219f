"""Regular expressions in Amplify's rules: the one for single-page apps in its spellings, and all others."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.config.load import RawConfig, load_settings
from hosting.edge.redirects import redirects_part
from hosting.errors import ConfigError, EdgeError
from hosting.formats.redirects.expression_steps import LONGEST_PATH, max_steps
from hosting.formats.redirects.expressions import read_expression
from hosting.formats.redirects.rules import RuleError, ViewerRequest
from tests.unit.edge.runtime import request_event
from tests.unit.edge.test_redirects import amplify, first_match, result_of

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.formats.redirects.rule_set import RedirectRules
    from tests.unit.edge.runtime import EdgeRuntime

SHORT = "css|gif|ico|jpg|js|png|txt|svg|woff|ttf"
# Spellings of public redirects.json, Terraform and CDK files.
SINGLE_PAGE = [
    rf"</^[^.]+$|\.(?!({SHORT}|map|json|webp)$)([^.]+$)/>",
    rf"</^[^.]+$|\.(?!({SHORT})$)([^.]+$)/>",
    r"</^[^.]+$|\.(?!(txt)$)([^.]+$)/>",
    rf"</^[^.]+$|\.(?!({SHORT}|js|js||html)$)([^.]+$)/>",
    rf"</^[^.]+$|.(?!({SHORT})$)([^.]+$)/>",
    rf"</^[^.]+$|\.(?!({SHORT})$)([^.]+$ )/>",
    rf" </ ^[^.]+$ | \.(?!({SHORT})$)([^.]+$) /> ",
    rf"</^[^.]+$\|\.(?!({SHORT.replace('|', chr(92) + '|')})$)([^.]+$)/>",
    rf"</^[^.]+$|\.(?!(?:{SHORT})$)([^.]+)$/>",
    rf"</\.(?!({SHORT})$)([^.]+$)|^[^.]+$/>",
    rf"</^((?!\.({SHORT})$).)*$/>",
    rf"</^((?!.(json|{SHORT})$).)*$/>",
    "</^[^.]+$/>",
    "</^([^.]+)$/>",
]


def one(folder: Path, source: str, status: str = "200", target: str = "/index.html") -> RedirectRules:
    """Return the rules of a file with one rule."""
    return amplify(folder, {"source": source, "target": target, "status": status})


@pytest.mark.parametrize("source", SINGLE_PAGE)
@pytest.mark.parametrize(("status", "answers"), [("200", 200), ("404-200", 200), ("404", 404)])
def test_the_expression_of_single_page_apps(tmp_path: Path, source: str, status: str, answers: int) -> None:
    """Every spelling becomes the fallback, and no rule of the function."""
    redirects = one(tmp_path, source, status, "index.html")
    assert redirects.rules == ()
    assert [(fallback.page, fallback.status) for fallback in redirects.fallbacks] == [("/index.html", answers)]


def test_the_expression_beside_amplifys_default(tmp_path: Path) -> None:
    """Both `/<*>` and the expression for the same page give one fallback, without a warning."""
    default = {"source": "/<*>", "target": "/index.html", "status": "404-200"}
    redirects = amplify(tmp_path, default, {"source": SINGLE_PAGE[0], "target": "/index.html", "status": "200"})
    assert len(redirects.fallbacks) == 1
    assert redirects.warnings == ()


def test_the_expression_in_the_setting() -> None:
    """`website:redirects` accepts the expression, too, and refuses an unsupported one with a suggestion."""
    rule = {"source": SINGLE_PAGE[0], "target": "index.html", "status": "200"}
    settings = load_settings(RawConfig("prod", {"website:redirects": json.dumps([rule])}), {"AWS_REGION": "us-east-1"})
    assert settings.website.redirects[0].source == SINGLE_PAGE[0]
    broken = json.dumps([{**rule, "source": "</(a+)+$/>"}])
    with pytest.raises(ConfigError, match="write the paths with '<\\*>'"):
        load_settings(RawConfig("prod", {"website:redirects": broken}), {"AWS_REGION": "us-east-1"})


# Each with a path that it matches, and the beginning, middle and end of a path that takes the most steps.
ACCEPTED = [
    ("^/static/media/.*\\.pdf$", "/static/media/a.pdf", ("/static/media/", ".pd", "")),
    ("^(?!/api(?:/|$))[^.]*$", "/about", ("/", "a/", ".")),
    ("^([^.]+[^/])$", "/docs", ("/", "a", "/")),
    ("^((?!\\.).)*[^\\/]$", "/docs", ("/", "a", "/")),
    ("\\.html?$", "/a.html", ("/", ".htm", "x")),
    ("^/blog/(\\d{4})/(\\d{2})/.*", "/blog/2024/01/x", ("/blog/2024/", "1", "")),
    ("^/(en|de|fr)(/.*)?$", "/en/a/b", ("/en", "a", "")),
    ("^/p/[\\w-]+/?$", "/p/a-b/", ("/p/", "a-", ".")),
    ("^/a[0-9]*b", "/a12b", ("/a", "1", "")),
    ("^/[^/]+/[^/]+/[^/]+/x$", "/a/b/c/x", ("/a/b/", "c", "/y")),
    ("^/p/(.*)/(.*)$", "/p/a/b", ("/p/", "a", "")),
    ("^/p/(.*)/(?:.*?)(.*)", "/p/a/b", ("/p/", "a", "")),
    ("^/(.*)/index\\.html$", "/a/b/index.html", ("/", "/index.htm", "")),
    ("^/a{2,3}?b?$", "/aaa", ("/", "a", "")),
    ("^/x\\b", "/x/y", ("/x", "x", "")),
]


def filled(parts: tuple[str, str, str]) -> str:
    """Return the longest path with this beginning, middle (repeated) and end."""
    first, middle, last = parts
    return first + (middle * LONGEST_PATH)[: LONGEST_PATH - len(first) - len(last)] + last


@pytest.mark.parametrize(("expression", "matches", "worst"), ACCEPTED)
def test_other_expressions_run_at_the_edge(
    edge: EdgeRuntime, tmp_path: Path, expression: str, matches: str, worst: tuple[str, str, str]
) -> None:
    """An expression with the same meaning in every engine is accepted, and the function ends on its worst path."""
    redirects = one(tmp_path, f"</{expression}/>", "301", "/found")
    assert result_of(edge, redirects, matches) == "301 /found"
    path = filled(worst)
    assert len(path) == LONGEST_PATH
    assert edge.request([redirects_part(redirects.rules)], request_event(path))["uri"] == path
    assert first_match(redirects.rules, ViewerRequest(path, {})) is None


@pytest.mark.parametrize(
    ("expression", "target", "answer"),
    [
        (r"^/(\d{4})/(\d\d)/(.+)$", "/news/<3>?year=<1>", ("/2024/05/a/b", "/news/a/b?year=2024")),
        ("^/(?:en|fr)/([a-z]+)$", "https://example.com/<1>", ("/fr/about", "https://example.com/about")),
        ("^/(old)?(new)?$", "/x/<1>-<2>", ("/new", "/x/-new")),
    ],
)
def test_groups_are_placeholders(
    edge: EdgeRuntime, tmp_path: Path, expression: str, target: str, answer: tuple[str, str]
) -> None:
    """`<1>` in a target is the text of the first group; a group that matched nothing is empty."""
    path, location = answer
    assert result_of(edge, one(tmp_path, f"</{expression}/>", "301", target), path) == f"301 {location}"


def test_a_group_that_the_expression_lacks(tmp_path: Path) -> None:
    """A target with the number of a group that does not exist is an error."""
    with pytest.raises(EdgeError, match="has a target with '2', which its source does not have"):
        one(tmp_path, "</^/(a)$/>", "301", "/<2>")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("(a+)+$", "repeats a group that matches in more than one way"),
        ("^(a|ab)*$", "repeats a group that matches in more than one way"),
        ("^(?:(?:a|b)c){2}$", "repeats a group that matches in more than one way"),
        ("^/(.)\\1$", "has '\\1$' in its regular expression"),
        ("(?<=a)b", "has '?' in its regular expression after something that can't be repeated"),
        ("(?<name>a)", "has an invalid regular expression"),
        ("(?P<name>a)", "has '?' in its regular expression after something that can't be repeated"),
        ("(?i)a", "has '?' in its regular expression after something that can't be repeated"),
        ("(?#note)a", "has '?' in its regular expression after something that can't be repeated"),
        ("^a++", "has '+' in its regular expression after something that can't be repeated"),
        ("^*a", "has an invalid regular expression"),
        ("^(?=a)*", "has '*' in its regular expression after something that can't be repeated"),
        ("^(a?)*", "has '*' in its regular expression after something that can't be repeated"),
        ("*", "has an invalid regular expression"),
        ("^/\\Z", "has '\\Z' in its regular expression"),
        ("^/\\p{L}", "has an invalid regular expression"),
        ("^/[[a]", "has an invalid regular expression"),
        ("[]a]", "has '[]a]' in its regular expression"),
        ("[a&&b]", "has an invalid regular expression"),
        ("[z-a]", "has an invalid regular expression"),
        ("^/a{,3}", "has '{,3}' in its regular expression"),
        ("^/a{1000}", "has '{100' in its regular expression"),
        ("^/a{99999999999}", "has an invalid regular expression"),
        ("^/é", "has '^/é' in its regular expression"),
        ("^/a b", "has ' b' in its regular expression"),
        ("(a", "has an invalid regular expression"),
        ("a)", "has an invalid regular expression"),
        ("(" * 400 + ")" * 400, "has an invalid regular expression"),
        ("^/(.*)/(.*)/(.*)$", "too many steps"),
        ("^/" + "a" * 1000, "a regular expression of 1002 characters"),
        ("^/(.*)/(.*)(?=x)$", "too many steps"),
        ("^/(.*)/(.*)/x$", "too many steps on a long path: begin it with '^'"),
        ("/(.*)/x$", "too many steps"),
        ("^[a-z]*(?!.*x)", "too many steps"),
        ("^/a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaa$", "too many steps"),
    ],
)
def test_other_expressions_are_refused(tmp_path: Path, expression: str, message: str) -> None:
    """An expression that engines read differently, or that can take long, is refused with a suggestion."""
    with pytest.raises(EdgeError) as caught:
        one(tmp_path, f"</{expression}/>", "301", "/found")
    assert message in str(caught.value)
    assert "write the paths with '<*>' and '<name>'" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "status", "message"),
    [
        ("</^[^*]+$|^\\*\\*($|/.*)>", "200", "is not a regular expression such as '</^[^.]+$/>'"),
        ("<//>", "200", "is not a regular expression"),
        ("</^/a$/i>", "200", "is not a regular expression"),
        ("</^/a$/>", "404", "has the status 404 and a regular expression: write '/<*>'"),
    ],
)
def test_invalid_expression_rules(tmp_path: Path, source: str, status: str, message: str) -> None:
    """A source that is not `</.../>`, and an expression with the status 404, are refused."""
    with pytest.raises(EdgeError) as caught:
        one(tmp_path, source, status)
    assert message in str(caught.value)


@pytest.mark.parametrize("target", ["/found/<*>", "/found/<name>"])
def test_groups_are_not_placeholders(tmp_path: Path, target: str) -> None:
    """As in Amplify, the groups of an expression can't be used in the target."""
    with pytest.raises(EdgeError, match="which its source does not have"):
        one(tmp_path, "</^/a(b)$/>", "301", target)


TOKENS = st.sampled_from(
    [
        *(
            "a",
            "b",
            "/",
            ".",
            "^",
            "$",
            "|",
            "(",
            ")",
            "(?:",
            "(?=",
            "(?!",
            "*",
            "+",
            "?",
            "*?",
            "{2}",
            "{1,2}",
            "{1,}",
        ),
        *("[a-b]", "[^/]", "[^a.]", "\\.", "\\/", "\\w", "\\d", "\\W", "\\b", "\\B", "-", ",", "}", "]", "%2F", "\\%"),
    ]
)


@given(
    tokens=st.lists(TOKENS, min_size=1, max_size=8),
    path=st.lists(st.sampled_from(["/", "a", "b", ".", "ab", "-", "1", "%2F", "_"]), max_size=8).map(
        lambda p: "/" + "".join(p)
    ),
)
def test_an_accepted_expression_means_the_same(edge: EdgeRuntime, tokens: list[str], path: str) -> None:
    """Every accepted expression matches the same paths in Python and in JavaScript."""
    try:
        expression = read_expression(f"</{''.join(tokens)}/>")
    except RuleError:
        return
    code = f"function handler(event) {{ return /{expression}/.exec(event.request.uri) !== null }}"
    edge.load(code)
    assert edge.run(request_event(path)) == [re.search(expression, path, re.ASCII) is not None]


@pytest.mark.skipif(shutil.which("njs") is None, reason="njs, which Debian's package njs has, is not installed")
def test_njs_runs_what_is_accepted() -> None:
    """njs, which CloudFront's runtime is based on, accepts each expression and ends on its worst path."""
    lines = ["var failed = [];"]
    for expression, matches, worst in ACCEPTED:
        read = read_expression(f"</{expression}/>")
        for path, found in ((matches, "true"), (filled(worst), "false")):
            lines.append(f"if (/{read}/.test({json.dumps(path)}) !== {found}) failed.push({json.dumps(read)});")
    lines.append("console.log(JSON.stringify(failed));")
    ran = subprocess.run(["njs", "-"], input="\n".join(lines), capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout) == []


@pytest.mark.parametrize(
    ("expression", "steps"),
    [
        ("^/a$", 5),
        ("^(a|b)c?$", 10),
        ("^a*$", LONGEST_PATH + 3),
        ("a", 2 * LONGEST_PATH),
        ("^.*/.*.*$", 4 * LONGEST_PATH + 4),
    ],
)
def test_steps_are_counted_by_structure(expression: str, steps: int) -> None:
    """The bound on the steps depends only on the expression."""
    assert max_steps(expression) == steps
