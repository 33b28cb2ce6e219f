"""What a listing shows of objects that another program has changed, in both kinds of bulk mode."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hosting.publish.bulk.drift import drifted
from hosting.publish.bulk.manifests import StoredFile
from hosting.publish.s3.objects import ListedObject
from hosting.publish.staging.manifest import ManifestEntry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)
FILE = StoredFile("style.css", ManifestEntry("style.css", 3, "a" * 64, "text/css", None), "", "etag")
UNCHANGED = ListedObject(3, "etag", NOON)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(UNCHANGED, set(), id="unchanged"),
        pytest.param(None, {"style.css"}, id="missing"),
        pytest.param(ListedObject(3, "other", NOON), {"style.css"}, id="other bytes"),
        pytest.param(ListedObject(4, "etag", NOON), {"style.css"}, id="other size"),
        pytest.param(ListedObject(3, "etag", LATER), {"style.css"}, id="other type or Cache-Control"),
    ],
)
def test_kinds_of_drift(found: ListedObject | None, expected: set[str]) -> None:
    """An object with other headers alone is younger than the manifest, which was written last."""
    listed = {"manifest": ListedObject(1, "m", NOON), **({FILE.key: found} if found else {})}
    assert drifted([FILE], listed, "manifest") == expected
