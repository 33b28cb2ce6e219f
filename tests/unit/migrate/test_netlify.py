from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hosting.deployments.branches import stack_name
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

APP = '[[redirects]]\nfrom = "/*"\nto = "/index.html"\nstatus = 200\n'
BUILD = '[build]\ncommand = "npm run build"\npublish = "dist"\n'


def of(migration: Migration, toml: str, *arguments: str, **files: Any) -> Ran:  # noqa: ANN401 - any JSON, or text
    """Write netlify.toml and files, whose names have `__` for a dot and `_S_` for a slash, and run the command."""
    named = {name.replace("_S_", "/").replace("__", "."): content for name, content in files.items()}
    amplify.write(migration.app, {"netlify.toml": toml, **named})
    return migration.run(*arguments)


def lines(ran: Ran, name: str = "redirects") -> list[str]:
    """Return the lines of a written file."""
    return (ran.home / f"{name}.prod.txt").read_text(encoding="utf-8").splitlines()


def redirect(**keys: Any) -> str:  # noqa: ANN401 - any TOML value
    """Return a table of one redirect."""
    return "[[redirects]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())


def _toml(value: Any) -> str:  # noqa: ANN401 - any TOML value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else f'"{value}"'


def test_a_single_page_app(migration: Migration) -> None:
    """Folder, command, the app's routing, headers and the version of Node."""
    headers = (
        '[[headers]]\nfor = "*.webmanifest"\n[headers.values]\nCache-Control = "no-cache,no-store"\nX-A = ["1", "2"]\n'
    )
    ran = of(migration, BUILD + APP + headers + '[build.environment]\nNODE_VERSION = "20"\nVITE_A = true\n')
    assert ran.config() == {
        "publish:directory": "../dist",
        "publish:buildCommand": "cd .. && npm run build",
        "publish:environment": {"VITE_A": "true"},
        "website:routing": "spa",
        "website:headersFile": "headers.prod.txt",
    }
    assert lines(ran, "headers") == ["/*.webmanifest", "  Cache-Control: no-cache, no-store", "  X-A: 1, 2"]
    assert "NODE_VERSION 20: in the CI file, actions/setup-node with `node-version: 20`" in ran.out


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"from": "/a", "to": "/b"}, "/a /b 301"),
        ({"from": "/a", "to": "/b", "status": "302!"}, "/a /b 302"),
        ({"from": "/a", "to": "/b", "status": 302, "force": True}, "/a /b 302!"),
        ({"origin": "/a", "destination": "/b"}, "/a /b 301"),
        ({"from": "/docs/*", "status": 200}, "/docs/* 200"),
        ({"from": "/a b", "to": "/c"}, "/a%20b /c 301"),
        ({"from": "/d", "to": "/e/:id", "query": {"id": ":id"}}, "/d id=:id /e/:id 301"),
        ({"from": "/", "to": "/de", "conditions": {"Country": ["DE", "at"]}}, "/ /de 301 Country=de,at"),
        ({"from": "/", "to": "/de", "conditions": {"country": "DE, AT"}}, "/ /de 301 Country=de,at"),
        (
            {"from": "/api/*", "to": "https://api.example.com/:splat", "status": 200},
            "/api/* https://api.example.com/:splat 200",
        ),
    ],
)
def test_redirects(migration: Migration, keys: dict[str, Any], line: str) -> None:
    """A redirect is a line of Netlify's own syntax; `!` is its `force`."""
    ran = of(migration, BUILD + redirect(**keys))
    assert lines(ran) == [line]
    assert ran.config()["website:redirectsFile"] == "redirects.prod.txt"


def test_a_forced_app(migration: Migration) -> None:
    """With `force` all scripts would be the app's page, so it is the app's routing too."""
    toml = BUILD + redirect(**{"from": "/*", "to": "/index.html", "status": 200, "force": True})
    assert of(migration, toml).config()["website:routing"] == "spa"


