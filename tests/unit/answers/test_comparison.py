"""The differences between an answer and what is right."""

from __future__ import annotations

import pytest

from hosting.answers.comparison import Answer, differences
from hosting.answers.expected import Expected

URL = "https://www.example.com/docs/"
RIGHT = Answer(URL, 200, {"content-type": "text/html", "x-extra": "1"}, "a" * 64, 4)
FILE = Expected(200, "docs/index.html", "a" * 64, 4, {"content-type": "text/html"})


def found(answer: Answer, *expected: Expected) -> list[str]:
    """Return the differences as text."""
    return [str(difference) for difference in differences(expected, answer)]


def test_a_right_answer_has_no_differences() -> None:
    """Headers that nothing asks for do not count."""
    assert found(RIGHT, FILE) == []
    assert found(RIGHT, Expected(200)) == []


def test_each_difference_is_named() -> None:
    """Bytes, a wrong header and a missing one."""
    answer = Answer(URL, 200, {"content-type": "text/plain"}, "b" * 64, 3)
    expected = Expected(200, "x", "a" * 64, 4, {"content-type": "text/html", "cache-control": "no-cache"})
    assert found(answer, expected) == [
        "body is SHA-256 bbbbbbbbbbbb (3 bytes), not SHA-256 aaaaaaaaaaaa (4 bytes)",
        "content-type is 'text/plain', not 'text/html'",
        "cache-control is missing, not 'no-cache'",
    ]


@pytest.mark.parametrize(
    ("answer", "expected", "difference"),
    [
        (Answer(URL, 403), FILE, "status is 403, not 200"),
        (Answer(URL, 301, {"location": "/x"}), FILE, "status is 301, a redirect to /x, not 200"),
        (Answer(URL, error="Connection refused"), FILE, "the answer is missing: Connection refused, not 200"),
        (
            Answer(URL, 301, {"location": "/x"}),
            Expected(301, location="https://www.example.com/y"),
            "location is https://www.example.com/x, not https://www.example.com/y",
        ),
        (
            Answer(URL, 200, start=b"<?xml version='1.0'?>\n<ListBucketResult xmlns='x'>"),
            Expected(200),
            "the answer is a listing of the bucket, not closed",
        ),
    ],
)
def test_one_difference(answer: Answer, expected: Expected, difference: str) -> None:
    """A wrong status hides the rest, and a listing is never right."""
    assert found(answer, expected) == [difference]


def test_a_location_with_needless_escapes() -> None:
    """It is the same address."""
    assert (
        found(Answer(URL, 302, {"location": "/it%27s/"}), Expected(302, location="https://www.example.com/it's/")) == []
    )


def test_one_of_several_right_answers_is_enough() -> None:
    """Otherwise the first one is compared."""
    assert found(Answer(URL, 403), FILE, Expected(403)) == []
    assert found(Answer(URL, 500), FILE, Expected(403)) == ["status is 500, not 200"]


def test_a_host_that_must_not_exist() -> None:
    """Nothing else stands for it."""
    assert found(Answer(URL, error="the host does not exist", is_unknown_host=True), Expected(0)) == []
    assert found(Answer(URL, error="no answer"), Expected(0)) == ["the answer is missing: no answer, not 0"]


def test_headers_that_must_be_absent_and_texts_in_the_body() -> None:
    """Each is named that is there, or that is not."""
    answer = Answer(URL, 200, {"server": "S3"}, body="Grüße".encode())
    right = Expected(200, absent=("x-powered-by",), contains=("Grüße",))
    wrong = Expected(200, absent=("server",), contains=("Hello", "\ud800"))
    assert found(answer, right) == []
    assert found(answer, wrong) == [
        "server is 'S3', not absent",
        "the body is without it, not one with 'Hello'",
        "the body is without it, not one with '\\ud800'",
    ]


def test_a_redirect_without_a_location() -> None:
    """It is missing."""
    assert found(Answer(URL, 301), Expected(301, location=f"{URL}a")) == [f"location is missing, not {URL}a"]
