"""Regular expressions in Amplify's rules: `</.../>` as a source.

https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html has one, for single-page apps. It is
recognized in its many spellings. Any other expression must mean the same in Python, which checks it, and in the
function's JavaScript, and must take few steps on every path.
"""

from __future__ import annotations

import re
import warnings

from hosting.formats.redirects.expression_steps import LONGEST_PATH, ExpressionError, max_steps, with_encoded_plus
from hosting.formats.redirects.rules import RuleError

_SYNTAX = re.compile(r"</(.*)/>", re.DOTALL)
_EXTENSIONS = r"\((?:\?:)?[\w.|-]*\)"
# Spellings of "a path without one of these extensions", without spaces and backslashes, which differ between copies.
# They come from public Terraform, CDK and redirects.json files.
_SINGLE_PAGE = tuple(
    re.compile(expression)
    for expression in (
        rf"\^\(?\[\^\.\]\+\)?\$(?:\|\.\(\?!{_EXTENSIONS}\$\)\(?\[\^\.\]\+\)?\$?\)?)?",
        rf"\.\(\?!{_EXTENSIONS}\$\)\(?\[\^\.\]\+\)?\$?\)?\|\^\(?\[\^\.\]\+\)?\$",
        rf"\^\(\(\?!\.{_EXTENSIONS}\$\)\.\)[*+]\$",
    )
)
# Less than 10 ms in njs.
_MAX_STEPS = 16 * LONGEST_PATH
# Amplify's for single-page apps has about 150 characters. Counting the steps takes longer than linear time.
_LONGEST_EXPRESSION = 1_000
_SLASH = re.compile(r"\\.|/", re.DOTALL)
_INSTEAD = "write the paths with '<*>' and '<name>'; for a single-page app, '/<*>' with the status 404-200"


def is_expression(source: str) -> bool:
    """Whether a source is a regular expression, valid or not."""
    return source.startswith("</")


def is_single_page(source: str) -> bool:
    """Whether a source is Amplify's expression for single-page apps."""
    found = _SYNTAX.fullmatch(source)
    bare = re.sub(r"[\s\\]", "", found[1]) if found else ""
    return any(spelling.fullmatch(bare) for spelling in _SINGLE_PAGE)


def read_expression(source: str) -> str:
    """Return the expression for the function, with each slash escaped, and for canonical paths.

    Raises:
        RuleError: it is invalid, may mean something else in another engine, or can take too many steps.
    """
    found = _SYNTAX.fullmatch(source)
    if found is None or not found[1]:
        raise RuleError(f"has a source that is not a regular expression such as '</^[^.]+$/>': {_INSTEAD}")
    if len(found[1]) > _LONGEST_EXPRESSION:
        raise RuleError(
            f"has a regular expression of {len(found[1])} characters, and at most {_LONGEST_EXPRESSION} are checked: "
            f"{_INSTEAD}"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(found[1], re.ASCII)
        steps = max_steps(found[1])
    except ExpressionError as error:
        raise RuleError(f"{error}, which is not supported: {_INSTEAD}") from error
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        raise RuleError(f"has an invalid regular expression ({error}): {_INSTEAD}") from error
    if steps > _MAX_STEPS:
        raise RuleError(
            "has a regular expression that can take too many steps on a long path: begin it with '^', and use at most "
            f"one '*' or '+' that can match the character after it; or {_INSTEAD}"
        )
    return _SLASH.sub(lambda token: r"\/" if token[0] == "/" else token[0], with_encoded_plus(found[1]))
