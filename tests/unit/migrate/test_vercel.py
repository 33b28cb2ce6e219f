from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

HEADERS = [{"source": "/(.*)", "headers": [{"key": "X-A", "value": "1"}]}]
VITE = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "^5.0.0"}}


def of(migration: Migration, config: Any, *arguments: str, **files: Any) -> Ran:  # noqa: ANN401 - any JSON
    """Write vercel.json and files, whose names have `__` for a dot and `_S_` for a slash, and run the command."""
    named = {name.replace("_S_", "/").replace("__", "."): content for name, content in files.items()}
    amplify.write(migration.app, {"vercel.json": config, **named})
    return migration.run(*arguments)


def redirects(ran: Ran) -> Any:  # noqa: ANN401 - JSON
    """Return the rules of the written file."""
    return json.loads((ran.home / "redirects.prod.json").read_text(encoding="utf-8"))


def headers(ran: Ran) -> list[str]:
    """Return the lines of the written file of headers."""
    return (ran.home / "headers.prod.txt").read_text(encoding="utf-8").splitlines()


def test_an_app_of_vite(migration: Migration) -> None:
    """What vercel.json lacks is in package.json, and a rewrite of all paths is the app's routing."""
    config = {"rewrites": [{"source": "/(.*)", "destination": "/index.html"}]}
    ran = of(migration, config, package__json=VITE, vite__config__js="export default { build: { outDir: 'out' } }")
    assert ran.config() == {
        "publish:directory": "../out",
        "publish:buildCommand": "cd .. && npm run build",
        "website:routing": "spa",
    }
    assert "publish:directory is 'out', as vercel.json has no outputDirectory: Vite writes to it" in ran.out


def test_settings_of_the_file_and_of_the_dashboard(migration: Migration) -> None:
    """vercel.json counts before `.vercel/project.json`; the command that installs packages comes first."""
    linked = {"settings": {"outputDirectory": "site", "buildCommand": "make", "installCommand": "npm ci"}}
    ran = of(migration, {"outputDirectory": "dist/", "cleanUrls": True})
    assert ran.config()["publish:directory"] == "../dist"
    amplify.write(migration.app, {"vercel.json": {}, ".vercel/project.json": linked})
    ran = migration.run("--force")
    assert ran.config()["publish:directory"] == "../site"
    assert ran.config()["publish:buildCommand"] == "cd .. && npm ci && make"


def test_redirects_rewrites_and_headers(migration: Migration) -> None:
    """Rules keep Vercel's statuses and order; rewrites are only for paths without a file."""
    config = {
        "outputDirectory": "dist",
        "buildCommand": "make",
        "redirects": [
            {"source": "/blog/:slug", "destination": "/news/:slug", "permanent": False},
            {"source": "/old", "destination": "https://example.com/x"},
            {"source": "/gone", "destination": "/", "statusCode": 301},
            {"source": r"/:year(\d{4})/:slug", "destination": "/news/:slug?y=:year"},
            {"source": "/:path+/", "destination": "/:path+"},
            {
                "source": "/(.*)",
                "has": [{"type": "host", "value": "www.example.com"}],
                "destination": "https://x.com/$1",
            },
        ],
        "rewrites": [
            {"source": "/api/:path*", "destination": "https://api.example.com:8443/v1/:path*"},
            {"source": "/admin", "destination": "/admin.html?x=1"},
            {"source": "/", "destination": "/index.html"},
            {"source": "/((?!api/).*)", "destination": "/"},
        ],
        "headers": [
            {"source": "/(.*)", "headers": [{"key": "X-Frame-Options", "value": "DENY"}]},
            {"source": "/:file*.(css|js)", "headers": [{"key": "Cache-Control", "value": "max-age=60"}]},
        ],
    }
    ran = of(migration, config)
    assert redirects(ran) == [
        {"source": "/blog/<1>", "target": "/news/<1>", "status": "307"},
        {"source": "/old", "target": "https://example.com/x", "status": "308"},
        {"source": "/gone", "target": "/", "status": "301"},
        {"source": r"</^/(\d{4})/([^/]+)$/>", "target": "/news/<2>?y=<1>", "status": "308"},
        {"source": "https://www.example.com/<*>", "target": "https://x.com/<*>", "status": "308"},
        {"source": "/api", "target": "https://api.example.com:8443/v1/", "status": "200"},
        {"source": "/api/<*>", "target": "https://api.example.com:8443/v1/<*>", "status": "200"},
        {"source": "/admin", "target": "/admin.html", "status": "200", "force": False},
    ]
    lines = [
        "/*",
        "  X-Frame-Options: DENY",
        "/*.css",
        "  Cache-Control: max-age=60",
        "/*.js",
        "  Cache-Control: max-age=60",
    ]
    assert headers(ran) == lines
    assert ran.config()["website:routing"] == "spa"
    assert ran.config()["website:redirectsFile"] == "redirects.prod.json"
    assert "trailingSlash false: `website:routing spa`" in ran.out
    assert "for URLs without a slash write pages as files such as docs.html" in ran.out
    assert "website:routing pages" not in ran.out


