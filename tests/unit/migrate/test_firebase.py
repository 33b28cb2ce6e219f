from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

IGNORE = ["firebase.json", "**/.*", "**/node_modules/**"]
APP = [{"source": "**", "destination": "/index.html"}]


def of(migration: Migration, hosting: Any, *arguments: str, **files: Any) -> Ran:  # noqa: ANN401 - any JSON
    """Write firebase.json and files, whose names have `__` for a dot and `_S_` for a slash, and run the command."""
    named = {name.replace("_S_", "/").replace("__", "."): content for name, content in files.items()}
    amplify.write(migration.app, {"firebase.json": {"hosting": hosting}, **named})
    return migration.run(*arguments)


def redirects(ran: Ran) -> Any:  # noqa: ANN401 - JSON
    """Return the rules of the written file."""
    return json.loads((ran.home / "redirects.prod.json").read_text(encoding="utf-8"))


def test_the_app_of_firebase_init(migration: Migration) -> None:
    """The file that `firebase init hosting` writes is folder, ignored files and routing; package.json has the build."""
    package = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}
    ran = of(migration, {"public": "client/dist", "ignore": IGNORE, "rewrites": APP}, client_S_package__json=package)
    assert ran.config() == {
        "publish:directory": "../client/dist",
        "publish:buildCommand": "cd ../client && npm run build",
        "publish:ignore": ["/firebase.json", ".*", "!.well-known/", "node_modules/"],
        "website:routing": "spa",
    }
    assert "publish:buildCommand is 'npm run build', as firebase.json has no command that builds 'dist'" in ran.out


def test_comments_and_the_default_folder(migration: Migration) -> None:
    """firebase.json may have comments, and `public` is the default folder."""
    amplify.write(migration.app, {"firebase.json": '{ // the site\n "hosting": {/* none */}, }'})
    assert migration.run().config() == {"publish:directory": "../public"}


def test_rules(migration: Migration) -> None:
    """Redirects come before files with status 301; rewrites are only for paths without a file."""
    hosting = {
        "public": "dist",
        "predeploy": ['npm --prefix "$PROJECT_DIR" ci', "make $RESOURCE_DIR"],
        "redirects": [
            {"source": "/foo", "destination": "/bar"},
            {"source": "/blog/:post*", "destination": "https://blog.example.com/:post", "type": 302},
            {"regex": r"/users/(\d+)", "destination": "/people/:1"},
            {"glob": "/firebase/**", "destination": "https://www.example.com"},
        ],
        "rewrites": [
            {"source": "/docs{,/**}", "destination": "docs.html"},
            {"source": "!/@(js|css)/**", "destination": "/index.html"},
        ],
        "headers": [
            {"source": "**/*.@(js|css)", "headers": [{"key": "Cache-Control", "value": "max-age=60"}]},
            {"source": "404.html", "headers": [{"key": "X-A", "value": "1"}, {"key": "X-A", "value": "2"}]},
        ],
    }
    ran = of(migration, hosting)
    assert redirects(ran) == [
        {"source": "/foo", "target": "/bar", "status": "301"},
        {"source": "/blog", "target": "https://blog.example.com", "status": "302"},
        {"source": "/blog/<*>", "target": "https://blog.example.com/<*>", "status": "302"},
        {"source": r"</^/users/(\d+)$/>", "target": "/people/<1>", "status": "301"},
        {"source": "/firebase/<*>", "target": "https://www.example.com", "status": "301"},
        {"source": "/docs", "target": "/docs.html", "status": "200", "force": False},
        {"source": "/docs/<*>", "target": "/docs.html", "status": "200", "force": False},
    ]
    assert (ran.home / "headers.prod.txt").read_text(encoding="utf-8") == (
        "/*.js\n  Cache-Control: max-age=60\n/*.css\n  Cache-Control: max-age=60\n/404.html\n  X-A: 1\n  X-A: 2\n"
    )
    assert ran.config()["publish:buildCommand"] == 'cd .. && npm --prefix "." ci && make dist'
    assert ran.config()["website:routing"] == "spa"
    assert "paths without a file that it excludes get /index.html too" in ran.out


def test_a_capture_of_any_number_of_folders(migration: Migration) -> None:
    """`:name*` also matches no folder: the rule for that path has the slash of neither source nor target."""
    hosting = {
        "public": "dist",
        "redirects": [
            {"source": "/docs/:path*", "destination": "/manual/:path*"},
            {"source": "/old/:path*", "destination": "/:path*"},
        ],
        "rewrites": [{"source": "/shop/:path*", "destination": "/shop.html"}],
    }
    assert redirects(of(migration, hosting)) == [
        {"source": "/docs", "target": "/manual", "status": "301"},
        {"source": "/docs/<*>", "target": "/manual/<*>", "status": "301"},
        {"source": "/old", "target": "/", "status": "301"},
        {"source": "/old/<*>", "target": "/<*>", "status": "301"},
        {"source": "/shop", "target": "/shop.html", "status": "200", "force": False},
        {"source": "/shop/<*>", "target": "/shop.html", "status": "200", "force": False},
    ]


