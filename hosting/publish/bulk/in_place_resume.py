"""Resumes interrupted uploads of an S3 website: recognizes what is in the bucket after them.

A listing has keys, sizes, ETags and times, but no headers. Each publish writes a plan before its first upload. So an
object that is younger than a plan is what the plan says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hosting.publish.bulk.in_place_index import InPlaceIndex
    from hosting.publish.bulk.manifests import Manifests, StoredFile, StoredFiles
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.s3.objects import ListedObject


@dataclass(frozen=True)
class PublishPlan:
    """The plan of a publish that may have been carried out in part.

    Attributes:
        start: when the plan was written, to the second.
        files: what it was going to upload.
    """

    start: datetime
    files: StoredFiles


def begun_plans(bucket: BucketClient, manifests: Manifests, index: InPlaceIndex) -> list[PublishPlan]:
    """Return the plans of publishes that have begun and not finished, the oldest first."""
    if not index.begun:
        return []
    written = bucket.list(manifests.key(""))
    names = [publish.plan for publish in index.begun if publish.plan in written]
    return [PublishPlan(written[name].time, manifests.read(name).files) for name in names]


def present_files(
    listed: Mapping[str, ListedObject], complete: StoredFiles, plans: Sequence[PublishPlan]
) -> StoredFiles:
    """Return the listed objects whose content and headers are known, by path.

    Args:
        listed: the objects, by path.
        complete: the files of the last publish that finished.
        plans: the interrupted publishes since, the oldest first.
    """
    known: StoredFiles = {}
    for path, found in listed.items():
        candidates = _candidates(path, found, complete, plans)
        # There are several if a plan was written in the same second as the object: they must agree.
        if candidates and all(one.entry == candidates[0].entry for one in candidates):
            known[path] = replace(candidates[0], etag=found.etag)
    return known


def _candidates(
    path: str, found: ListedObject, complete: StoredFiles, plans: Sequence[PublishPlan]
) -> list[StoredFile]:
    candidates: list[StoredFile] = []
    for plan in reversed(plans):
        file = plan.files.get(path)
        if file is None or plan.start > found.time:
            continue
        candidates.append(file)
        if plan.start < found.time:
            return [one for one in candidates if one.entry.size == found.size]
    file = complete.get(path)
    if file is not None and file.etag in ("", found.etag):
        candidates.append(file)
    return [one for one in candidates if one.entry.size == found.size]