@pytest.mark.parametrize(
    ("config", "gap"),
    [
        (
            {"rewrites": [{"source": "/api/(.*)", "destination": "/api/index"}]},
            "rewrites[0] /api/(.*) -> /api/index: this",
        ),
        ({"rewrites": [{"source": "/x*", "destination": "/y"}]}, "rewrites[0] /x*: its source has '*'"),
        ({"rewrites": [{"source": "x", "destination": "/y"}]}, "its source does not begin with '/'"),
        ({"rewrites": [{"destination": "/y"}]}, "rewrites[0]: it has no 'source'"),
        ({"rewrites": [{"source": "/x"}]}, "rewrites[0] /x: it has no 'destination'"),
        ({"redirects": [{"source": "/x"}]}, "redirects[0] /x: it has no 'destination'"),
        (
            {"rewrites": [{"source": "/api/:path*", "destination": "API_URL/:path*"}]},
            "/api/:path*: it has no 'destination' that begins with '/' or 'https://'",
        ),
        ({"redirects": [{"source": "/x", "destination": "mailto:a@b.c"}]}, "it has no 'destination' that begins with"),
        ({"redirects": [{"source": "x", "destination": "/"}]}, "its source does not begin with '/'"),
        ({"rewrites": [{"source": "/a/(.*)", "destination": "http://x.com/$1"}]}, "it is a proxy over http"),
        (
            {"rewrites": [{"source": "/a", "destination": "/b", "has": [{"type": "cookie"}]}]},
            "the condition 'has' (cookie)",
        ),
        (
            {"redirects": [{"source": "/a", "destination": "/b", "missing": [{"type": "header"}]}]},
            "the condition 'missing'",
        ),
        ({"headers": [{"source": "a", "headers": []}]}, "headers[0] a: its source does not begin with '/'"),
        ({"headers": [{"source": "/a", "headers": [], "has": [{"type": "host"}]}]}, "the condition 'has' (host)"),
        ({"headers": [{"source": "/a", "headers": [{"key": "Set-Cookie", "value": "a=b"}]}]}, "it sets 'Set-Cookie'"),
        ({"headers": [{"source": "/a", "headers": [{"key": "Date", "value": "x"}]}]}, "/a Date: the server sets this"),
        ({"headers": [{"source": "/a", "headers": [{"key": "X", "value": 1}]}]}, "a header has a key or a value"),
        ({"headers": [{"source": "/([0-9])", "headers": [{"key": "X", "value": "1"}]}]}, "its path has '[0-9]'"),
        ({"redirects": [{"source": "/a", "destination": "/:b/$1"}]}, "it has no 'b' in its source"),
        ({"crons": []}, "vercel.json crons: there are no scheduled calls"),
        ({"nonsense": 1}, "vercel.json nonsense: this program has no setting"),
        ({"functions": {"api/a.js": {}}}, "function api/a.js: this program has no functions"),
        ({"env": {"TOKEN": "@token"}}, "env.TOKEN: its value is in Vercel's dashboard"),
        ({"cleanUrls": True}, "cleanUrls: `website:routing auto`"),
        ({"trailingSlash": True}, "trailingSlash true: `website:routing auto`"),
    ],
)
def test_what_has_no_counterpart(migration: Migration, config: Any, gap: str) -> None:  # noqa: ANN401 - any JSON
    """Each part without a counterpart is named, with the reason, and nothing is written for it."""
    ran = of(migration, {"outputDirectory": "dist", "buildCommand": "make", **config})
    assert ran.code == 0
    assert gap in ran.out
    assert not (ran.home / "redirects.prod.json").exists()