def test_each_predeploy_command_starts_in_the_folder_of_the_project(migration: Migration) -> None:
    """The Firebase CLI runs each command in a shell of its own, so `cd` ends with it."""
    ran = of(migration, {"public": "x", "predeploy": ["cd a && make", "cd b && make"]})
    assert ran.config()["publish:buildCommand"] == "cd .. && (cd a && make) && cd b && make"


def test_a_predeploy_command_that_is_text(migration: Migration) -> None:
    """`predeploy` may be one command."""
    assert of(migration, {"public": "x", "predeploy": "make"}).config()["publish:buildCommand"] == "cd .. && make"


@pytest.mark.parametrize(
    ("hosting", "gap"),
    [
        (
            {"rewrites": [{"source": "/a", "function": "f"}]},
            '{"source": "/a", "target": "https://us-central1-demo.cloud',
        ),
        (
            {"rewrites": [{"source": "/a/**", "function": {"functionId": "f", "region": "asia-east1"}}]},
            '{"source": "/a/<*>", "target": "https://asia-east1-demo.cloudfunctions.net/f/a/<*>", "status": "200"}',
        ),
        (
            {"rewrites": [{"source": "/{a,b}", "run": {"serviceId": "s"}}]},
            '"target": "https://s-<hash>.a.run.app/api/<*>"',
        ),
        (
            {"rewrites": [{"source": "**", "run": {"serviceId": "s"}}], "predeploy": "make"},
            "every page without a file comes from a Cloud Run container, on a server",
        ),
        (
            {"rewrites": [{"source": "/l/**", "dynamicLinks": True}]},
            "leads to Firebase Dynamic Links, which Google has shut",
        ),
        ({"rewrites": [{"source": "/a"}]}, "rewrites[0] /a: it has no 'destination'"),
        ({"rewrites": [{"source": "/(a)", "destination": "/x"}]}, "its source has a parenthesis"),
        ({"rewrites": [{"source": "!**", "destination": "/x.html"}]}, "it excludes all paths"),
        ({"redirects": [{"source": "/a"}]}, "redirects[0] /a: it has no 'destination'"),
        ({"redirects": [{"source": "!/a", "destination": "/b"}]}, "its source is for all paths but some"),
        ({"redirects": [{"destination": "/b"}]}, "redirects[0]: its source is missing"),
        ({"redirects": [{"regex": "a", "destination": "/b"}]}, "its source does not begin with '/'"),
        ({"redirects": [{"source": "https://x.com/a", "destination": "/b"}]}, "is a URL, and Firebase compares paths"),
        ({"redirects": [{"source": "/a", "destination": "/b", "type": 999}]}, "it has the status '999'"),
        (
            {"headers": [{"source": "!/a", "headers": [{"key": "X", "value": "1"}]}]},
            "headers[0] !/a: its source is for all",
        ),
        ({"headers": [{"source": "/[a].js", "headers": [{"key": "X", "value": "1"}]}]}, "its path has '[a]'"),
        ({"i18n": {"root": "/"}}, "hosting.i18n: there are no pages by language"),
        ({"appAssociation": "NONE"}, "hosting.appAssociation: publish `.well-known/assetlinks.json`"),
        ({"frameworksBackend": {}}, "hosting.frameworksBackend: it is for a server"),
        ({"postdeploy": "x"}, "hosting.postdeploy: run the command after"),
        ({"ignore": ["!a"]}, "ignore '!a': it is a glob that gitignore does not have"),
        ({"cleanUrls": True}, "cleanUrls: `website:routing auto`"),
        ({"trailingSlash": False}, "for URLs without a slash pulumi config set --stack prod website:routing pages"),
    ],
)
def test_what_has_no_counterpart(migration: Migration, hosting: Any, gap: str) -> None:  # noqa: ANN401 - any JSON
    """Each part without a counterpart is named, with the reason or the rule to copy."""
    ran = of(migration, {"public": "dist", **hosting}, __firebaserc={"projects": {"default": "demo"}})
    assert ran.code == 0
    assert gap in ran.out
    assert "website:redirectsFile" not in ran.config()


