"""Property tests: whatever the files of a host hold, the command ends with a report or with a sentence."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hosting.errors import HostingError
from hosting.migrate.migration import migrate
from hosting.migrate.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

PATTERNS = ["/", "/(.*)", "/:a*", "/((?!a).*)", "**", "!/a/**", "/@(a|b)", "/{a,b}", "/*", "/a*b", "(", "[", "\\"]
TARGETS = ["/index.html", "https://x.com/$1", "//x", "http://[", "/:a/:b", "/.netlify/x", "\0", "\ud800", "#"]
TEXT = st.one_of(
    st.text(max_size=10),
    st.sampled_from(PATTERNS),
    st.sampled_from(TARGETS),
    st.text(alphabet="/:*?()[]{}|\\.^$+ab1<>!@#%&= \n\t", max_size=15),
)
NUMBER = st.integers(-5, 1000) | st.floats(allow_nan=False, allow_infinity=False)
SCALAR = st.one_of(TEXT, st.none(), st.booleans(), NUMBER)
KEYS = {
    "vercel.json": (
        "source destination has missing permanent statusCode headers key value src dest handle status use config"
        " rewrites redirects routes builds cleanUrls trailingSlash outputDirectory buildCommand installCommand"
        " framework distDir env build functions type"
    ),
    "firebase.json": (
        "hosting public source ignore redirects rewrites headers key value glob regex destination type function run"
        " serviceId region dynamicLinks cleanUrls trailingSlash predeploy target site i18n"
    ),
    "netlify.toml": "",
    ".s3deploy.yml": "routes route headers ignore gzip Cache-Control bucket region source path distribution-id key acl",
    "sst.config.ts": (
        "path build command output environment indexPage errorPage domain name redirects aliases dns cert buildCommand"
        " buildOutput customDomain domainName domainAlias hostedZone TOKEN ...rest"
    ),
}
TOML_KEYS = [
    *(
        "build",
        "base",
        "publish",
        "command",
        "environment",
        "context",
        "production",
        "redirects",
        "from",
        "to",
        "status",
    ),
    *(
        "force",
        "query",
        "conditions",
        "Country",
        "headers",
        "for",
        "values",
        "plugins",
        "package",
        "processing",
        "html",
    ),
]


def values(keys: list[str]) -> st.SearchStrategy[Any]:
    """Return any JSON whose keys are often those that an importer reads."""
    key = st.one_of(st.sampled_from(keys), st.text(max_size=5))
    return st.recursive(
        SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(key, inner, max_size=6), max_leaves=12
    )


def objects(name: str) -> st.SearchStrategy[Any]:
    """Return objects with the keys of a host's file, each with any value."""
    keys = KEYS[name].split()
    one = st.dictionaries(st.sampled_from(keys), values(keys), max_size=8)
    return one.map(lambda content: {"hosting": content}) | one if name == "firebase.json" else one


@pytest.fixture(scope="module")
def app() -> Iterator[Path]:
    """Return the folder of a project that has the program in `infra/`."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "infra").mkdir()
        (Path(folder) / "infra" / "Pulumi.yaml").write_text("name: site\nruntime: python\n")
        yield Path(folder)


def ends_well(app: Path, name: str, content: bytes) -> None:
    """Require a report or a sentence, for a project with one file."""
    for file in (app / one for one in KEYS):
        file.unlink(missing_ok=True)
    (app / name).write_bytes(content)
    request = Request(app, "prod", force=True)
    path, os.environ["PATH"] = os.environ["PATH"], ""
    try:
        with contextlib.suppress(HostingError):
            assert migrate(request, app / "infra")[0].startswith("Read ")
    finally:
        os.environ["PATH"] = path


@settings(max_examples=80, deadline=None)
@given(content=objects("vercel.json"))
def test_any_vercel_json(app: Path, content: Any) -> None:  # noqa: ANN401 - any JSON
    """No content of vercel.json gives a traceback."""
    ends_well(app, "vercel.json", json.dumps(content).encode())


@settings(max_examples=80, deadline=None)
@given(content=objects("firebase.json"))
@example(content={"hosting": {"public": "x", "predeploy": True}})
def test_any_firebase_json(app: Path, content: Any) -> None:  # noqa: ANN401 - any JSON
    """No content of firebase.json gives a traceback."""
    ends_well(app, "firebase.json", json.dumps(content).encode())


@settings(max_examples=80, deadline=None)
@given(content=objects(".s3deploy.yml"))
def test_any_s3deploy_yml(app: Path, content: Any) -> None:  # noqa: ANN401 - any YAML
    """No content of .s3deploy.yml gives a traceback."""
    ends_well(app, ".s3deploy.yml", json.dumps(content).encode())


@settings(max_examples=80, deadline=None)
@given(
    arguments=st.lists(values(KEYS["sst.config.ts"].split()), max_size=3), cut=st.integers(0, 30), is_v2=st.booleans()
)
def test_any_sst_config(app: Path, arguments: list[Any], cut: int, is_v2: bool) -> None:  # noqa: FBT001 - a parameter
    """No arguments of a StaticSite give a traceback, nor does a source that ends anywhere."""
    name = "StaticSite(stack, " if is_v2 else "sst.aws.StaticSite("
    source = f"new {name}{', '.join(json.dumps(one) for one in ['Web', *arguments])})"
    ends_well(app, "sst.config.ts", source[: len(source) - cut].encode())


@settings(max_examples=80, deadline=None)
@given(content=st.dictionaries(st.sampled_from(TOML_KEYS), values(TOML_KEYS), max_size=8))
def test_any_netlify_toml(app: Path, content: Any) -> None:  # noqa: ANN401 - any TOML
    """No content of netlify.toml gives a traceback."""
    lines = (f"{json.dumps(key)} = {_toml(value)}" for key, value in content.items() if value is not None)
    ends_well(app, "netlify.toml", "\n".join(lines).encode("utf-8", "replace"))


def _toml(value: Any) -> str:  # noqa: ANN401 - any TOML
    if isinstance(value, dict):
        inside = (f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items() if one is not None)
        return f"{{{', '.join(inside)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value if one is not None)}]"
    return json.dumps(value)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from([*KEYS]),
    content=st.binary(max_size=60) | TEXT.map(lambda text: text.encode("utf-8", "replace")),
)
def test_any_bytes(app: Path, name: str, content: bytes) -> None:
    """No bytes in one of the files give a traceback."""
    ends_well(app, name, content)