def test_an_unknown_key_of_a_rule(migration: Migration) -> None:
    """A rule is written without a key that rules here do not have, and the key is named."""
    ran = of(migration, {"outputDirectory": "dist", "redirects": [{"source": "/a", "destination": "/b", "zone": 1}]})
    assert redirects(ran) == [{"source": "/a", "target": "/b", "status": "308"}]
    assert "redirects[0] /a zone: rules here have no such key" in ran.out


def test_code_of_the_project_is_named(migration: Migration) -> None:
    """Functions in `api/` and a middleware are gaps, also if vercel.json does not name them."""
    ran = of(migration, {}, index__html="x", api_S_a__js="x", middleware__ts="x")
    assert "function api/: this program has no functions" in ran.out
    assert "function middleware.ts: " in ran.out


def test_clean_urls_are_the_routing_pages(migration: Migration) -> None:
    """URLs without extension and without slash are `website:routing pages`."""
    ran = of(migration, {"cleanUrls": True, "trailingSlash": False}, index__html="x")
    assert ran.config()["website:routing"] == "pages"


def test_variables_of_the_build(migration: Migration) -> None:
    """Variables that bundlers inline are plain; others are secrets, which no output shows."""
    build = {"env": {"VITE_API": "https://api.example.com"}}
    ran = of(migration, {"outputDirectory": "dist", "env": {"TOKEN": "hunter2"}, "build": build})
    assert ran.config()["publish:environment"] == {"VITE_API": "https://api.example.com"}
    assert "publish:environment.TOKEN" in ran.out
    written = "".join(file.read_text(encoding="utf-8") for file in ran.home.iterdir())
    assert "hunter2" not in ran.out + ran.err + written


def test_a_framework_with_a_fallback_of_vercels_own(migration: Migration) -> None:
    """Vercel leads all paths of some frameworks to the app; vercel.json does not say so."""
    package = {"scripts": {"build": "react-scripts build"}, "dependencies": {"react-scripts": "5.0.1"}}
    api = [{"source": "/api/(.*)", "destination": "https://api.example.com/$1"}]
    ran = of(migration, {"rewrites": api}, package__json=package)
    assert ran.config()["website:routing"] == "spa"
    assert ran.config()["publish:directory"] == "../build"
    assert "as Vercel does it for Create React App" in ran.out
    all_paths = [{"source": "/(.*)", "destination": "https://app.example.com/$1"}]
    assert "website:routing" not in of(migration, {"rewrites": all_paths}, "--stack", "x").config("x")


def test_a_rule_file_of_another_host(migration: Migration) -> None:
    """Vercel does not read `_redirects`, and this program does: the report says so."""
    ran = of(migration, {"buildCommand": "make", "outputDirectory": "dist"}, public_S__redirects="/a /b")
    assert "public/_redirects had no effect on the old host, and is read here" in ran.out


def test_vercels_default_folder(migration: Migration) -> None:
    """Without a generator, the folder is `public` if there is one."""
    ran = of(migration, {}, public_S_index__html="x")
    assert ran.config()["publish:directory"] == "../public"


