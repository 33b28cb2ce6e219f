from __future__ import annotations

import ast

from tests.repository import REPOSITORY
from tools.smoke.store import Round, summary


def test_the_page_has_all_questions() -> None:
    """docs/reliability.md lists each question of the smoke test with its expected answer."""
    rows = (REPOSITORY / "docs/reliability.md").read_text().splitlines()
    tree = ast.parse((REPOSITORY / "tools/smoke/answers.py").read_text())
    yielded = [
        node.value.elts for node in ast.walk(tree) if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple)
    ]
    pairs = [(question, answer) for question, answer, _ in yielded if isinstance(question, ast.Constant)]
    listed = {
        str(question.value): str(answer.value)
        for question, answer in pairs
        if isinstance(question, ast.Constant) and isinstance(answer, ast.Constant)
    }
    assert len(listed) == len(pairs) > 8
    missing = [each for each in listed if not any(row.startswith(f"| {each} | ") for row in rows)]
    assert missing == []
    other = [
        (question, answer)
        for question, answer in listed.items()
        if not any(row.startswith(f"| {question} | ") and answer.strip("`") in row.partition(" | ")[2] for row in rows)
    ]
    assert other == []


def test_the_summary_of_the_updates_of_a_store() -> None:
    """It has the lag, the updates that were seen in part, and those that were overtaken by the next one."""
    rounds = [
        Round(1, [(0, 0, 0), (1, 1, 1)], 0.5),
        Round(2, [(1, 1, 1), (2, 1, 1), (2, 2, 2)], 1.5),
        Round(3, [(2, 2, 3)], None),
        Round(4, [(4, 4, 4)], 0.1),
    ]
    assert summary(rounds) == (
        "updates of a key value store: 3 of 4 arrived, after 0.1 to 1.5 s, median 0.5 s; 1 were seen in part, "
        "1 were overtaken by the next one"
    )
    assert "0 of 1 arrived, never" in summary(rounds[2:3])
