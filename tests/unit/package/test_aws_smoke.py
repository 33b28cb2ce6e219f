from __future__ import annotations

import ast

from tests.repository import REPOSITORY


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