def test_routes(migration: Migration) -> None:
    """Routes are regular expressions: a destination below the folder of the build is a path of the site."""
    routes = [
        {"src": "/api/(.*)", "dest": "server.js"},
        {"src": "/fn/(.*)", "dest": "/functions/a/$1.ts"},
        {"src": "/assets/(.*)", "dest": "/web/assets/$1"},
        {"src": "/old", "status": 301, "headers": {"Location": "/new"}},
        {"src": "/static/(.*)", "headers": {"cache-control": "max-age=60"}, "continue": True},
        {"src": "^/private(/.*)?$", "status": 404},
        {"src": "/docs", "dest": "docs.html"},
        {"src": "/app/(.*)", "destination": "/web/out/app.html"},
        {"handle": "filesystem"},
        {"handle": "miss"},
        {"src": "/(", "dest": "/x"},
        {"src": "x", "dest": "/x"},
        {"dest": "/x"},
        {"src": "/x", "methods": ["POST"], "dest": "/x"},
        {"src": "/nothing"},
        {"src": "/(.*)", "status": 404, "dest": "/web/404.html"},
        {"src": "/(.*)", "dest": "/web/index.html"},
    ]
    builds = [
        {"src": "web/package.json", "use": "@vercel/static-build", "config": {"distDir": "out"}},
        {"src": "server.js", "use": "@vercel/node"},
        {"src": "functions/**/*.ts", "use": "@vercel/node"},
    ]
    ran = of(migration, {"builds": builds, "routes": routes}, web_S_package__json=VITE)
    assert ran.config() == {
        "publish:directory": "../web/out",
        "publish:buildCommand": "cd ../web && npm run build",
        "website:routing": "spa",
        "website:redirectsFile": "redirects.prod.json",
        "website:headersFile": "headers.prod.txt",
    }
    assert redirects(ran) == [
        {"source": "/old", "target": "/new", "status": "301"},
        {"source": "/docs", "target": "/docs.html", "status": "200", "force": False},
        {"source": "/app/<*>", "target": "/app.html", "status": "200", "force": False},
    ]
    assert headers(ran) == ["/static/*", "  cache-control: max-age=60"]
    gaps = [
        "routes[0] /api/(.*) -> server.js: this program has no functions",
        "routes[1] /fn/(.*) -> /functions/a/$1.ts: this program",
        "routes[5] ^/private(/.*)?$: it answers with status 404",
        "routes[9] handle miss: there is no such phase",
        "routes[10] /(: its src has '/(', which is not a regular expression",
        "routes[11] x: its src matches no path",
        "routes[12]: its src matches no path",
        "routes[13] /x methods: rules here have no such condition",
        "function server.js: ",
    ]
    assert [gap for gap in gaps if gap not in ran.out] == []


def test_routes_of_static_files(migration: Migration) -> None:
    """The folder that all static builds have in common is published; a page for missing files is a rule."""
    builds = [{"src": "site/public/**", "use": "@vercel/static"}, {"src": "site/index.html", "use": "@now/static"}]
    routes = [{"handle": "filesystem"}, {"src": "/(.*)", "status": 404, "dest": "/site/missing.html"}]
    ran = of(migration, {"builds": builds, "routes": routes}, site_S_index__html="x", site_S_missing__html="x")
    assert ran.config()["publish:directory"] == "../site"
    assert redirects(ran) == [{"source": "/<*>", "target": "/missing.html", "status": "404"}]


def test_static_builds_in_several_folders(migration: Migration) -> None:
    """Static builds that have no folder in common are published from the root."""
    builds = [{"src": "a/x.html", "use": "@vercel/static"}, {"src": "b/*.html", "use": "@vercel/static"}]
    assert "publish:directory is '.'" in of(migration, {"builds": builds}).out


def test_a_build_that_names_no_folder(migration: Migration) -> None:
    """The folder of a static build is that of its generator, or else `dist`."""
    builds = [{"src": "web/package.json", "use": "@vercel/static-build", "config": {"distDir": 7}}]
    assert "publish:directory is 'web/dist'" in of(migration, {"builds": builds}, web_S_package__json=VITE).out


