"""The right answers of an S3 website endpoint."""

from __future__ import annotations

import pytest

from hosting.answers.s3_website import S3Website
from tests.unit.verify.sites import PAGES, URL, manifest_of


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", (200, "index.html", "")),
        ("/docs/", (200, "docs/index.html", "")),
        ("/docs", (302, "", f"{URL}/docs/")),
        ("/a%2Bb%20c.txt", (200, "a+b c.txt", "")),
        ("/about", (404, "404.html", "")),
        ("/nowhere/", (404, "404.html", "")),
        ("/.published/index", (403, "404.html", "")),
    ],
)
def test_the_answer_to_a_path(path: str, expected: tuple[int, str, str]) -> None:
    """Index documents, redirects to folders, the error document, and the keys that the policy hides."""
    answer = S3Website(URL, manifest_of(PAGES), "index.html", "404.html", ".published/").answer(path)
    assert (answer.status, answer.key, answer.location) == expected
    assert ("cache-control" in answer.headers) == (answer.status == 200)


def test_without_an_error_document_only_the_status_is_known() -> None:
    """S3 answers with a page of its own."""
    answer = S3Website(URL, manifest_of({"index.html": "home"}), "index.html", "404.html").answer("/nowhere")
    assert (answer.status, answer.key, answer.sha256) == (404, "", "")
