"""The comment on a merge request of GitLab, by a job that runs no code of the merge request. Pure.

What the publishing job has left was made by that code: its review is read as data, and the comment is made here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.errors import HostingError
from hosting.pull_requests.comments import comment_text, write_comment
from hosting.review.run import read_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.pull_requests.gitlab import GitLab
    from hosting.review.result import ReviewResult

# The publishing job in .gitlab-ci.yml, and its artifacts.
PUBLISHING_JOB = "preview-site"
URL_FILE, REVIEW_FILE = "preview.env", "preview-review.json"
_URL = re.compile(rb"PREVIEW_URL=(https?://[A-Za-z0-9.:-]+/?)\s*")


def comment_on_merge_request(gitlab: GitLab, number: int, pipeline: int, say: Callable[[str], None]) -> None:
    """Comment on a merge request with the URL and the review of what a pipeline has published.

    Raises:
        HostingError: GitLab refused it, or the pipeline has published in another way.
    """
    request = gitlab.merge_request(number)
    if not request.is_open or request.pipeline > pipeline:
        say("There is nothing to comment: the merge request is closed, or has a newer pipeline")
        return
    job = gitlab.job(pipeline, PUBLISHING_JOB)
    if job is None:
        raise HostingError(f"The pipeline has no job '{PUBLISHING_JOB}': name the job that publishes so")
    url = _url(gitlab.artifact(job.id, URL_FILE)) if job.succeeded else None
    text = comment_text(request.commit, url, _review(gitlab.artifact(job.id, REVIEW_FILE)))
    write_comment(gitlab, number, text)
    say(f"Merge request {number} has the comment about its preview")


def _url(content: bytes | None) -> str:
    found = _URL.fullmatch(content or b"")
    if found is None:
        raise HostingError(
            f"The artifact {URL_FILE} of '{PUBLISHING_JOB}' has no URL: copy its `artifacts` from the template again"
        )
    return found[1].decode()


def _review(content: bytes | None) -> ReviewResult | None:
    """Return the review; None without one, such as after a build that failed."""
    try:
        return read_result(content or b"")
    except ValueError:
        return None