def test_one_rule_for_two_alternatives(migration: Migration) -> None:
    """Alternatives that give the same rule are one rule."""
    rule = {"source": "/(a|a)", "destination": "/b"}
    assert len(redirects(of(migration, {"outputDirectory": "dist", "redirects": [rule, rule]}))) == 1


def test_a_page_that_is_not_published(migration: Migration) -> None:
    """Without a build the files are known, so a page for all paths that is no file is left out."""
    ran = of(migration, {"rewrites": [{"source": "/(.*)", "destination": "/app"}]}, public_S_index__html="x")
    assert "/<*> -> /app: its page '/app' is not a file of the site" in ran.out
    assert "website:redirectsFile" not in ran.config()


def test_a_second_page_for_all_paths(migration: Migration) -> None:
    """Only the first page for all paths is used."""
    rules = [{"source": "/(.*)", "destination": "/"}, {"source": "/:path*", "destination": "/index.html"}]
    ran = of(migration, {"outputDirectory": "dist", "rewrites": rules})
    assert ran.config()["website:routing"] == "spa"


@pytest.mark.parametrize(
    ("config", "files", "message"),
    [
        ({"builds": [{"src": "a.py", "use": "@vercel/python"}]}, {}, "builds a server ('a.py' with @vercel/python)"),
        (
            {"builds": [{"src": "a.js", "use": "@vercel/node"}]},
            {"package__json": {"scripts": {"build": "tsc"}}, "index__html": "x"},
            "builds a server ('a.js' with @vercel/node)",
        ),
        ({}, {}, "has no pages and no build that writes any"),
        (
            {
                "builds": [
                    {"src": "app/wsgi.py", "use": "@vercel/python"},
                    {"src": "build.sh", "use": "@vercel/static-build", "config": {"distDir": "static"}},
                ],
                "routes": [{"src": "/static/(.*)", "dest": "/static/$1"}, {"src": "/(.*)", "dest": "app/wsgi.py"}],
            },
            {},
            "all paths lead to the function 'app/wsgi.py'",
        ),
        (
            {"rewrites": [{"source": "/(.*)", "destination": "/api"}]},
            {"package__json": {"scripts": {"build": "tsc"}}},
            "all paths lead to the function '/api'",
        ),
        (
            {"experimentalServices": {"api": {"root": "backend"}, "web": {"root": "frontend", "framework": "vite"}}},
            {},
            "has services (api, web), and a stack is one site",
        ),
        ({"framework": "nextjs"}, {}, "Next.js builds a server here"),
        ({"outputDirectory": "web/.next"}, {}, "'web/.next' is the build of Next.js for a server"),
        (
            {},
            {"package__json": {"dependencies": {"astro": "4"}}, "astro__config__mjs": "  adapter: x()"},
            "Astro builds a",
        ),
        ([], {}, "must hold a JSON object"),
        ("{", {}, "is not JSON (line 1, column 2"),
    ],
)
def test_refused_projects(migration: Migration, config: Any, files: dict[str, Any], message: str) -> None:  # noqa: ANN401 - any JSON
    """A project without static files is refused by name, with what would be needed."""
    ran = of(migration, config, **files)
    assert ran.code == 1
    assert message in ran.err


def test_settings_that_are_a_program(migration: Migration) -> None:
    """vercel.ts is not run: its result has to be in vercel.json."""
    amplify.write(migration.app, {"vercel.ts": "export default {}"})
    ran = migration.run()
    assert ran.code == 1
    assert "is a program that writes Vercel's settings" in ran.err


def test_running_it_twice_changes_nothing(migration: Migration) -> None:
    """The second run writes the same files, and needs no --force."""
    config = {"outputDirectory": "dist", "redirects": [{"source": "/a", "destination": "/b"}]}
    of(migration, config)
    before = {file.name: file.read_bytes() for file in migration.home.iterdir()}
    assert migration.run().code == 0
    assert {file.name: file.read_bytes() for file in migration.home.iterdir()} == before


def test_static_files_have_no_build(migration: Migration) -> None:
    """`@vercel/static` publishes files as they are, so the script of package.json is no guess."""
    builds = [{"src": "public/**", "use": "@vercel/static"}]
    ran = of(migration, {"builds": builds}, package__json=VITE, public_S_index__html="x")
    assert "publish:buildCommand" not in ran.config()


