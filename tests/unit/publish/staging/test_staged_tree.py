"""Staging: files that are refused, where each is linked, and a result that never depends on an earlier run."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.formats.gitignore import IgnoreRules
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.publish.staging.staged_tree import StagedTree, stage

if TYPE_CHECKING:
    from pathlib import Path

RULES = IgnoreRules.from_lines(["*.map"])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with a `dist` that holds one page, one style and one ignored file."""
    dist = tmp_path / "app" / "dist"
    (dist / "css").mkdir(parents=True)
    (dist / "index.html").write_text("<h1>hello</h1>")
    (dist / "css" / "style.css").write_text("h1 { color: red }")
    (dist / "css" / "style.css.map").write_text("{}")
    return tmp_path / "app"


def staged(project: Path, *, rules: IgnoreRules = RULES, stack: str = "dev", index: str = "index.html") -> StagedTree:
    """Stage the project's `dist`, with one header for styles."""
    target = project / ".hosting" / "staging" / stack
    headers = {"css/style.css": "no-cache"}
    return stage(project / "dist", target, rules, lambda _: headers, index_document=index)


def tree(folder: Path) -> list[str]:
    """Return all paths below a folder, folders with a trailing slash."""
    return sorted(f"{p.relative_to(folder)}{'/' if p.is_dir() else ''}" for p in folder.rglob("*"))


def test_pages_and_assets_are_hard_links(project: Path) -> None:
    """Pages and assets are in separate folders, and are the same files as in the distribution folder."""
    result = staged(project)
    assert tree(result.pages) == ["index.html"]
    assert tree(result.assets) == ["css/", "css/style.css"]
    assert (result.pages / "index.html").samefile(project / "dist" / "index.html")


def test_manifest_lists_the_staged_files(project: Path) -> None:
    """The manifest has every file with its size, type and header; ignored files are counted."""
    result = staged(project)
    assert [(e.path, e.size, e.content_type, e.cache_control) for e in result.manifest.entries] == [
        ("css/style.css", 17, "text/css; charset=utf-8", "no-cache"),
        ("index.html", 14, "text/html; charset=utf-8", None),
    ]
    assert (result.ignored_count, result.directory, result.warnings) == (1, project / "dist", ())


def test_compressed_files_have_an_encoding(project: Path) -> None:
    """A file's encoding comes from its name or from a rule; its type is that of the decompressed content."""
    (project / "dist" / "game.wasm.br").write_bytes(b"\x0b")
    (project / "dist" / "logo.svgz").write_bytes(b"\x1f\x8b")
    assert {e.path: (e.content_type, e.content_encoding) for e in staged(project).manifest.entries} == {
        "css/style.css": ("text/css; charset=utf-8", None),
        "game.wasm.br": ("application/wasm", "br"),
        "index.html": ("text/html; charset=utf-8", None),
        "logo.svgz": ("image/svg+xml; charset=utf-8", "gzip"),
    }


def test_compressed_file_that_is_none_is_rejected(project: Path) -> None:
    """A file that no browser could decompress is not published."""
    (project / "dist" / "app.js.gz").write_text("let a")
    with pytest.raises(PublishError, match=r"'app\.js\.gz' .* is not gzip data"):
        staged(project)


@pytest.mark.parametrize("name", ["a.htm", "A.HTML", "deep/er/b.html"])
def test_pages_are_recognised_by_extension(project: Path, name: str) -> None:
    """The extension counts in upper and lower case, in any folder."""
    page = project / "dist" / name
    page.parent.mkdir(parents=True, exist_ok=True)
    page.touch()
    assert (staged(project).pages / name).exists()


def test_digest_does_not_depend_on_times_or_place(project: Path) -> None:
    """Touched files and another stack have the same digest."""
    first = staged(project).manifest.digest
    os.utime(project / "dist" / "index.html", (1, 1))
    assert staged(project, stack="prod").manifest.digest == first


def test_well_known_is_published(project: Path) -> None:
    """`.well-known` is published with the assets."""
    (project / "dist" / ".well-known").mkdir()
    (project / "dist" / ".well-known" / "security.txt").touch()
    assert staged(project).manifest.get(".well-known/security.txt")


def test_a_tree_has_its_manifest_beside_it(project: Path) -> None:
    """The dynamic providers read the manifest from a file, as their inputs must stay small."""
    target = project / ".hosting" / "staging" / "dev"
    result = stage(project / "dist", target, RULES, lambda _: {})
    assert Manifest.from_json((target / MANIFEST).read_text(encoding="utf-8")) == result.manifest


def test_stacks_do_not_clash(project: Path) -> None:
    """Staging one stack does not change the tree of another."""
    dev = staged(project)
    (project / "dist" / "css" / "style.css").unlink()
    staged(project, stack="prod")
    assert tree(dev.assets) == ["css/", "css/style.css"]


def test_stale_files_and_folders_are_removed(project: Path) -> None:
    """A file that is no longer published is removed from the tree, with a folder that it leaves empty."""
    staged(project)
    (project / "dist" / "css" / "style.css").unlink()
    (project / "dist" / "x.js").touch()
    assert tree(staged(project).assets) == ["x.js"]


