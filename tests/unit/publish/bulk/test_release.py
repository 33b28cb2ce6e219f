"""The dynamic providers of bulk mode: what the engine asks of them, against a real local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from hosting.errors import HostingError
from hosting.providers.live import LiveProvider
from hosting.providers.release import ReleaseProvider
from hosting.publish.bulk import layout
from tests.unit.providers.test_invalidation import FakeCloudFront
from tests.unit.publish.bulk.test_atomic import after

if TYPE_CHECKING:
    from hosting.publish.s3.bucket import BucketClient
    from tests.unit.publish.bulk.conftest import Site


class Releasing(ReleaseProvider):
    """The provider with a bucket of the test's."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    def bucket_client(self, bucket: str) -> BucketClient:
        assert bucket == self._site.bucket
        return self._site.store


class Ending(LiveProvider):
    """The provider of the end, with the test's bucket and a fake of CloudFront."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site
        self.fake = FakeCloudFront()

    def bucket_client(self, bucket: str) -> BucketClient:
        assert bucket == self._site.bucket
        return self._site.store

    def cloudfront(self) -> FakeCloudFront:
        return self.fake


def props(site: Site, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any input
    """Return the inputs of a release of the site as it is, numbers as the engine gives them."""
    wanted = site.stage()
    manifest = wanted.manifest()
    return {
        "bucket": site.bucket,
        "atomic": True,
        "wanted": wanted.digest,
        "staging": str(wanted.folder),
        "files": float(manifest.file_count),
        "bytes": float(manifest.total_bytes),
        "hold": 3.0,
        "keep_assets_days": 7.0,
        "max_remove": 50.0,
        "pin": "",
        "error_pages": ["index.html"],
        "fallback": "index.html",
        "room": 2000.0,
        "route_choice": "",
        "rules": 1.0,
        "publish_marker": "m1",
        "previous_publish_marker": None,
        "urn": "urn:pulumi:s::p::t::n",
        **changes,
    }


def ending(site: Site, outputs: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any input
    """Return the inputs of the end of a publish."""
    return {
        "bucket": site.bucket,
        "distribution_id": "E1",
        "digest": outputs["digest"],
        "time": outputs["pointer"]["time"],
        "pages": outputs["pointer"]["pages"],
        "repaired": outputs["repaired"],
        "error_pages": ["index.html"],
        "always": False,
        "never": False,
        "wait": False,
        **changes,
    }


@pytest.mark.parametrize("provider", [ReleaseProvider(), LiveProvider()])
def test_editing_a_provider_changes_no_state(provider: Any) -> None:  # noqa: ANN401 - either
    """It is pickled by reference to its module, in a few bytes."""
    assert len(serialize_provider(provider)) < 120


def test_outputs_are_small_and_say_what_is_held(site: Site) -> None:
    """No file is in the outputs, but for the few exceptions of the edge."""
    site.files |= {f"{number}.html": "x" for number in range(300)}
    outs = Releasing(site).create(props(site)).outs or {}
    assert outs["file_count"] == 304
    assert [set(release) for release in outs["releases"]] == [{"digest", "time", "files", "bytes"}]
    assert len(str(outs)) < 2_500


def test_an_unchanged_site_is_no_change_and_asks_nobody(site: Site) -> None:
    """The digest decides; neither the way of publishing nor where the engine shows it counts."""
    provider = Releasing(site)
    outs = provider.create(props(site)).outs or {}
    site.store.read = None  # type: ignore[method-assign, assignment]  # whoever reads now fails
    assert provider.diff("id", outs, props(site, max_remove=60.0, urn="other")).changes is False


def test_a_changed_site_is_an_update_that_replaces_nothing(site: Site) -> None:
    """Another digest is published into the same bucket; another bucket or another kind of keys is another release."""
    provider = Releasing(site)
    outs = provider.create(props(site)).outs or {}
    site.files["index.html"] = "new"
    diff = provider.diff("id", outs, props(site))
    assert (diff.changes, diff.replaces) == (True, [])
    assert provider.diff("id", outs, props(site, atomic=False)).replaces == ["atomic"]


def test_refresh_marks_drift_and_the_next_update_repairs(site: Site) -> None:
    """`read` compares each object; its finding is a change, and after the update there is none."""
    provider = Releasing(site)
    outs = provider.create(props(site)).outs or {}
    assert (provider.read("id", outs).outs or {})["drift"] == 0
    about = f"{layout.slot(outs['pointer']['slot'])}about.html"
    site.s3.delete_object(Bucket=site.bucket, Key=about)
    drifted = provider.read("id", outs).outs or {}
    assert drifted["drift"] == 1
    assert provider.diff("id", drifted, props(site)).changes
    repaired = provider.update("id", drifted, props(site)).outs or {}
    assert site.text(about) == "about"
    assert (repaired["drift"], repaired["repaired"]) == (0, 1)
    assert repaired["pointer"]["mark"] != outs["pointer"]["mark"]


def test_a_bucket_that_lost_all_is_published_anew(site: Site) -> None:
    """Without the index everything counts as drifted."""
    provider = Releasing(site)
    outs = provider.create(props(site)).outs or {}
    site.store.delete(site.keys(""))
    drifted = provider.read("id", outs).outs or {}
    assert drifted["drift"]
    news = provider.update("id", drifted, props(site)).outs or {}
    assert site.text(f"{layout.slot(news['pointer']['slot'])}about.html") == "about"


def test_what_s3_refuses_is_a_sentence(site: Site) -> None:
    """A failure names what was done and what to type, without a traceback."""
    site.store.fail = after(0)
    with pytest.raises(HostingError, match="Run pulumi up again: it continues where this one stopped"):
        Releasing(site).create(props(site))


def test_delete_removes_only_what_is_below_the_prefix(site: Site) -> None:
    """What managed mode has at the root stays."""
    site.s3.put_object(Bucket=site.bucket, Key="index.html", Body=b"managed")
    provider = Releasing(site)
    outs = provider.create(props(site)).outs or {}
    provider.delete("id", outs)
    assert site.keys("") == ["index.html"]


def test_error_pages_are_there_before_the_distribution_names_them_and_change_after_the_switch(site: Site) -> None:
    """The first publish puts them; a later one leaves them to the end, which then invalidates their cache."""
    release, end = Releasing(site), Ending(site)
    outs = release.create(props(site)).outs or {}
    assert site.text(f"{layout.ERROR_PAGES}index.html") == "home"
    live = end.create(ending(site, outs)).outs
    site.files["index.html"] = "new"
    news = release.update("id", outs, props(site)).outs or {}
    assert site.text(f"{layout.ERROR_PAGES}index.html") == "home"
    assert news["pointer"]["pages"] != outs["pointer"]["pages"]
    # What the function itself leads unknown paths to needs no other entry in the cache.
    assert news["pointer"]["mark"] == outs["pointer"]["mark"]
    done = end.update("id", live or {}, ending(site, news)).outs or {}
    assert site.text(f"{layout.ERROR_PAGES}index.html") == "new"
    assert end.fake.paths == [["/*"], ["/.release/e/*"]]
    assert done["invalidation_id"] == "I2"


def test_a_publish_that_leaves_the_error_pages_needs_no_invalidation(site: Site) -> None:
    """The last invalidation's id stays; a repair invalidates all, as the edge may have got the wrong bytes."""
    release, end = Releasing(site), Ending(site)
    outs = release.create(props(site)).outs or {}
    live = end.create(ending(site, outs)).outs or {}
    site.files["about.html"] = "new"
    news = release.update("id", outs, props(site)).outs or {}
    assert end.diff("id", live, ending(site, news)).changes
    done = end.update("id", live, ending(site, news)).outs or {}
    assert end.fake.paths == [["/*"]]
    assert done["invalidation_id"] == "I1"
    assert not end.diff("id", done, ending(site, news)).changes
    for number in (1, 2):
        again = {**news, "repaired": 2, "pointer": {**news["pointer"], "time": f"later {number}"}}
        done = end.update("id", done, ending(site, again)).outs or {}
        assert end.fake.paths == [["/*"]] * (1 + number)


