"""What a review is asked to do, besides the files, as data that JSON can hold: it runs in the provider's process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

# pydantic reads these types at run time.
from hosting.answers.site_rules import SiteRules, site_rules
from hosting.publish.settings import BudgetSettings, GateSettings  # noqa: TC001
from hosting.review.record import record_keys
from hosting.review.rule_changes import redirect_text
from hosting.review.settings import IgnoredFinding  # noqa: TC001

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan

# Beside the staged tree.
REQUEST_FILE = "review-request.json"


@dataclass(frozen=True)
class ReviewRequest:
    """What a review is asked to do.

    Attributes:
        rules: how the site answers.
        names: the host names of the site, its address first.
        hosts: the host names whose links are links inside of the site.
        gate: what to do with findings.
        budget: the sizes that a page must not exceed.
        ignore: the findings that are not reported.
        compresses: whether CloudFront compresses files.
        max_paths: the most URLs that a publish invalidates one by one; 0 if it invalidates none.
        unused_redirects: the redirects that never apply, because an earlier one matches.
        replaces_live_site: whether the live site that it is compared with is the one that the publish replaces.
    """

    rules: SiteRules
    names: tuple[str, ...]
    hosts: tuple[str, ...]
    gate: GateSettings
    budget: BudgetSettings
    ignore: tuple[IgnoredFinding, ...] = ()
    compresses: bool = True
    max_paths: int = 0
    unused_redirects: tuple[str, ...] = ()
    replaces_live_site: bool = True

    def to_text(self) -> str:
        """Return the request as ``from_text`` reads it."""
        return _adapter().dump_json(self, by_alias=True).decode()

    @classmethod
    def from_text(cls, text: str) -> ReviewRequest:
        """Return what ``to_text`` returned."""
        return _adapter().validate_json(text)


def review_request(settings: Settings, edge: EdgePlan, hidden: str) -> ReviewRequest:
    """Return the request for a stack; ``hidden`` is the beginning of the keys that visitors can't read."""
    cloudfront, keys = settings.cloudfront, record_keys(settings)
    names = tuple(name for name in settings.domain.names if not name.startswith("*"))
    return ReviewRequest(
        rules=site_rules(settings, edge, hidden),
        names=names,
        hosts=tuple(dict.fromkeys((*names, *settings.review.hosts))),
        gate=settings.publish.gate,
        budget=settings.publish.budget,
        ignore=settings.review.ignore,
        compresses=cloudfront.enabled and cloudfront.compress and cloudfront.max_ttl > 0,
        max_paths=settings.publish.invalidation_max_paths if settings.publish.invalidate != "never" else 0,
        unused_redirects=tuple(map(redirect_text, edge.unused_redirects)),
        replaces_live_site=keys.compared == keys.own and not settings.review.against,
    )


def review_digest(files_digest: str, request_text: str) -> str:
    """Return the digest of what is reviewed: the files, the rules and the settings."""
    return hashlib.sha256(f"{files_digest}\n{request_text}".encode()).hexdigest()


def write_request(folder: Path, request: ReviewRequest) -> str:
    """Write the request beside the staged tree, and return its text."""
    text = request.to_text()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REQUEST_FILE).write_text(text, encoding="utf-8")
    return text


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[ReviewRequest]:
    return TypeAdapter(ReviewRequest)