def test_file_becomes_folder_and_back(project: Path) -> None:
    """A name may change from a file to a folder and back."""
    staged(project)
    (project / "dist" / "page").write_text("a file")
    assert tree(staged(project).assets) == ["css/", "css/style.css", "page"]
    (project / "dist" / "page").unlink()
    (project / "dist" / "page").mkdir()
    (project / "dist" / "page" / "a.txt").touch()
    assert tree(staged(project).assets) == ["css/", "css/style.css", "page/", "page/a.txt"]
    (project / "dist" / "page" / "a.txt").unlink()
    (project / "dist" / "page").rmdir()
    (project / "dist" / "page").write_text("a file")
    assert tree(staged(project).assets) == ["css/", "css/style.css", "page"]


def test_leftovers_of_an_interrupted_run_are_corrected(project: Path) -> None:
    """An incomplete tree, unknown files, links and a damaged cache do not change the result."""
    result = staged(project)
    (result.assets / "css" / "style.css").unlink()
    (result.assets / "css" / "style.css").write_text("half")
    (result.assets / "left").symlink_to("/")
    (result.pages / "index.html").unlink()
    (result.pages / "index.html").mkdir()
    (result.pages / "index.html" / "odd").touch()
    (result.assets.parent / "hashes.json").write_text("{")
    assert staged(project).manifest == result.manifest
    assert tree(result.assets) == ["css/", "css/style.css"]
    assert (result.pages / "index.html").samefile(project / "dist" / "index.html")


def test_link_in_place_of_a_part_is_not_followed(project: Path, tmp_path: Path) -> None:
    """A link in place of `assets` is replaced, and its target is unchanged."""
    result = staged(project)
    keep = tmp_path / "keep"
    result.assets.rename(keep)
    result.assets.symlink_to(keep)
    staged(project)
    assert not result.assets.is_symlink()
    assert tree(keep) == ["css/", "css/style.css"]


def test_changed_content_is_detected(project: Path) -> None:
    """A file that was replaced or overwritten in place is staged with its new content."""
    staged(project)
    page = project / "dist" / "index.html"
    page.write_text("<h1>there</h1>")
    in_place = staged(project)
    page.unlink()
    page.write_text("<h1>again</h1>")
    replaced = staged(project)
    assert in_place.manifest.digest != replaced.manifest.digest
    assert (replaced.pages / "index.html").read_text() == "<h1>again</h1>"


def test_hard_links_among_the_sources(project: Path) -> None:
    """Two names of one file are both staged, and one of them can be removed."""
    (project / "dist" / "b.css").hardlink_to(project / "dist" / "css" / "style.css")
    assert staged(project).manifest.file_count == 3
    (project / "dist" / "b.css").unlink()
    assert staged(project).manifest.file_count == 2


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_copied_where_no_link_can_be(project: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Across devices, or if the system refuses the link, each run copies the file."""
    monkeypatch.setattr(os, "link", _failing(number))
    first = staged(project)
    (project / "dist" / "index.html").write_text("<h1>there</h1>")
    second = staged(project)
    assert not (second.pages / "index.html").samefile(project / "dist" / "index.html")
    assert (second.pages / "index.html").read_text() == "<h1>there</h1>"
    assert first.manifest.digest != second.manifest.digest


def test_full_disk_is_reported(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other error of the file system becomes a message without a traceback."""
    monkeypatch.setattr(os, "link", _failing(errno.ENOSPC))
    with pytest.raises(PublishError, match=r"No space left.*run `pulumi up` again"):
        staged(project)


def _failing(number: int) -> object:
    def link(*_paths: object) -> None:
        raise OSError(number, os.strerror(number))

    return link


def test_everything_ignored_is_refused(project: Path) -> None:
    """An empty tree would delete the whole site."""
    with pytest.raises(PublishError, match=r"No file is left to publish.*2 are ignored.*nothing was deployed"):
        staged(project, rules=IgnoreRules.from_lines(["*"]))
    assert not (project / ".hosting").exists()


@pytest.mark.parametrize("target", ["dist/staging", "."])
def test_staging_inside_the_distribution_folder_is_refused(project: Path, target: str) -> None:
    """Neither folder may be inside the other."""
    with pytest.raises(PublishError, match="contain each other"):
        stage(project / "dist", project / target, RULES, lambda _: {})


def test_a_published_root_has_the_ignored_program_in_it(tmp_path: Path) -> None:
    """The staging folder may be inside of the distribution folder if it is ignored there."""
    (tmp_path / "index.html").touch()
    (tmp_path / "infra").mkdir()
    result = stage(tmp_path, tmp_path / "infra/.hosting", IgnoreRules.from_lines(["/infra/"]), lambda _: {})
    assert [entry.path for entry in result.manifest.entries] == ["index.html"]


def test_missing_index_is_a_warning(project: Path) -> None:
    """As in Amplify, a site without its index document is published, with a warning."""
    result = staged(project, index="home.html")
    assert len(result.warnings) == 1
    assert "There is no 'home.html'" in result.warnings[0]


def test_backslash_is_a_warning(project: Path) -> None:
    """S3 stores a backslash in a key, but browsers never request one."""
    (project / "dist" / "a\\b.png").touch()
    assert "'a\\b.png' has a backslash" in staged(project).warnings[0]


def test_links_inside_are_followed(project: Path) -> None:
    """A link to a file or folder inside the distribution folder is published as its target."""
    (project / "dist" / "home.html").symlink_to("index.html")
    (project / "dist" / "styles").symlink_to("css")
    paths = [entry.path for entry in staged(project).manifest.entries]
    assert paths == ["css/style.css", "home.html", "index.html", "styles/style.css"]
    assert (project / ".hosting/staging/dev/pages/home.html").samefile(project / "dist" / "index.html")


def test_a_distribution_folder_may_itself_be_a_link(project: Path) -> None:
    """Links inside are checked against the resolved path of the folder."""
    (project / "dist" / "home.html").symlink_to(project / "dist" / "index.html")
    (project / "dist").rename(project / "real")
    (project / "dist").symlink_to("real")
    (project / "real" / "home.html").unlink()
    (project / "real" / "home.html").symlink_to(project / "dist" / "index.html")
    assert staged(project).manifest.get("home.html")


@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("secrets", "/etc/passwd", "leaves the distribution folder, to '/etc/passwd'"),
        ("up", "../..", r"leaves the distribution folder, to '\.\./\.\.'"),
        ("beside", "../dist2/x", "leaves the distribution folder"),
        ("gone", "nowhere", "to 'nowhere': No such file"),
        ("self", "self", "to 'self': Too many levels"),
        ("top", ".", "that would never end"),
    ],
)
def test_unsuitable_links_are_refused(project: Path, name: str, target: str, reason: str) -> None:
    """A link that leaves the folder, is broken or is circular is refused by name, before anything is staged."""
    (project / "dist2").mkdir()
    (project / "dist2" / "x").touch()
    (project / "dist" / name).symlink_to(target)
    with pytest.raises(PublishError, match=rf"'{name}' is a symbolic link.*{reason}"):
        staged(project)
    assert not (project / ".hosting").exists()