@pytest.mark.parametrize(
    ("toml", "gap"),
    [
        (redirect(**{"from": "/api/*", "to": "/.netlify/functions/:splat", "status": 200}), "leads to a function"),
        (redirect(**{"from": "/.netlify/x", "to": "/y"}), "it leads to Netlify, which stays"),
        (redirect(**{"from": "/i", "to": "/.netlify/images?url=:u", "query": {"u": ":u"}}), "leads to the image CDN"),
        (redirect(**{"from": "/a", "to": "/b", "conditions": {"Language": ["de"]}}), "the condition 'Language'"),
        (redirect(**{"from": "/a", "to": "/b", "status": "x"}), "it has the status 'x', which is not a number"),
        (redirect(**{"from": "/a", "to": "/b", "status": 410}), "it has the status '410'"),
        (redirect(to="/b"), "redirects[0]: it has no 'from'"),
        (redirect(**{"from": "/a", "to": "http://x.com/", "status": 200}), "it is a proxy over http"),
        (redirect(**{"from": "/a/*", "to": "/x.html", "status": 404}), "/a/* /x.html 404: has a 404 page for a part"),
        (redirect(**{"from": "/*", "to": "/other", "status": 200}), "such as '/other/index.html'"),
        (redirect(**{"from": "/a", "to": "/a/"}), "does nothing: it redirects a path to itself"),
        ('[[headers]]\nfor = "/.netlify/x"\n', "headers[0] /.netlify/x: its paths stay at Netlify"),
        ("[[headers]]\n", "headers[0]: it has no 'for'"),
        ('[[headers]]\nfor = "/a"\nvalues = {X = 1}\n', "headers[0] /a X: its value is not text"),
        ('[[headers]]\nfor = "/a"\nvalues = {Netlify-Vary = "x"}\n', "Netlify-Vary: only Netlify's cache reads it"),
        ('[[headers]]\nfor = "/a"\nvalues = {Basic-Auth = "u:hunter2"}\n', "has a password ('Basic-Auth')"),
        ("[functions]\na = 1\n", "functions: this program has no functions"),
        ('[[edge_functions]]\nfunction = "f"\npath = "/x"\n', "edge_functions /x f: this program has no functions"),
        ('[images]\nremote_images = ["x"]\n', "images: there is no image CDN"),
        ('[[plugins]]\npackage = "@netlify/plugin-sitemap"\n', "plugin @netlify/plugin-sitemap: it wrote sitemap.xml"),
        ('[[plugins]]\npackage = "./own"\n', "plugin ./own: it ran at Netlify alone"),
        ("[build.processing.html]\npretty_urls = true\n", "build.processing.html.pretty_urls: `website:routing auto`"),
        ("[build.processing.css]\nminify = true\n", "build.processing.css.minify: files are published as the build"),
        ("[build.processing]\nskip_processing = true\n", ""),
        ('[build.environment]\nNETLIFY_USE_YARN = "1"\n', "NETLIFY_USE_YARN: only Netlify's own build reads it"),
        ("[identity]\nx = 1\n", "identity: there are no accounts of visitors"),
        ("[whatever]\nx = 1\n", "whatever: this program has no setting"),
    ],
)
def test_what_has_no_counterpart(migration: Migration, toml: str, gap: str) -> None:
    """Each part without a counterpart is named, and no rule leads to what stays at Netlify."""
    ran = of(migration, BUILD + toml)
    assert ran.code == 0
    assert gap in ran.out
    assert "hunter2" not in ran.out + ran.err
    assert not (ran.home / "redirects.prod.txt").exists()


def test_keys_of_a_rule_that_are_named(migration: Migration) -> None:
    """Headers for a server, a signature and unknown keys are named, without values; the rule is written."""
    toml = redirect(**{"from": "/a", "to": "https://x.com/", "status": 200, "signed": "S", "zone": 1})
    ran = of(migration, BUILD + toml + '[redirects.headers]\nX-Key = "hunter2"\n')
    assert lines(ran) == ["/a https://x.com/ 200"]
    for gap in (
        "headers: the server of a proxy gets no headers of yours (X-Key)",
        "gets no signature",
        "zone: Netlify has",
    ):
        assert gap in ran.out
    assert "hunter2" not in ran.out


def test_rules_that_do_not_work_together(migration: Migration) -> None:
    """Of rules that the program would refuse together, the later one is left out and named."""
    loop = redirect(**{"from": "/a/*", "to": "/b/:splat", "force": True}) + redirect(
        **{"from": "/b/*", "to": "/a/:splat", "force": True}
    )
    ran = of(migration, BUILD + loop)
    assert lines(ran) == ["/a/* /b/:splat 301!"]
    assert "/b/* /a/:splat 301!: another rule and another rule redirect" in ran.out