def test_one_site_of_several(migration: Migration) -> None:
    """A stack is one site: by target, by site, or by the site of the target in .firebaserc."""
    sites = [{"target": "app", "public": "app"}, {"site": "docs", "public": "docs"}, {"public": "other"}]
    aliases = {"targets": {"demo": {"hosting": {"app": ["my-app"], "x": "y"}}}}
    ran = of(migration, sites, __firebaserc=aliases)
    assert ran.code == 1
    assert "has 3 sites, and a stack is one site: add --target app or --target docs or --target '#3'" in ran.err
    for target, folder in (("app", "app"), ("my-app", "app"), ("docs", "docs"), ("#3", "other")):
        assert migration.run("--target", target, "--force").config()["publish:directory"] == f"../{folder}"
    assert "has no site 'x': --target app" in migration.run("--target", "x").err


def test_pages_that_load_the_sdk_from_the_site(migration: Migration) -> None:
    """The reserved URLs of Firebase Hosting do not exist elsewhere."""
    ran = of(
        migration, {"public": "www"}, www_S_index__html='<script src="/__/firebase/init.js"></script>', www_S_a__html=""
    )
    assert "www/index.html: /__/firebase/: these scripts exist on Firebase Hosting alone" in ran.out
    assert "publish:buildCommand" not in ran.config()


def test_the_folder_of_a_framework(migration: Migration) -> None:
    """With `source`, Firebase builds a framework: the generator has the folder and the command."""
    package = {"scripts": {"build": "astro build"}, "dependencies": {"astro": "4"}}
    ran = of(migration, {"source": "web"}, web_S_package__json=package)
    assert ran.config()["publish:directory"] == "../web/dist"
    assert ran.config()["publish:buildCommand"] == "cd ../web && npm run build"
    assert "website:routing" not in ran.config()
    assert "publish:directory: ../web/dist <- the folder of Astro (a guess)" in ran.out
    assert "hosting.source: Firebase built the framework there" in ran.out


def test_a_framework_without_a_package(migration: Migration) -> None:
    """The generator's own files show the command, in the folder that they are in."""
    ran = of(migration, {"source": "web"}, web_S_pubspec__yaml="name: x")
    assert ran.config()["publish:directory"] == "../web/build/web"
    assert ran.config()["publish:buildCommand"] == "cd ../web && flutter build web"
    assert "flutter build web <- Flutter (a guess)" in ran.out


@pytest.mark.parametrize(
    ("key", "source", "path"),
    [
        ("source", "hook", "/hook"),
        ("source", "api/**", "/api/<*>"),
        ("source", "/scenes/*.json", "/scenes/<*>"),
        ("source", "**/x.js", "/api/<*>"),
        ("regex", "/api.*", "/api/<*>"),
        ("regex", "^/hook$", "/hook"),
        ("regex", "^/(a|b)", "/api/<*>"),
    ],
)
def test_the_proxy_rule_of_a_function(migration: Migration, key: str, source: str, path: str) -> None:
    """The rule to copy is for what the source begins with, from the root on, with or without a slash in the source."""
    ran = of(migration, {"rewrites": [{key: source, "function": "f"}]})
    target = f"https://us-central1-<project>.cloudfunctions.net/f{path}"
    assert f'{{"source": "{path}", "target": "{target}", "status": "200"}}' in ran.out


@pytest.mark.parametrize(
    ("hosting", "routing"),
    [
        ({"source": "web"}, "spa"),
        ({"source": "web", "rewrites": [{"source": "**", "function": "f"}]}, None),
        ({"public": "web/dist"}, None),
    ],
)
def test_the_page_for_all_paths_of_a_framework(migration: Migration, hosting: Any, routing: str | None) -> None:  # noqa: ANN401 - any JSON
    """With `source`, Firebase adds a rewrite of all paths for Vite and Angular, after those of the file."""
    package = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}
    assert of(migration, hosting, web_S_package__json=package).config().get("website:routing") == routing


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"firebase.json": {"functions": {}}}, "This Firebase project has no Hosting"),
        ({"firebase.json": {"hosting": []}}, "This Firebase project has no Hosting"),
        ({"firebase.json": {"hosting": {}}, ".firebaserc": "["}, "is not JSON"),
        ({"firebase.json": "\xff\xfe"}, "is not JSON"),
        (
            {"firebase.json": {"hosting": {"source": "."}}, "package.json": {"dependencies": {"next": "14"}}},
            "Next.js builds a",
        ),
        (
            {"firebase.json": {"hosting": {"public": "x", "rewrites": [{"source": "**", "function": "f"}]}}},
            "has no pages, as every page comes from a server (rewrite '**')",
        ),
        (
            {
                "firebase.json": {"hosting": {"public": "dist", "rewrites": [{"source": "**", "function": "f"}]}},
                "package.json": {"scripts": {"build": "webpack"}},
            },
            "has no pages, as every page comes from a server (rewrite '**')",
        ),
        ({"firebase.json": {"hosting": {"public": ".output"}}}, "'.output' is the build of Nuxt for a server"),
    ],
)
def test_refused_projects(migration: Migration, files: dict[str, Any], message: str) -> None:
    """A project without Hosting, or with a server, is refused with the reason."""
    amplify.write(migration.app, files)
    ran = migration.run()
    assert ran.code == 1
    assert message in ran.err


