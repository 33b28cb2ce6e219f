"""The one comment about a preview, on GitHub and on GitLab. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from hosting.review.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hosting.review.result import ReviewResult

# It begins the comment, and is not shown.
MARKER = "<!-- preview of the site -->"
_SHORT_COMMIT = 7


class Comment(NamedTuple):
    """A comment on a pull request.

    Attributes:
        id: its number at the host.
        body: its Markdown.
    """

    id: int
    body: str


class CommentHost(Protocol):
    """A repository whose pull requests have comments."""

    def own_comments(self, number: int) -> Iterable[Comment]:
        """Return the comments on a pull request that this client's user has written: anyone may copy the marker."""

    def create_comment(self, number: int, body: str) -> None:
        """Write a new comment."""

    def update_comment(self, number: int, comment: int, body: str) -> None:
        """Replace the text of a comment."""


def find_comment(host: CommentHost, number: int) -> Comment | None:
    """Return the comment about a pull request's preview; None if there is none."""
    return next((one for one in host.own_comments(number) if one.body.startswith(MARKER)), None)


def write_comment(host: CommentHost, number: int, text: str) -> None:
    """Write the comment about a pull request's preview; an existing one is replaced."""
    body = f"{MARKER}\n{text}"
    existing = find_comment(host, number)
    if existing is None:
        host.create_comment(number, body)
    elif existing.body != body:
        host.update_comment(number, existing.id, body)


def comment_text(commit: str, url: str | None, result: ReviewResult | None) -> str:
    """Return the comment after a publish: the URL, and the review of the preview if there was one.

    Args:
        commit: the commit that was published.
        url: the preview's URL; None if its publish failed.
        result: the review; None if there was none.
    """
    short = commit[:_SHORT_COMMIT]
    text = f"Preview of {short}: {url}" if url else f"Commit {short} has no preview: its publish failed."
    if result is None:
        return text
    return f"{text}\n\n{markdown(result, [result.cost] if result.cost else [])}"