def test_more_proxies_than_a_distribution_takes(migration: Migration) -> None:
    """Proxies beyond CloudFront's quota are left out, each with the reason."""
    toml = "".join(redirect(**{"from": f"/a{n}/*", "to": "https://x.com/:splat", "status": 200}) for n in range(40))
    ran = of(migration, BUILD + toml)
    assert len(lines(ran)) == 37
    assert "/a39/* https://x.com/:splat 200: The 40 proxies need 80 cache behaviors" in ran.out


def test_the_context_of_production_and_of_a_branch(migration: Migration) -> None:
    """Settings and variables of a context override those of the build, and those of the branch the context's."""
    toml = (
        BUILD + '[build.environment]\nVITE_A = "1"\nVITE_B = "1"\n'
        '[context.production]\ncommand = "make production"\n[context.production.environment]\nVITE_A = "2"\n'
        '[context.branch-deploy]\ncommand = "make branch"\n[context."feat/*".environment]\nVITE_B = "3"\n'
        '[context."feat/x".environment]\nVITE_A = "4"\n[[context.branch-deploy.plugins]]\npackage = "x"\n'
    )
    ran = of(migration, toml)
    assert ran.config()["publish:buildCommand"] == "cd .. && make production"
    assert ran.config()["publish:environment"] == {"VITE_A": "2", "VITE_B": "1"}
    assert "Other contexts (branch-deploy, feat/*, feat/x) have settings of their own: " in ran.out
    assert "run this again with --branch <context> --stack <name>." in ran.out
    assert "one stack each: python -m hosting.migrate .. --branch feat/x --stack feat-x" in ran.out
    ran = migration.run("--branch", "feat/x", "--stack", "feature")
    assert "one stack each" not in ran.out
    assert ran.config("feature")["publish:buildCommand"] == "cd .. && make branch"
    assert ran.config("feature")["publish:environment"] == {"VITE_A": "4", "VITE_B": "3"}


def test_the_base_directory(migration: Migration) -> None:
    """`publish` is relative to `base`; a netlify.toml there replaces the one in the root."""
    ran = of(migration, '[build]\nbase = "/site/"\npublish = "/out"\ncommand = "make"\n')
    assert ran.config()["publish:directory"] == "../site/out"
    assert ran.config()["publish:buildCommand"] == "cd ../site && make"
    amplify.write(migration.app, {"site/netlify.toml": '[build]\npublish = "other"\n'})
    assert migration.run("--force").config()["publish:directory"] == "../site/other"


def test_a_publish_that_repeats_the_base(migration: Migration) -> None:
    """The dashboard shows the folder from the root, and some files have it so."""
    ran = of(migration, '[build]\nbase = "web"\npublish = "web/dist"\ncommand = "make"\n')
    assert ran.config()["publish:directory"] == "../web/dist"
    assert "publish 'web/dist' is seen from the repository's root" in ran.out
    ran = of(migration, '[build]\nbase = "web"\npublish = "web/"\ncommand = "make"\n', "--force")
    assert ran.config()["publish:directory"] == "../web"


@pytest.mark.parametrize(
    ("build", "directory", "place", "root"),
    [
        ('base = "apps/web/"\npublish = "dist"', "../apps/web/dist", "../apps/web", ".."),
        ('publish = "apps/web/dist"', "../apps/web/dist", "..", ".."),
        ('publish = "web/dist"', "../apps/web/dist", "../apps", "../apps"),
        ('publish = "dist"', "../apps/web/dist", "../apps/web", None),
        ('publish = "static/dist"', "../apps/web/static/dist", "../apps/web", None),
        ('base = "other"\npublish = "dist"', "../apps/web/other/dist", "../apps/web/other", None),
    ],
)
def test_a_file_in_the_folder_that_it_names(
    migration: Migration, build: str, directory: str, place: str, root: str | None
) -> None:
    """The paths of netlify.toml in a base or package directory may be seen from the repository's root."""
    toml = f'[build]\n{build}\ncommand = "make"\n'
    amplify.write(migration.app, {"apps/web/netlify.toml": toml, "apps/web/static/a.css": "x"})
    ran = migration.run(path="../apps/web")
    assert ran.config() == {"publish:directory": directory, "publish:buildCommand": f"cd {place} && make"}
    assert (f"The paths in netlify.toml are seen from '{root}'" in ran.out) == (root is not None)


