"""The report as text and as JSON."""

from __future__ import annotations

import json

from hosting.answers.comparison import Answer, Difference
from hosting.answers.expected import Expected
from hosting.verify.checks import Check
from hosting.verify.crawl import Result
from hosting.verify.report import Report, Subject

URL = "https://www.example.com"


def result(path: str, kind: str = "files", *, wrong: bool = False, attempts: int = 1, encoding: str = "") -> Result:
    """Return a result of an edge location in Frankfurt."""
    check = Check(kind, URL + path, (Expected(200),), path.strip("/"), encoding or "identity")
    headers = {"x-amz-cf-pop": "FRA56-P4", "content-encoding": encoding} if path != "/local" else {}
    found = (Difference("status", "200", "404"),) if wrong else ()
    return Result(check, Answer(URL + path, 200, headers), found, attempts)


def test_a_site_that_is_right() -> None:
    """Counts, the edge location, what was stale at first, and notes."""
    results = [result("/a"), result("/b", attempts=2), result("/local")]
    results.append(result("/a", "compressed", encoding="gzip"))
    report = Report(Subject(URL, "prod", "0123456789abcdef", ("A note",)), results, 1.25)
    assert report.text().splitlines() == [
        "https://www.example.com (stack prod, digest 0123456789ab)",
        "  files               3  right",
        "  compressed          1  right (came compressed: gzip 1 of 1)",
        "Edge location: FRA56-P4 (3 answers)",
        "1 answer was stale at first, and right when asked again",
        "Note: A note",
        "All 4 answers are right (1.2 s)",
    ]


def test_a_site_that_is_wrong() -> None:
    """At most twenty of the wrong answers, with their differences."""
    results = [result(f"/{number}", wrong=True) for number in range(22)]
    results.append(Result(Check("unknown paths", f"{URL}/x", (Expected(404),)), Answer(f"{URL}/x"), ()))
    results.append(Result(Check("unknown paths", f"{URL}/y", (Expected(404),)), Answer(f"{URL}/y"), (), 2))
    results.append(Result(Check("unknown paths", f"{URL}/z", (Expected(404),)), Answer(f"{URL}/z"), (), 2))
    lines = Report(Subject(URL, "", "0123456789abcdef"), results, 2).text().splitlines()
    assert lines[:3] == [
        "https://www.example.com (digest 0123456789ab)",
        "  files              22  22 wrong",
        "  unknown paths       3  right",
    ]
    assert lines[4] == "2 answers were stale at first, and right when asked again"
    assert lines[5:7] == ["wrong: https://www.example.com/0 (0)", "  status is 404, not 200"]
    assert lines[-2:] == ["and 2 more; --json lists all of them", "22 of 25 answers are wrong (2.0 s)"]
    bare = Result(Check("unknown paths", f"{URL}/x", (Expected(404),)), Answer(""), (Difference("a", "b", "c"),))
    assert "wrong: https://www.example.com/x" in Report(Subject(URL, "", ""), [bare], 1).text().splitlines()


def test_the_report_for_programs() -> None:
    """The same, with all wrong answers."""
    results = [result("/a"), result("/b", wrong=True, attempts=3), result("/c", attempts=2)]
    report = Report(Subject(URL, "", "0123", ("A note",)), results, 1.25)
    assert json.loads(report.json()) == {
        "url": URL,
        "stack": None,
        "digest": "0123",
        "ok": False,
        "seconds": 1.2,
        "edgeLocations": {"FRA56-P4": 3},
        "checks": {"files": {"count": 3, "wrong": 1}},
        "compressed": {},
        "late": [f"{URL}/c"],
        "wrong": [
            {
                "url": f"{URL}/b",
                "kind": "files",
                "subject": "b",
                "attempts": 3,
                "differences": [{"what": "status", "expected": "200", "found": "404"}],
            }
        ],
        "notes": ["A note"],
    }