def test_links_in_circles_through_folders_are_refused(project: Path) -> None:
    """Two folders that link to each other are refused."""
    (project / "dist" / "css" / "other").symlink_to("../js")
    (project / "dist" / "js").mkdir()
    (project / "dist" / "js" / "other").symlink_to("../css")
    with pytest.raises(PublishError, match="'css/other/other' is a symbolic link to a folder that it is in"):
        staged(project)


def test_a_very_deep_folder_is_refused(project: Path) -> None:
    """More folders in one another than Python can walk are an error that names them, not a traceback."""
    project.joinpath("dist", *["d"] * 500).mkdir(parents=True)
    with pytest.raises(PublishError, match=r"'(d/){200}d' is in more than 200 folders"):
        staged(project)


def test_ignored_links_do_no_harm(project: Path) -> None:
    """An ignored link is not followed."""
    (project / "dist" / "out.map").symlink_to("/")
    (project / "dist" / "loop.map").symlink_to("loop.map")
    assert staged(project).ignored_count == 3


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"bad\xff.png", r"'bad\\xff\.png' has a name that is not UTF-8"),
        (b"new\nline.png", r"'new\\nline\.png' has a control character"),
        (b"del\x7f", "has a control character"),
        ("\ufffe".encode(), "has a control character"),
        (b"/".join([b"d" * 200] * 5 + [b"f" * 20]), "has a path of 1025 bytes, S3 allows 1024"),
    ],
)
def test_names_that_are_not_s3_keys_are_refused(project: Path, name: bytes, reason: str) -> None:
    """A key is at most 1024 bytes of UTF-8 without control characters."""
    path = project / "dist" / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with pytest.raises(PublishError, match=reason):
        staged(project)


def test_longest_key_is_published(project: Path) -> None:
    """A key of 1024 bytes is accepted."""
    name = "/".join(["d" * 200] * 5 + ["f" * 19])
    (project / "dist" / name).parent.mkdir(parents=True)
    (project / "dist" / name).touch()
    assert staged(project).manifest.get(name)


def test_sockets_and_pipes_are_refused(project: Path) -> None:
    """Only files and folders are published."""
    os.mkfifo(project / "dist" / "pipe")
    with pytest.raises(PublishError, match="'pipe' is neither a file nor a folder"):
        staged(project)


def test_all_problems_are_reported_at_once(project: Path) -> None:
    """Up to ten files are named, and the others counted."""
    for number in range(12):
        (project / "dist" / f"link{number:02}").symlink_to("/")
    with pytest.raises(PublishError) as refused:
        staged(project)
    message = str(refused.value)
    assert "'link00'" in message
    assert "'link09'" in message
    assert "'link10'" not in message
    assert message.endswith("and 2 more")


def test_missing_folder_is_reported(project: Path) -> None:
    """A folder that can't be listed is named, with the system's reason."""
    with pytest.raises(PublishError, match=r"'' can't be read \(No such file or directory\)"):
        stage(project / "gone", project / ".hosting", RULES, lambda _: {})