def test_an_end_that_failed_is_made_up_for_after_a_revert(site: Site) -> None:
    """The next update knows from the bucket, not from the state, that the error pages are those of another release."""
    release, end = Releasing(site), Ending(site)
    outs = release.create(props(site)).outs or {}
    live = end.create(ending(site, outs)).outs or {}
    before = site.files["index.html"]
    site.files["index.html"] = "new"
    news = release.update("id", outs, props(site)).outs or {}
    end.fake.fail = True
    with pytest.raises(HostingError, match="could not be invalidated"):
        end.update("id", live, ending(site, news))
    end.fake.fail = False
    site.files["index.html"] = before
    back = release.update("id", news, props(site)).outs or {}
    assert end.diff("id", live, ending(site, back)).changes
    end.update("id", live, ending(site, back))
    assert site.text(f"{layout.ERROR_PAGES}index.html") == before
    assert end.fake.paths == [["/*"], ["/.release/e/*"]]


def test_error_pages_get_their_new_headers_and_are_put_back(site: Site) -> None:
    """A header that changes is a change of the page; one that another hand has changed or removed is drift."""
    release, end = Releasing(site), Ending(site)
    outs = release.create(props(site)).outs or {}
    live = end.create(ending(site, outs)).outs or {}
    site.headers["index.html"] = "no-cache"
    news = release.update("id", outs, props(site)).outs or {}
    live = end.update("id", live, ending(site, news)).outs or {}
    key = f"{layout.ERROR_PAGES}index.html"
    assert site.s3.head_object(Bucket=site.bucket, Key=key)["CacheControl"] == "no-cache"
    assert (release.read("id", news).outs or {})["drift"] == 0
    site.s3.put_object(Bucket=site.bucket, Key=key, Body=b"HOME")
    drifted = release.read("id", news).outs or {}
    assert drifted["drift"] == 1
    repaired = release.update("id", drifted, props(site)).outs or {}
    end.update("id", live, ending(site, repaired))
    assert site.text(key) == "home"
    assert end.fake.paths[-1] == ["/*"]


