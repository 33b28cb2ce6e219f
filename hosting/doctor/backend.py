"""The files of a backend that Pulumi's CLI manages itself: locks, and copies of a stack's state.

https://www.pulumi.com/docs/iac/concepts/state-and-backends/#using-a-diy-backend
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "file://"
# The organization's name in such a backend: https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/backend/diy/state.go
_ORGANIZATION = "organization"


@dataclass(frozen=True)
class BucketBackend:
    """A backend in S3.

    Attributes:
        bucket: the bucket's name.
        prefix: of all keys; empty, or with a slash at its end.
        region: the bucket's region; None for that of the environment.
        profile: the profile of the credentials; None for those of the environment.
    """

    bucket: str
    prefix: str = ""
    region: str | None = None
    profile: str | None = None


def local_folder(url: str) -> Path | None:
    """Return the folder of a backend's files; None if they are not on this machine."""
    return Path(url.removeprefix(_FILE)).expanduser() / ".pulumi" if url.startswith(_FILE) else None


def bucket_backend(url: str) -> BucketBackend | None:
    """Return the backend of a URL such as `s3://acme-state/sites?region=eu-west-1&profile=acme`; None for any other.

    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
    """
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items() if name != "awssdk"}
    if parts.scheme != "s3" or not options.keys() <= {"region", "profile"}:
        return None
    folder = parts.path.strip("/")
    return BucketBackend(parts.netloc, f"{folder}/" if folder else "", **options)


def locks(folder: Path, project: str, stack: str) -> Iterator[str]:
    """Yield who has locked the stack: a command that runs, or one that was killed."""
    for file in sorted((folder / "locks" / _ORGANIZATION / project / stack).glob("*.json")):
        yield _owner(_read(file))


def bucket_locks(s3: Any, backend: BucketBackend, project: str, stack: str) -> Iterator[str]:  # noqa: ANN401 - boto3 generates its clients
    """Yield who has locked the stack, as `locks` does; ``s3`` is a client of S3."""
    prefix = f"{backend.prefix}.pulumi/locks/{_ORGANIZATION}/{project}/{stack}/"
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=backend.bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            yield _owner(_parsed(s3.get_object(Bucket=backend.bucket, Key=item["Key"])["Body"].read()))


def _owner(content: object) -> str:
    owner = content if isinstance(content, dict) else {}
    return f"by process {owner.get('pid', '?')} on {owner.get('hostname', '?')} since {owner.get('timestamp', '?')}"


def checkpoint(folder: Path, project: str, stack: str) -> Path:
    """Return the file with the stack's state."""
    return folder / "stacks" / project / f"{stack}.json"


def attributes(file: Path) -> Path:
    """Return the file with the attributes of another file in the backend.

    If it is cut off, the other file can't be read. It may be missing: https://pkg.go.dev/gocloud.dev/blob/fileblob
    """
    return file.with_name(f"{file.name}.attrs")


def newest_copy(folder: Path, project: str, stack: str) -> Path | None:
    """Return the newest complete copy of the stack's state; None without one.

    The CLI keeps the file that it replaces beside the new one, and a copy of each update's last one in `backups`.
    """
    beside = checkpoint(folder, project, stack).with_name(f"{stack}.json.bak")
    copies = sorted((folder / "backups" / project / stack).glob("*.json"), reverse=True)
    return next((file for file in (beside, *copies) if isinstance(_read(file), dict)), None)


def _read(file: Path) -> object:
    """Return the JSON of a file; None if it is not readable as such."""
    try:
        return _parsed(file.read_bytes())
    except OSError:
        return None


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None
