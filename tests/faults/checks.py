"""Compares the site, the bucket and the state with the distribution folder, after a publish that succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.harness import elsewhere, fetch
from tests.faults.poller import WARM, is_answer, shown
from tests.faults.site_versions import is_hashed, urls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.e2e.harness import Answer
    from tests.faults.lab import Lab
    from tests.faults.site_versions import SiteVersion

_OBJECT = "aws:s3/bucketObject:BucketObject"
_BULK_OBJECTS = (".release/", ".published/")
_FOUND, _MISSING = 200, 404


def published_problems(lab: Lab, version: SiteVersion, others: Sequence[SiteVersion], mode: str) -> list[str]:
    """Return what differs from ``version``: URLs, keys of the bucket, the state; empty if nothing does."""
    return [
        *url_problems(lab, version, others, mode),
        *_key_problems(lab, version, others, mode),
        *_state_problems(lab, version, mode),
    ]


def url_problems(lab: Lab, version: SiteVersion, others: Sequence[SiteVersion], mode: str) -> list[str]:
    """Return the URLs that differ from ``version``, at an edge location with an empty cache and at a warm one."""
    pages = {other.published["404.html"] for other in others}
    headers = lab.visitor_headers()
    is_edge = "X-Forwarded-Proto" in headers
    paths = urls(version, *others, has_redirects=is_edge)

    def differing(asked: Sequence[str], location: Mapping[str, str]) -> dict[str, str]:
        problems = {}
        for path in asked:
            answer = fetch(lab.url(), path, headers={**headers, **location})
            expected = version.expected(path, has_redirects=is_edge)
            # In bulk mode an edge may keep the previous error page for `cachingMinTtl`.
            is_old_page = mode == "bulk" and location == WARM and answer.status == expected.status == _MISSING
            is_accepted = _is_kept(path, answer, others) or (is_old_page and answer.body in pages)
            if not is_answer(answer, expected) and not is_accepted:
                problems[path] = f"{path}: {shown(answer)}, and not {expected.status} {expected.body[:60]!r}"
        return problems

    if not is_edge:
        return list(differing(paths, {}).values())
    fresh, warm = differing(paths, elsewhere()), differing(paths, WARM)
    return [*fresh.values(), *(f"warm {problem}" for problem in warm.values())]


def _is_kept(path: str, answer: Answer, others: Sequence[SiteVersion]) -> bool:
    """Return whether the answer is a file with a hash in its name that is kept for visitors with an open tab."""
    file = path.removeprefix("/")
    contents = {version.published.get(file) for version in others}
    return answer.status == _FOUND and is_hashed(file) and answer.body in contents


def _key_problems(lab: Lab, version: SiteVersion, others: Sequence[SiteVersion], mode: str) -> list[str]:
    """Return the keys that the bucket lacks, and those that it should not have."""
    listed = lab.s3.list_objects_v2(Bucket=lab.outputs()["bucketName"]).get("Contents", [])
    keys = {item["Key"] for item in listed}
    of_mode = {key for key in keys if key.startswith(_BULK_OBJECTS)}
    kept = {file for other in others for file in other.published if is_hashed(file)}
    if mode == "bulk" and lab.outputs().get("distributionId"):
        # Where the files of a release are is the release's own business: the URLs show it.
        return [f"key {key} is not of a release" for key in sorted(keys - of_mode)]
    files = keys - of_mode if mode == "bulk" else keys
    unexpected = files - version.published.keys() - (kept if mode == "managed" else set())
    missing = version.published.keys() - files
    return [
        *(f"key {key} is missing" for key in sorted(missing)),
        *(f"key {key} is of another version" for key in sorted(unexpected)),
    ]


def _state_problems(lab: Lab, version: SiteVersion, mode: str) -> list[str]:
    # Operations that a kill left pending are the engine's: it lists them until the next refresh.
    resources = lab.state()["resources"]
    count = lab.outputs().get("fileCount")
    problems = []
    if count != len(version.published):
        problems.append(f"the state has {count} files, and not {len(version.published)}")
    objects = {item["inputs"]["key"] for item in resources if item["type"] == _OBJECT and not item.get("delete")}
    expected = version.published.keys() if mode == "managed" else set()
    return problems + [f"the state has object {key}" for key in sorted(objects ^ expected)]


def destroyed_problems(lab: Lab, before: Mapping[str, object]) -> list[str]:
    """Return what is left after `pulumi destroy`, where ``before`` has the stack's outputs before it."""
    buckets = {bucket["Name"] for bucket in lab.s3.list_buckets()["Buckets"]}
    distributions = lab.cloudfront.list_distributions()["DistributionList"].get("Items", [])
    functions = lab.cloudfront.list_functions()["FunctionList"].get("Items", [])
    controls = lab.cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
    left = [
        *(name for name in buckets if name == before["bucketName"]),
        *(item["Id"] for item in distributions),
        *(item["Name"] for item in functions),
        *(item["Id"] for item in controls),
        *(resource["urn"] for resource in lab.state().get("resources", [])),
    ]
    return [f"{name} is left" for name in left]