def test_a_script_of_several_lines(migration: Migration) -> None:
    """A command of several lines is a script without its indentation."""
    ran = of(migration, '[build]\npublish = "dist"\ncommand = """\n  npm ci\n  npm run build\n"""\n')
    assert ran.config()["publish:buildCommand"] == "cd ..\nnpm ci\n  npm run build".replace("\n  ", "\n")


def test_a_proxy_answers_for_files_too(migration: Migration) -> None:
    """The report says so, unless the rule did so at Netlify."""
    for force in (False, True):
        rule = redirect(**{"from": "/a/*"}, to="https://x.com/:splat", status=200, force=force)
        ran = of(migration, BUILD + rule, "--force")
        assert ("A proxy answers for all its paths" in ran.out) is not force


def test_a_script_for_netlify(migration: Migration) -> None:
    """Without a command, the script that is named after Netlify builds the site."""
    scripts = {"build": "vite build", "build:netlify": "vite build --mode netlify"}
    ran = of(migration, "", package__json={"scripts": scripts, "devDependencies": {"vite": "7"}})
    assert ran.config()["publish:buildCommand"] == "cd .. && npm run build:netlify"
    assert "publish:buildCommand is 'npm run build:netlify', as netlify.toml has no command" in ran.out


@pytest.mark.parametrize("command", ["echo 'no build'", "# none", "true"])
def test_a_command_that_builds_nothing(migration: Migration, command: str) -> None:
    """A command that only prints is no build command."""
    ran = of(migration, f'[build]\npublish = "www"\ncommand = "{command}"\n', www_S_index__html="x")
    assert "publish:buildCommand" not in ran.config()
    assert f"The command '{command}' builds nothing" in ran.out


def test_an_empty_command(migration: Migration) -> None:
    """An empty command means that there is no command, and the report does not mention it."""
    assert "publish:buildCommand" not in of(migration, '[build]\npublish = "www"\ncommand = ""\n').config()


def test_guesses(migration: Migration) -> None:
    """Without `publish` and `command`, the generator has both."""
    ran = of(migration, "", package__json={"dependencies": {"gatsby": "5"}, "scripts": {"build": "gatsby build"}})
    assert ran.config()["publish:directory"] == "../public"
    assert ran.config()["publish:buildCommand"] == "cd .. && npm run build"
    assert "publish:directory is 'public', as netlify.toml has no publish: Gatsby writes to it" in ran.out


def test_a_table_written_as_a_list(migration: Migration) -> None:
    """`[[build]]` is read as `[build]`, and named."""
    ran = of(migration, '[[build]]\npublish = "dist"\n')
    assert ran.config()["publish:directory"] == "../dist"
    assert "has [[build]]; [build] was meant" in ran.out


def test_variables_that_netlify_sets(migration: Migration) -> None:
    """Variables that the build uses and Netlify sets are set, or named with the command."""
    toml = '[build]\npublish = "dist"\ncommand = "hugo -b $URL --environment $CONTEXT"\n'
    ran = of(migration, toml, x__config__js="process.env.BRANCH + process.env.COMMIT_REF")
    assert ran.config()["publish:environment"] == {"BRANCH": "main", "CONTEXT": "production"}
    assert "$URL: Netlify set it (the site's address" in ran.out
    assert "$COMMIT_REF: Netlify set it (the commit, in CI `$GITHUB_SHA`)" in ran.out
    ran = migration.run("--branch", "x", "--stack", "other")
    assert ran.config("other")["publish:environment"] == {"CONTEXT": "branch-deploy"}
    assert "$BRANCH: Netlify set it (the branch)" in ran.out


def test_secrets_are_not_shown(migration: Migration) -> None:
    """A variable that bundlers do not inline is a secret, and its command reads it from the file."""
    ran = of(migration, BUILD + '[context.production.environment]\nAPI_KEY = "hunter2"\n')
    assert '["context"]["production"]["environment"]["API_KEY"]' in ran.out
    written = "".join(file.read_text(encoding="utf-8") for file in ran.home.iterdir())
    assert "hunter2" not in ran.out + ran.err + written


