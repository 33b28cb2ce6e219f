from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.documentation.links import anchors, problems, unknown_pages

if TYPE_CHECKING:
    from pathlib import Path


def found(root: Path, **pages: str) -> list[str]:
    """Return the problems of pages, which are written to docs/ and linked by an index."""
    (root / "docs").mkdir()
    files = []
    for name, text in pages.items():
        file = root / "docs" / f"{name}.md"
        file.write_text(text)
        files.append(file)
    index = root / "README.md"
    index.write_text(" ".join(f"[{name}](docs/{name}.md)" for name in pages))
    return list(problems(root, [index, *files]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[b](b.md)", []),
        ("[b](b.md#part-one)", []),
        ("[here](#here)\n# Here", []),
        ("![picture](../README.md)", []),
        ("[web](https://example.com/b.md#x) [mail](mailto:a@example.com)", []),
        ("`[b](c.md)`\n```\n[b](c.md)\n```", []),
        ("[b](c.md)", ["docs/a.md: c.md does not exist"]),
        ("[b](b.md#part-two)", ["docs/a.md: b.md#part-two is not a heading of docs/b.md"]),
        ("[here](#there)\n# Here", ["docs/a.md: #there is not a heading of docs/a.md"]),
    ],
)
def test_a_link_leads_to_a_file_and_a_heading(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Relative links are followed, those in code and to the web are not."""
    assert found(tmp_path, a=text, b="# Part one") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# `{stack}` and `{branch}`", {"stack-and-branch"}),
        ("# PROD's own headers", {"prods-own-headers"}),
        ("## One\n## One", {"one", "one-1"}),
        ("# With a [link](x.md)", {"with-a-link"}),
        ('<a id="old"></a>text', {"old"}),
        ("```\n# a comment\n```", set()),
    ],
)
def test_anchors_are_githubs(text: str, expected: set[str]) -> None:
    """Headings get GitHub's fragments, and code has none."""
    assert anchors(text) == expected


def test_a_path_or_module_that_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    """Pages name files, folders and modules of this repository, which may be renamed."""
    (tmp_path / "hosting/site").mkdir(parents=True)
    (tmp_path / "hosting/plan.py").write_text("")
    text = "`hosting/plan.py` `hosting/site/` hosting/gone.py. `hosting.plan` hosting.site, `python -m hosting.gone`"
    assert found(tmp_path, a=text) == [
        "docs/a.md: hosting/gone.py does not exist",
        "docs/a.md: hosting.gone is not a module",
    ]


def test_a_page_that_nobody_links_to_is_a_problem(tmp_path: Path) -> None:
    """Readers start at the README, and find every page of docs/ by links."""
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs/a.md"
    page.write_text("# A")
    assert list(problems(tmp_path, [page])) == ["docs/a.md: no page links to it"]


def test_a_message_names_a_page_that_exists(tmp_path: Path) -> None:
    """Messages of the program send users to pages."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("")
    source = tmp_path / "source.py"
    source.write_text('print("see docs/a.md, docs/b.md")')
    assert list(unknown_pages(tmp_path, [source])) == ["source.py: docs/b.md does not exist"]