def test_files_that_can_not_be_read(migration: Migration) -> None:
    """A folder in place of the file, and bytes that are not UTF-8, give a sentence."""
    (migration.app / "firebase.json").mkdir()
    assert "firebase.json' can't be read" in migration.run().err
    (migration.app / "firebase.json").rmdir()
    (migration.app / "firebase.json").write_bytes(b"\xff\xfe{}")
    assert "is not UTF-8 text" in migration.run().err
    (migration.app / "firebase.json").write_bytes(b"[" * 100_000)
    assert "firebase.json' is not JSON" in migration.run().err


def test_settings_outside_of_hosting(migration: Migration) -> None:
    """Firebase reads the settings of Hosting in `hosting` alone."""
    amplify.write(migration.app, {"firebase.json": {"hosting": {"public": "x"}, "rewrites": APP}})
    assert "firebase.json rewrites: Firebase reads it in `hosting` alone" in migration.run().out
    amplify.write(migration.app, {"firebase.json": {"public": "x", "rewrites": APP}})
    assert "at its top level (public, rewrites), and the Firebase CLI reads them in `hosting`" in migration.run().err


YEAR = {"key": "Cache-Control", "value": "public,max-age=31536000,immutable"}


@pytest.mark.parametrize(
    ("digits", "header", "said"),
    [
        (20, YEAR, "headers[0]: files with a hash in their name have a year of cache here"),
        (20, {**YEAR, "value": "no-cache"}, "header patterns have only"),
        (20, {**YEAR, "key": "Strict-Transport-Security"}, "header patterns have only"),
        (3, YEAR, "header patterns have only"),
    ],
)
def test_the_cache_of_hashed_files(migration: Migration, digits: int, header: dict[str, str], said: str) -> None:
    """A header that hashed files have anyway is no gap."""
    block = {"source": f"*.{'[0-9a-f]' * digits}.+(css|js)", "headers": [header]}
    ran = of(migration, {"public": "x", "headers": [block]})
    assert said in ran.out
    assert "website:headersFile" not in ran.config()


@pytest.mark.parametrize(
    ("folder", "command"), [("build/web", "cd .. && flutter build web"), ("build/jaspr", None), ("web/build", None)]
)
def test_the_command_of_a_generator_is_for_its_folder(migration: Migration, folder: str, command: str | None) -> None:
    """A generator's own command is no guess for another folder; a folder without a command is named."""
    ran = of(migration, {"public": folder}, pubspec__yaml="name: app\n")
    assert ran.config().get("publish:buildCommand") == command
    reason = f"no file has one, and '{folder.rpartition('/')[2]}' does not exist"
    assert (reason in ran.out) == (command is None)


def test_the_page_of_a_framework_comes_after_the_rules(migration: Migration) -> None:
    """A rewrite of all paths to another page is not followed by the one that Firebase adds for a framework."""
    package = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}
    rewrites = [{"source": "**", "destination": "/200.html"}]
    ran = of(migration, {"source": ".", "rewrites": rewrites}, package__json=package)
    assert redirects(ran) == [{"source": "/<*>", "target": "/200.html", "status": "404-200"}]
    assert "website:routing" not in ran.config()


def test_a_site_of_redirects_alone(migration: Migration) -> None:
    """A folder whose files are all ignored is named, as the preview refuses a site without a file."""
    hosting = {
        "public": "empty",
        "ignore": IGNORE,
        "redirects": [{"source": "**", "destination": "https://example.com/"}],
    }
    ran = of(migration, hosting, empty_S___gitkeep="")
    assert redirects(ran) == [{"source": "/<*>", "target": "https://example.com/", "status": "301"}]
    assert "No file of publish:directory is left to publish, and a site needs one" in ran.out
    assert "is left to publish" not in of(migration, hosting, "--force", empty_S_index__html="").out


def test_the_routes_of_an_app(migration: Migration) -> None:
    """A rewrite of all paths without a dot in their last name is the app's routing."""
    ran = of(migration, {"public": "dist", "rewrites": [{"source": "**/!(*.*)", "destination": "/index.html"}]})
    assert ran.config()["website:routing"] == "spa"
