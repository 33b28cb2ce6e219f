from __future__ import annotations

import json

from hosting.doctor.lines import Line, as_json, as_text, exit_code

LINES = [Line("ok", "All is well", check="zone"), Line("error", "It is broken", "pulumi cancel", check="stack")]


def test_text() -> None:
    """The next step is below its line."""
    assert as_text(LINES) == (
        "ok           zone          All is well\n"
        "error        stack         It is broken\n"
        "                           next: pulumi cancel\n"
    )


def test_json() -> None:
    """JSON has the lines, and the number of each status."""
    found = json.loads(as_json("prod", LINES))
    assert (found["stack"], found["error"], found["warning"], found["not checked"]) == ("prod", 1, 0, 0)
    assert found["lines"][1] == {
        "status": "error",
        "text": "It is broken",
        "next_step": "pulumi cancel",
        "check": "stack",
    }


def test_exit_code() -> None:
    """Only an error fails the command."""
    assert (exit_code(LINES), exit_code(LINES[:1]), exit_code([Line("warning", "w")])) == (1, 0, 0)
