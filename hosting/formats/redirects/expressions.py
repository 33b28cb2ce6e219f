"""Amplify's regular expressions: `</.../>` as a source.

https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html has one, for single-page apps. It is
recognised in its many spellings. Any other must mean the same in Python, which checks it, and in the function's
JavaScript, and must take few steps on every path.
"""

from __future__ import annotations

import re
import warnings

from hosting.formats.redirects.backtracking import LONGEST_PATH, ExpressionError, most_steps
from hosting.formats.redirects.rules import RuleError

_WRITTEN = re.compile(r"</(.*)/>", re.DOTALL)
_EXTENSIONS = r"\((?:\?:)?[\w.|-]*\)"
# Spellings of "a path without one of these extensions", without spaces and backslashes, which people lose or add. Found
# in public Terraform, CDK and redirects.json files.
_SINGLE_PAGE = tuple(
    re.compile(expression)
    for expression in (
        rf"\^\(?\[\^\.\]\+\)?\$(?:\|\.\(\?!{_EXTENSIONS}\$\)\(?\[\^\.\]\+\)?\$?\)?)?",
        rf"\.\(\?!{_EXTENSIONS}\$\)\(?\[\^\.\]\+\)?\$?\)?\|\^\(?\[\^\.\]\+\)?\$",
        rf"\^\(\(\?!\.{_EXTENSIONS}\$\)\.\)[*+]\$",
    )
)
# 16 of the longest paths: under a hundredth of a second in njs.
_MOST_STEPS = 16 * LONGEST_PATH
_SLASH = re.compile(r"\\.|/", re.DOTALL)
_INSTEAD = "write the paths with '<*>' and '<name>'; for a single-page app, '/<*>' with the status 404-200"


def is_expression(source: str) -> bool:
    """Whether a source is a regular expression, well-formed or not."""
    return source.startswith("</")


def is_single_page(source: str) -> bool:
    """Whether a source is Amplify's expression for single-page apps."""
    found = _WRITTEN.fullmatch(source)
    bare = re.sub(r"[\s\\]", "", found[1]) if found else ""
    return any(shape.fullmatch(bare) for shape in _SINGLE_PAGE)


def read_expression(source: str) -> str:
    """Return an expression as the edge runs it, with each slash escaped.

    Raises:
        RuleError: it is malformed, means something else in another engine, or can take too many steps.
    """
    found = _WRITTEN.fullmatch(source)
    if found is None or not found[1]:
        raise RuleError(f"has a source that is not a regular expression as '</^[^.]+$/>' is: {_INSTEAD}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(found[1], re.ASCII)
        steps = most_steps(found[1])
    except ExpressionError as error:
        raise RuleError(f"{error}, which the edge does not run: {_INSTEAD}") from error
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        raise RuleError(f"has a regular expression that can't be read ({error}): {_INSTEAD}") from error
    if steps > _MOST_STEPS:
        raise RuleError(
            "has a regular expression that can take too many steps on a long path: begin it with '^', and have one '*' "
            f"or '+' at most that the next character does not end; or {_INSTEAD}"
        )
    return _SLASH.sub(lambda one: r"\/" if one[0] == "/" else one[0], found[1])