def test_rule_files_of_the_project(migration: Migration) -> None:
    """`_redirects` and `_headers` are read from the published folder; lines that have to change are named."""
    redirects = "# comment\n/a /b\n/api/* /.netlify/functions/:splat 200\n/x /y Language=de\n"
    ran = of(migration, BUILD, public_S__redirects=redirects, static_S__headers="/*\n  Set-Cookie: a=b\n")
    assert "public/_redirects line 3: leads to Netlify's functions" in ran.out
    assert "public/_redirects line 4: has 'Language=de', which is not supported" in ran.out
    assert "static/_headers: line 2 of _headers sets 'Set-Cookie'" in ran.out
    assert "public/_redirects stays as it is" in ran.out
    assert "website:redirectsFile" not in ran.config()


def test_rule_files_outside_of_the_base(migration: Migration) -> None:
    """The published folder may be outside of the base directory."""
    toml = '[build]\nbase = "web"\npublish = "../dist"\n'
    ran = of(migration, toml, dist_S__headers="/*\n  X: 1\n", dist_S_customHttp__yml="x", web_S_a="")
    assert "dist/_headers: Headers are in customHttp.yml and in _headers" in ran.out


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[build", "is not TOML (Expected ']' at the end of a table declaration"),
        ('[build]\npublish = ".next"\n', "'.next' is the build of Next.js for a server"),
        ("a = " + "[" * 5000, "is not TOML"),
    ],
)
def test_refused_projects(migration: Migration, toml: str, message: str) -> None:
    """An invalid file and a server are refused."""
    ran = of(migration, toml)
    assert ran.code == 1
    assert message in ran.err


def test_files_that_can_not_be_read(migration: Migration) -> None:
    """A folder in place of the file, and bytes that are not UTF-8, give a sentence."""
    (migration.app / "netlify.toml").mkdir()
    assert "netlify.toml' can't be read" in migration.run().err
    (migration.app / "netlify.toml").rmdir()
    (migration.app / "netlify.toml").write_bytes(b"\xff")
    assert "is not UTF-8 text" in migration.run().err


def test_the_stack_of_a_branch(migration: Migration) -> None:
    """A branch has the stack here that `hosting.deployments` gives it: small letters of ASCII."""
    ran = of(migration, f'{BUILD}[context."Grün/Login"]\ncommand = "make"\n')
    assert "--branch Grün/Login --stack gr-n-login" in ran.out.replace("'", "")
    assert stack_name("Grün/Login") == "gr-n-login"


def test_commands_name_the_stack(migration: Migration) -> None:
    """A command in a note names the stack that is written, as another one may be selected."""
    ran = of(migration, '[build]\ncommand = "hugo -b $URL"\npublish = "."\n', "--stack", "beta", index__html="")
    assert "pulumi config set --stack beta --path publish:environment.URL" in ran.out
    assert "pulumi config set --stack beta --path 'publish:ignore[<n>]'" in ran.out
    assert "pulumi config set --path" not in ran.out


def test_keys_that_begin_with_a_capital(migration: Migration) -> None:
    """Netlify reads `[Build]` and `Command` too, also in a context; of two spellings the lower-case one counts."""
    toml = '[Build]\nCommand = "make"\nPublish = "out"\npublish = "site"\n[Build.Environment]\nVITE_A = "1"\n'
    ran = of(migration, toml + '[context.production]\nCommand = "make site"\n')
    assert ran.config() == {
        "publish:directory": "../site",
        "publish:buildCommand": "cd .. && make site",
        "publish:environment": {"VITE_A": "1"},
    }
    assert "No counterpart" not in ran.out


def test_processing_that_is_skipped(migration: Migration) -> None:
    """With `skip_processing`, Netlify left the files as they are, so nothing is missing."""
    toml = BUILD + "[build.processing]\nskip_processing = {}\n[build.processing.css]\nminify = true\n"
    assert "processing" not in of(migration, toml.format("true")).out
    assert "build.processing.css.minify: " in of(migration, toml.format("false")).out


def test_a_published_project_without_a_page_at_its_top(migration: Migration) -> None:
    """The report says so, as the folder of a build may be meant."""
    ran = of(migration, '[build]\npublish = "."\n', src_S_index__html="")
    assert "None is a page at its top: if the site is built, set publish:directory" in ran.out
    assert "at its top" not in of(migration, '[build]\npublish = "."\n', index__html="").out
