"""What one file contains, and many files in worker processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hosting.review import workers
from hosting.review.contents import Contents, read_contents
from hosting.review.examine import CSS, HTML, MANIFEST, OTHER, XML, Content, Job, Options, decode, examine

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = ("www.example.com",)


def job(folder: Path, text: str, kind: str = HTML, *, key: str = "page", bases: tuple[str, ...] = ("/page",)) -> Job:
    """Return the job of a file."""
    file = folder / key.replace("/", "-")
    file.write_text(text)
    return Job(key, kind, str(file), "utf-8", is_compressed=False, bases=bases)


def test_a_page_has_targets_once(tmp_path: Path) -> None:
    """Equal targets are one; what the page requests has paths; other hosts are left out."""
    html = """<title>T</title><link rel=canonical href="https://www.example.com/c"><link rel=stylesheet href=s.css>
      <a href="/x">1</a><a href="https://www.example.com/x#a">2</a><a href="https://other.example/">3</a>
      <script src="/a.js"></script><script src="https://cdn.example/no.js"></script><img src=/i.png>"""
    found = examine(job(tmp_path, html), Options(HOSTS))
    assert (found.title, found.canonical, found.sent) == ("T", "/c", len(html))
    assert found.links == ["a/c", "r/s.css", "a/x", "r/a.js", "r/i.png"]
    assert (found.styles, found.scripts, found.images) == (["/s.css"], ["/a.js"], ["/i.png"])


def test_queries_and_fragments_are_kept_only_if_they_matter(tmp_path: Path) -> None:
    """A fragment of the page itself has its path."""
    html = '<a href="/x?q=1#f">x</a><a href="#own">y</a><p id=one>'
    assert examine(job(tmp_path, html), Options(HOSTS)).links == ["a/x"]
    both = examine(job(tmp_path, html), Options(HOSTS, fragments=True, queries=True))
    assert (both.links, both.anchors) == (["a/x?q=1#f", "a/page#own"], ["one"])


def test_a_page_for_any_path_is_resolved_from_each_depth(tmp_path: Path) -> None:
    """An error page has relative links to several places, and none to itself."""
    html = '<a href="x">x</a><a href="#top">top</a>'
    found = examine(job(tmp_path, html, bases=("/a", "/a/b")), Options(HOSTS, fragments=True))
    assert found.links == ["a/x", "a/a/x"]


def test_mixed_content_is_requested_by_the_page(tmp_path: Path) -> None:
    """A link that a visitor follows is not mixed content, and a site over http has no mixed content."""
    html = '<img src="http://other.example/a.png"><a href="http://other.example/">x</a>'
    assert examine(job(tmp_path, html), Options(HOSTS)).links == ["mhttp://other.example/a.png"]
    assert examine(job(tmp_path, html), Options(HOSTS, is_secure=False)).links == []


@pytest.mark.parametrize(
    ("kind", "text", "links"),
    [
        (CSS, "a { background: url(i.png) }", ["r/i.png"]),
        (XML, "<rss><link>/one</link></rss>", ["a/one"]),
        (MANIFEST, '{"start_url": "/"}', ["a/"]),
        (OTHER, "url(/no)", []),
    ],
)
def test_other_files(tmp_path: Path, kind: str, text: str, links: list[str]) -> None:
    """Each kind of file has its own links."""
    assert examine(job(tmp_path, text, kind), Options(HOSTS)).links == links


def test_the_bytes_that_are_sent(tmp_path: Path) -> None:
    """They are estimated by gzip if CloudFront compresses the file."""
    plain = job(tmp_path, "x" * 5_000, OTHER)
    assert examine(plain, Options(HOSTS)).sent == 5_000
    assert examine(plain._replace(is_compressed=True), Options(HOSTS)).sent < 100


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("ä".encode(), "utf-8"),
        ("ä".encode("latin-1"), "latin-1"),
        ("\ufeffä".encode(), "latin-1"),
        ("\ufeffä".encode("utf-16-le"), "utf-8"),
        ("ä".encode(), "no-such-charset"),
    ],
)
def test_a_text_is_decoded_as_by_a_browser(data: bytes, charset: str) -> None:
    """By its byte order mark, or else by the charset that it is served with."""
    assert decode(data, charset) == "ä"


def test_many_files_are_read_by_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is the same as in this process, and progress is reported."""
    jobs = [job(tmp_path, f'<title>{n}</title><a href="/{n}">x</a>', key=f"p{n}") for n in range(7)]
    options = Options(HOSTS, fragments=True)
    few = dict(workers.read_files(jobs, options, lambda _done, _total: None))
    monkeypatch.setattr(workers, "_FEW", 2)
    monkeypatch.setattr(workers, "_BATCH", 3)
    seen: list[tuple[int, int]] = []
    many = dict(workers.read_files(jobs, options, lambda done, total: seen.append((done, total))))
    assert many == few
    assert seen == [(3, 7), (6, 7), (7, 7)]


def test_a_worker_sends_each_text_once() -> None:
    """What it sends is read back as it was."""
    contents = [Content("A", "/a", ["a/x", "a/y"], ["i"], ["/s"], ["/j"], ["/p"], 7), Content(links=["a/y"])]
    sent = workers.packed(contents)
    assert sorted(sent["texts"]) == ["/j", "/p", "/s", "a/x", "a/y", "i"]
    assert workers.unpacked(json.loads(json.dumps(sent))) == contents


def test_an_error_of_a_worker_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that does not exist any more ends the review."""
    monkeypatch.setattr(workers, "_FEW", 0)
    missing = job(tmp_path, "")._replace(file=str(tmp_path / "gone"))
    with pytest.raises(ChildProcessError, match="a worker process ended before it had read its files"):
        list(workers.read_files([missing], Options(HOSTS), lambda _done, _total: None))


def test_a_worker_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is the same when it no longer reads what it is sent."""
    monkeypatch.setattr(workers, "_FEW", 0)

    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(workers, "_write", closed)
    with pytest.raises(ChildProcessError, match="a worker process ended"):
        list(workers.read_files([job(tmp_path, "")], Options(HOSTS), lambda _done, _total: None))


def test_contents_are_kept_between_runs(tmp_path: Path) -> None:
    """Each text is stored once; other options and a damaged file give nothing."""
    contents = Contents()
    contents.add("a", "1", ["/a"], Content("A", "/a", ["a/x", "a/y"], [], ["/s.css"], [], [], 7))
    contents.add("b", "2", ["/b"], Content("B", "", ["a/y"], ["id"], [], [], ["/i.png"], 8))
    contents.discard("a")
    file = tmp_path / "folder/cache.json"
    contents.save(file, ["options"])
    read = read_contents(file, ["options"])
    assert [read.texts[number] for number in read.rows["b"].links] == ["a/y"]
    assert sorted(read.texts) == ["/i.png", "a/y", "id"]
    read.add("c", "3", ["/c"], Content("C", "", ["a/y", "a/z"], ["id"], [], [], [], 9))
    assert sorted(read.texts) == ["/i.png", "a/y", "a/z", "id"]
    read.save(file, ["options"])
    again = read_contents(file, ["options"])
    assert [again.texts[number] for number in again.rows["c"].links] == ["a/y", "a/z"]
    assert read_contents(file, ["others"]).rows == {}
    file.write_text('{"version": 1}')
    assert read_contents(file, ["options"]).rows == {}
    assert read_contents(tmp_path / "none", ["options"]).rows == {}