def test_the_command_of_a_static_build(migration: Migration) -> None:
    """`@vercel/static-build` may have a command of its own."""
    builds = [{"src": "package.json", "use": "@vercel/static-build", "config": {"buildCommand": "make site"}}]
    ran = of(migration, {"builds": builds}, package__json=VITE)
    assert ran.config()["publish:buildCommand"] == "cd .. && make site"


@pytest.mark.parametrize(
    ("files", "folder", "label"),
    [
        ({"package.json": VITE}, "dist", "package.json"),
        ({"package.json": {"devDependencies": {"vitepress": "1"}}}, ".vitepress/dist", "VitePress"),
        ({"mkdocs.yml": "site_name: Docs\n"}, "site", "MkDocs"),
    ],
)
def test_what_shows_the_build(migration: Migration, files: dict[str, Any], folder: str, label: str) -> None:
    """A command that no script of package.json has is the generator's, and the report says so."""
    amplify.write(migration.app, {"vercel.json": {}, **files})
    vercel = migration.run()
    assert f"<- {label} (a guess)" in vercel.out.partition("publish:buildCommand")[2]
    amplify.write(migration.app, {"netlify.toml": "", "firebase.json": {"hosting": {"public": folder}}})
    for kind in ("netlify", "firebase"):
        ran = migration.run("--from", kind, "--force")
        assert f"<- {label} (a guess)" in ran.out.partition("publish:buildCommand")[2]


def test_functions_of_a_folder_of_output(migration: Migration) -> None:
    """Functions beside a folder that is set are gaps, and the label of a guess says that it is one."""
    ran = of(migration, {"outputDirectory": "dist"}, package__json=VITE)
    assert "package.json (a guess)" in ran.out
    builds = [{"src": "a.js", "use": "@vercel/node"}]
    ran = of(migration, {"builds": builds, "outputDirectory": "dist"}, package__json=VITE)
    assert "function a.js: " in ran.out


def test_the_folder_of_the_build_output_api(migration: Migration) -> None:
    """Its folder of static files is published, and what is beside it is a gap."""
    ran = of(migration, {"outputDirectory": "./.vercel/output/", "buildCommand": "make"})
    assert ran.config()["publish:directory"] == "../.vercel/output/static"
    assert "outputDirectory ./.vercel/output/: its folder static is published" in ran.out


def test_a_page_without_its_slash(migration: Migration) -> None:
    """A destination may be the name of a page alone."""
    rewrites = [{"source": "/a", "destination": "b.html"}, {"source": "/(.*)", "destination": "index.html"}]
    ran = of(migration, {"outputDirectory": "dist", "rewrites": rewrites})
    assert redirects(ran) == [{"source": "/a", "target": "/b.html", "status": "200", "force": False}]
    assert ran.config()["website:routing"] == "spa"


def test_a_proxy_answers_for_files_too(migration: Migration) -> None:
    """The report says so, because files came first at Vercel."""
    for target, is_named in (("https://x.com/assets/$1", True), ("/b/$1", False)):
        rewrites = [{"source": "/assets/(.*)", "destination": target}]
        ran = of(migration, {"outputDirectory": "dist", "rewrites": rewrites}, "--force")
        assert ("A proxy answers for all its paths, also those of files" in ran.out) is is_named


@pytest.mark.parametrize(
    ("version", "folder"), [("^2.15.7", "dist"), ("^3.0.0", ".output/public"), ("latest", ".output/public")]
)
def test_versions_of_nuxt(migration: Migration, version: str, folder: str) -> None:
    """The version of Nuxt says where it writes to, also if vercel.json names the framework."""
    package = {"dependencies": {"nuxt": version}, "scripts": {"build": "nuxt generate"}}
    ran = of(migration, {"framework": "nuxtjs"}, package__json=package)
    assert ran.config()["publish:directory"] == f"../{folder}"