def test_more_rules_at_the_edge_are_a_change_when_exceptions_no_longer_fit(site: Site) -> None:
    """The release moves to a slot of its own, without a byte sent."""
    provider = Releasing(site)
    outs = provider.create(props(site)).outs or {}
    site.files["about.html"] = "new"
    outs = provider.update("id", outs, props(site)).outs or {}
    assert outs["pointer"]["overlays"]
    assert not provider.diff("id", outs, props(site, room=100.0)).changes
    assert provider.diff("id", outs, props(site, room=10.0)).changes
    site.store.uploaded.clear()
    moved = provider.update("id", outs, props(site, room=10.0)).outs or {}
    assert moved["pointer"]["overlays"] == {}
    assert site.store.uploaded == []


def test_invalidations_as_the_settings_say(site: Site) -> None:
    """`always` invalidates all at each update, `never` nothing."""
    outs = Releasing(site).create(props(site)).outs or {}
    end = Ending(site)
    live = end.create(ending(site, outs, never=True)).outs or {}
    assert end.fake.paths == []
    assert end.diff("id", live, ending(site, outs, always=True)).changes
    end.update("id", live, ending(site, outs, always=True))
    assert end.fake.paths == [["/*"]]


def test_a_tree_that_was_staged_anew_or_is_gone_is_not_published(site: Site) -> None:
    """What goes up is what the program has staged, or nothing."""
    asked = props(site)
    site.files["index.html"] = "another"
    site.stage().manifest()
    with pytest.raises(HostingError, match="was staged anew since this pulumi up began"):
        Releasing(site).create(asked)
    with pytest.raises(HostingError, match="can't be read"):
        Releasing(site).create({**asked, "staging": "not/there"})
