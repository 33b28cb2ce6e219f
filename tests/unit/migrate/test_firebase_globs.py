from __future__ import annotations

import pytest

from hosting.migrate.findings import Findings
from hosting.migrate.firebase.globs import glob_patterns, is_negated
from hosting.migrate.firebase.ignore import ignore_patterns
from hosting.migrate.path_patterns import NotExpressibleError


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("**", ["/<*>"]),
        ("/**", ["/<*>"]),
        ("sw.js", ["/sw.js"]),
        ("./sw.js", ["/sw.js"]),
        ("//sw.js", ["/sw.js"]),
        ("*", ["/<1>"]),
        ("*.js", ["/<1>.js"]),
        ("**/*.@(js|css)", ["/<*>.js", "/<*>.css"]),
        ("**/*(a|b).js", ["/.js", "/a.js", "/b.js", "/<*>/.js", "/<*>/a.js", "/<*>/b.js"]),
        ("/a**(b)", ["/a<1>", "/a<1>b"]),
        ("**/*.{js,css}", ["/<*>.js", "/<*>.css"]),
        ("**/x/*.js", ["/x/<1>.js", "/<*>/x/<2>.js"]),
        ("/foo{,/**}", ["/foo", "/foo/<*>"]),
        ("/a/**/b", ["/a/b", "/a/<*>/b"]),
        ("/a/**b", ["/a/<1>b"]),
        ("/a**", ["/a<1>", "/a"]),
        ("/a*/b", ["/a<1>/b", "/a/b"]),
        ("/users/:id/profile", ["/users/<1>/profile"]),
        ("/blog/:post*", ["/blog", "/blog/<*>"]),
        ("/:lang*/about", ["/about", "/<*>/about"]),
        ("/a/:b*/c/:d*", ["/a/c", "/a/c/<*>", "/a/<*>/c", "</^/a/(.*)/c/(.*)$/>"]),
        ("/a-:rest*", ["/a-<*>"]),
        ("/files/:name*.html", ["/files/<*>.html"]),
        ("/?.js", ["</^/([^/])\\.js$/>"]),
        ("/[!0-9].js", ["</^/([^0-9])\\.js$/>"]),
        ("/a?(b)", ["/a", "/ab"]),
        (r"/a\*b", ["/a*b"]),
    ],
)
def test_globs_as_rules(source: str, written: list[str]) -> None:
    """A glob is anchored at the root, and each of its choices is a rule."""
    assert [pattern.amplify_source() for pattern in glob_patterns(source)] == written


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("**/*.(js|css)", "has a parenthesis without '@' before it"),
        ("**/!(sw).js", r"has '!\(sw\)', which is for all names but some: write an entry for each"),
        ("**/*(a|!(b))", r"has '\*\(a\|!\(b\)\)', which is for all names but some"),
        ("**/@(main.*|x)", r"has '@\(main\.\*\|x\)', .* for each of its choices, such as '/\*\*/main\.\*'"),
        ("a/*(*.map|*.@(js|css))", r"has '\*\(\*\.map\|\*\.@\(js\|css\)\)', .*, such as '/a/\*\.map'"),
        ("a/@(@(x|y).js|z)", "such as '/a/x.js'"),
        ("**/*(a|b(c|d))", r"has '\*\(a\|b\(c\|d\)\)', .* for each of its choices$"),
        ("a/@(b|@(c)", "has a parenthesis without its end"),
        ("{a,b}" * 7, "more than 64 alternatives"),
        ("@(a|b|c)" * 4, "more than 64 alternatives"),
        ("{a,b,c,d}/@(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q)", "more than 64 alternatives"),
    ],
)
def test_globs_without_a_counterpart(source: str, message: str) -> None:
    """What is neither a path nor a list of names or extensions is not a rule."""
    with pytest.raises(NotExpressibleError, match=message):
        glob_patterns(source)


def test_negated_globs() -> None:
    """A glob with `!` has the paths that it excludes."""
    assert is_negated("!/admin/**")
    assert [pattern.amplify_source() for pattern in glob_patterns("!/admin/**")] == ["/admin/<*>"]


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("firebase.json", ["/firebase.json"]),
        ("**/.*", [".*", "!.well-known/"]),
        ("**/node_modules/**", ["node_modules/"]),
        ("*.log", ["/*.log"]),
        ("**/*.map", ["*.map"]),
        ("src/**", ["/src/"]),
        ("**/a/b", ["/**/a/b"]),
        ("*.{a,b}", ["/*.a", "/*.b"]),
    ],
)
def test_ignore_patterns(pattern: str, written: list[str]) -> None:
    """Firebase's patterns are of whole paths; those of dotfiles leave `.well-known/` published."""
    findings = Findings()
    assert ignore_patterns([pattern], findings) == written
    assert findings.gaps == []


@pytest.mark.parametrize("pattern", ["!keep.js", "*.@(a|b)", "", 7, "[a"])
def test_ignore_patterns_without_a_counterpart(pattern: object) -> None:
    """What gitignore can't say is a gap."""
    findings = Findings()
    assert ignore_patterns([pattern], findings) == []
    assert len(findings.gaps) == 1


def test_no_ignore_patterns() -> None:
    """Without a list there are no patterns."""
    assert ignore_patterns(None, Findings()) == []