@pytest.mark.parametrize(
    "config",
    [
        {
            "services": {
                "web": {"root": "frontend/", "framework": "vite", "headers": HEADERS},
                "api": {"root": "backend/", "entrypoint": "app.main:app"},
            },
            "rewrites": [
                {"source": "/api/(.*)", "destination": {"service": "api"}},
                {"source": "/x+", "destination": {"service": "web"}},
                {"source": "/(.*)", "destination": {"service": "web"}},
            ],
        },
        {
            "experimentalServices": {
                "api": {"entrypoint": "backend/main.py", "routePrefix": "/api"},
                "web": {"entrypoint": "frontend", "routePrefix": "/", "buildCommand": "npm run build"},
            },
            "headers": HEADERS,
        },
    ],
)
def test_the_service_of_all_paths(migration: Migration, config: Any) -> None:  # noqa: ANN401 - any JSON
    """The service to which all paths lead is the site, with the rules around it; the others are named."""
    ran = of(migration, config, frontend_S_package__json=VITE, backend_S_main__py="x")
    assert ran.config() == {
        "publish:directory": "../frontend/dist",
        "publish:buildCommand": "cd ../frontend && npm run build",
        "website:headersFile": "headers.prod.txt",
    }
    assert "service api: this program has no functions" in ran.out
    assert ("rewrites[0] /api/(.*) -> service api: this program" in ran.out) == ("services" in config)


def test_a_service_is_imported_by_its_folder(migration: Migration) -> None:
    """The folder of a service has no vercel.json, and `--from vercel` reads it all the same."""
    amplify.write(migration.app, {"web/package.json": VITE})
    ran = migration.run("--from", "vercel", path="../web")
    assert ran.config()["publish:directory"] == "../web/dist"


def test_each_command_starts_in_the_folder_of_the_project(migration: Migration) -> None:
    """Vercel runs the command that installs packages and the one that builds in a shell each, so `cd` ends there."""
    config = {"outputDirectory": "web/dist", "installCommand": "cd web && npm ci", "buildCommand": "cd web && make"}
    assert of(migration, config).config()["publish:buildCommand"] == "cd .. && (cd web && npm ci) && cd web && make"


def test_a_script_of_a_static_build(migration: Migration) -> None:
    """The source of `@vercel/static-build` may be a shell script."""
    builds = [{"src": "web/build.sh", "use": "@vercel/static-build", "config": {"distDir": "out"}}]
    ran = of(migration, {"builds": builds})
    assert ran.config() == {"publish:directory": "../web/out", "publish:buildCommand": "cd ../web && bash build.sh"}


def test_pages_in_folders(migration: Migration) -> None:
    """A project whose pages are in folders alone has pages; those of this program do not count."""
    amplify.write(migration.home, {"site/index.html": "x"})
    refused = of(migration, {}, node_modules_S_a_S_index__html="x")
    assert "has no pages and no build that writes any" in refused.err
    ran = of(migration, {"routes": [{"src": "/", "dest": "/view/login.html"}]}, view_S_login__html="x")
    assert redirects(ran) == [{"source": "/", "target": "/view/login.html", "status": "200", "force": False}]


def test_a_function_for_all_other_paths(migration: Migration) -> None:
    """Files come before a rewrite to a function, so a project with pages is imported without it."""
    rewrites = [{"source": "/(.*)", "destination": "/api"}]
    ran = of(migration, {"rewrites": rewrites}, public_S_index__html="x")
    assert ran.config()["publish:directory"] == "../public"
    assert "rewrites[0] /(.*) -> /api: this program has no functions" in ran.out


def test_a_placeholder_after_a_letter(migration: Migration) -> None:
    """A placeholder of the destination may follow text, so a rewrite of a file to itself is no rule."""
    rewrites = [
        {"source": "/google:file.html", "destination": "/google:file.html"},
        {"source": "/a:id", "destination": "/b:id.html"},
    ]
    ran = of(migration, {"outputDirectory": "dist", "rewrites": rewrites})
    assert redirects(ran) == [{"source": "/a<1>", "target": "/b<1>.html", "status": "200", "force": False}]


