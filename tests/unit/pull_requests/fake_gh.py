"""GitHub's API as a program `gh`: it answers from a folder, and refuses what GitHub does not have.

The folder in FAKE_GITHUB has `state.json`: pull requests, runs with their artifacts, and comments.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = Path(os.environ.get("FAKE_GITHUB", "."))
BOT = "github-actions[bot]"


def main() -> None:
    """Answer one call of `gh api`."""
    arguments = [one for one in sys.argv[1:] if one not in ("api", "--paginate", "--slurp")]
    method = "GET"
    if arguments[0] == "--method":
        method, arguments = arguments[1], arguments[2:]
    body = {}
    if arguments[0] == "--input":
        body, arguments = json.load(sys.stdin), arguments[2:]
    url = urlsplit(arguments[0])
    state = json.loads((HOME / "state.json").read_text())
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    answer = _answer(state, method, url.path, query, body)
    (HOME / "state.json").write_text(json.dumps(state))
    if isinstance(answer, bytes):
        sys.stdout.buffer.write(answer)
    else:
        sys.stdout.write(json.dumps([answer] if "--slurp" in sys.argv else answer))


def _answer(state: dict[str, Any], method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    routes: dict[str, Callable[..., Any]] = {
        r"GET repos/acme/website/pulls/(\d+)": lambda number: state["pulls"][number],
        r"GET repos/acme/website/pulls": lambda: [one for one in state["pulls"].values() if _is_asked(one, query)],
        r"GET repos/acme/website/actions/runs/(\d+)/artifacts": lambda run: {
            "artifacts": _artifacts(state, run, query)
        },
        r"GET repos/acme/website/actions/artifacts/(\d+)/zip": lambda id_: (HOME / f"{id_}.zip").read_bytes(),
        r"GET repos/acme/website/issues/(\d+)/comments": lambda number: state["comments"].get(number, []),
        r"POST repos/acme/website/issues/(\d+)/comments": lambda number: _comment(state, number, body),
        r"PATCH repos/acme/website/issues/comments/(\d+)": lambda id_: _change(state, int(id_), body),
    }
    for pattern, answer in routes.items():
        found = re.fullmatch(pattern, f"{method} {path}")
        if found:
            try:
                return answer(*found.groups())
            except (KeyError, FileNotFoundError):
                break
    sys.stderr.write("gh: Not Found (HTTP 404)\n")
    sys.exit(1)


def _is_asked(pull: dict[str, Any], query: dict[str, str]) -> bool:
    return (pull["state"], pull["head"]["label"]) == (query["state"], query["head"])


def _artifacts(state: dict[str, Any], run: str, query: dict[str, str]) -> list[dict[str, Any]]:
    return [one for one in state["artifacts"].get(run, []) if one["name"] == query["name"]]


def _comment(state: dict[str, Any], number: str, body: dict[str, Any]) -> dict[str, Any]:
    made = {"id": sum(map(len, state["comments"].values())) + 1, "user": {"login": BOT}, **body}
    state["comments"].setdefault(number, []).append(made)
    return made


def _change(state: dict[str, Any], id_: int, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    (found,) = [one for comments in state["comments"].values() for one in comments if one["id"] == id_]
    found.update(body)
    return found


if __name__ == "__main__":
    main()