@pytest.mark.parametrize(
    ("folder", "files", "ignored"),
    [
        (None, {"index__html": "x"}, ["/api/*.js", "/server.js"]),
        ("web", {"web_S_index__html": "x"}, None),
        ("api", {"api_S_index__html": "x"}, ["/*.js"]),
    ],
)
def test_functions_are_not_published(
    migration: Migration, folder: str | None, files: dict[str, Any], ignored: list[str] | None
) -> None:
    """The source of a function that is in the published folder is ignored."""
    builds = [{"src": "*.html", "use": "@vercel/static"}, {"src": "./server.js", "use": "@vercel/node"}]
    config = {"builds": builds, "functions": {"api/*.js": {"maxDuration": 60}}}
    ran = of(migration, {**config, **({"outputDirectory": folder} if folder else {})}, **files)
    patterns: Any = ran.config().get("publish:ignore")
    assert (patterns[: len(ignored)] if ignored else patterns) == ignored


def test_rewrites_to_the_same_path(migration: Migration) -> None:
    """A rewrite to the path that was asked for has no effect on Vercel either, and is named."""
    rewrites = [
        {"source": "/", "destination": "/index.html"},
        {"source": "/about", "destination": "/about"},
        {"source": "/(.*)", "destination": "/$1"},
    ]
    ran = of(migration, {"rewrites": rewrites}, index__html="")
    assert "website:redirectsFile" not in ran.config()
    assert "rewrites[0] /: it is left out, as it has no effect: it leads to the same page" in ran.out
    assert "rewrites[1] /about: it is left out, as it has no effect" in ran.out
    assert "rewrites[2] /(.*): it is left out, as it has no effect" in ran.out


def test_redirects_that_are_left_out(migration: Migration) -> None:
    """A redirect to the name of the same page, and one with a status that is no redirect's, are named."""
    redirects = [
        {"source": "/", "destination": "/index.html", "permanent": False},
        {"source": "/docs", "destination": "/docs/"},
        {"source": "/rules", "destination": "/404.html", "statusCode": 404},
    ]
    ran = of(migration, {"redirects": redirects}, index__html="", **{"404__html": ""})
    assert "website:redirectsFile" not in ran.config()
    assert "redirects[0] /: it is left out, as the router gives each page its URL" in ran.out
    assert "redirects[1] /docs: it is left out" in ran.out
    assert "redirects[2] /rules: it has the status '404', which is not one of a redirect" in ran.out


def test_an_adapter_for_vercel_alone(migration: Migration) -> None:
    """A build that has Astro's adapter only at Vercel writes files elsewhere."""
    package = {"scripts": {"build": "astro build"}, "dependencies": {"astro": "5"}}
    adapter = "export default {\n  adapter: process.env.VERCEL ? vercel() : undefined,\n}"
    ran = of(migration, {}, package__json=package, astro__config__mjs=adapter)
    assert ran.config()["publish:directory"] == "../dist"


def test_the_ignore_file(migration: Migration) -> None:
    """The patterns of .vercelignore keep files of a published project's folder back; with a build it is named."""
    ignored = "# drafts\n\n/drafts/\n*.psd\n"
    ran = of(migration, {}, index__html="", drafts_S_a__html="", __vercelignore=ignored)
    assert ran.config()["publish:ignore"][:2] == ["/drafts/", "*.psd"]
    ran = of(migration, {}, "--force", package__json=VITE)
    assert ".vercelignore: it is for the upload to Vercel" in ran.out
    assert "publish:ignore" not in ran.out.partition("No counterpart")[0]


def test_a_project_of_functions_alone(migration: Migration) -> None:
    """A project without pages is refused, and its functions are named."""
    ran = of(migration, {"functions": {"api/*.php": {"runtime": "vercel-php@0.7.1"}}}, api_S_index__php="")
    assert ran.code == 1
    assert "has functions (api/*.php), but no pages and no build that writes any" in ran.err
