from __future__ import annotations

import contextlib
import io
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from hosting.publish.settings import CacheRule
from hosting.publish.staging.file_rules import FileRules
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

FILE = "sst.config.ts"
V3 = """/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return { name: "shop", home: "aws", providers: { aws: { region: "eu-west-1" } } };
  },
  async run() {
    const api = new sst.aws.Function("Api", { handler: "api.handler", url: true });
    %s
    return { api: api.url };
  },
});
"""
V2 = """import { SSTConfig } from "sst";
import { StaticSite } from "sst/constructs";

export default {
  config(_input) {
    return { name: "shop", region: "us-west-2" };
  },
  stacks(app) {
    app.stack(function Site({ stack }) {
      %s
    });
  },
} satisfies SSTConfig;
"""
PACKAGES = 'export PATH="$PWD/node_modules/.bin:$PATH"'


def of(migration: Migration, site: str, *arguments: str, app: str = V3, files: dict[str, Any] | None = None) -> Ran:
    """Write sst.config.ts with a component, and files, and run the command."""
    amplify.write(migration.app, {FILE: app % site, **(files or {})})
    return migration.run(*arguments)


def test_a_vite_app_of_version_3(migration: Migration) -> None:
    """Folder, command, literal variables, region and the app's page are mapped; the API's URL is named."""
    site = """new sst.aws.StaticSite("Web", {
      path: "packages/web", // the front end
      build: { command: "npm run build", output: "dist" },
      environment: { VITE_API: api.url, VITE_NAME: "Shop", },
    });"""
    ran = of(migration, site, files={"packages/web/package.json": {"devDependencies": {"vite": "5"}}})
    assert ran.config() == {
        "aws:region": "eu-west-1",
        "publish:directory": "../packages/web/dist",
        "publish:buildCommand": "cd ../packages/web && npm run build",
        "publish:environment": {"VITE_NAME": "Shop"},
        "website:routing": "spa",
    }
    assert "Read .. (SST's StaticSite, Web in sst.config.ts)" in ran.out
    assert (
        "environment VITE_API: it is an expression (`api.url`), and only literals can be read: "
        "pulumi config set --stack prod --path 'publish:environment.VITE_API' '<value>'" in ran.out
    )


def test_a_site_of_version_2(migration: Migration) -> None:
    """The names of version 2 are mapped, in a file of stacks/; an errorPage makes a site of pages."""
    stack = """import { StaticSite, StackContext } from "sst/constructs";
    export function Web({ stack }: StackContext) {
      const site = new StaticSite(stack, "Site", {
        path: "web", buildCommand: `hugo --minify`, buildOutput: "public", errorPage: "404.html",
        customDomain: { domainName: "example.com", domainAlias: "www.example.com", hostedZone: "example.com" },
        fileOptions: [], cdk: { bucket },
      });
    }"""
    ran = of(migration, "", app=V2, files={"stacks/Web.ts": stack, "web/hugo.toml": ""})
    assert ran.config() == {
        "aws:region": "us-west-2",
        "publish:directory": "../web/public",
        "publish:buildCommand": "cd ../web && hugo --minify",
        "website:routing": "mpa",
    }
    for sentence in (
        "Site in stacks/Web.ts",
        """domain:names '["example.com", "www.example.com"]' pulumi config set --stack prod domain:zone example.com""",
        "fileOptions: set publish:cacheControl",
        "cdk: it changes SST's own resources",
    ):
        assert sentence in ran.out


def test_the_domain_is_written_with_an_option(migration: Migration) -> None:
    """`--with-domains` writes the names; an alias that does not redirect is kept so."""
    site = """new sst.aws.StaticSite("Web", { domain: {
      name: "a.example.com", aliases: ["b.example.com"],
      cert: "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    } })"""
    config = of(migration, site, "--with-domains").config()
    assert config["domain:names"] == ["a.example.com", "b.example.com"]
    assert config["domain:redirectAliases"] is False
    assert config["domain:certificateArn"].endswith("123456789012")


def test_a_domain_as_text(migration: Migration) -> None:
    """A name alone is a command, with the zone that SST has found by itself."""
    ran = of(migration, """new sst.aws.StaticSite("Web", { domain: "example.com" })""")
    assert "domain:names" not in ran.config()
    assert """pulumi config set --stack prod domain:names '["example.com"]'""" in ran.out
    assert "pulumi config set --stack prod domain:zone <zone>, or use another DNS" in ran.out


def test_a_domain_that_is_not_a_literal(migration: Migration) -> None:
    """Each part that is an expression is named with the command that sets it."""
    site = """new sst.aws.StaticSite("Web", { domain: {
      name: "example.com", redirects: [www], aliases: ["b.example.com", "c.example.com"], dns: sst.cloudflare.dns(),
    } })"""
    ran = of(migration, site.replace("[www]", '[www, "www.example.com"]'))
    assert "domain.redirects: it is an expression (`www`)" in ran.out
    assert "domain.aliases: here all names redirect to the first or none does" in ran.out
    assert "domain.dns: pulumi config set --stack prod domain:zone '<the Route 53 zone>'" in ran.out
    ran = of(migration, """new sst.aws.StaticSite("Web", { domain: isProd ? { name } : undefined })""")
    assert "domain: it is an expression (`isProd ? { name } : undefined`)" in ran.out
    ran = of(migration, """new sst.aws.StaticSite("Web", { domain: { name: `${stage}.example.com` } })""")
    assert "domain.name: it is an expression, and" in ran.out
    assert "Host names" not in ran.out


def test_settings_that_are_not_literals(migration: Migration) -> None:
    """Each is named with its command, and nothing is guessed in its place."""
    site = """new sst.aws.StaticSite("Web", {
      path: join("apps", "web"), build: isProd ? one : two, environment: shared, indexPage: page, errorPage: page,
      ...rest, router: { instance: router }, unknown: true,
    })"""
    ran = of(migration, site)
    assert ran.config() == {"aws:region": "eu-west-1"}
    for sentence in (
        "path: it is an expression, and only literals can be read: pulumi config set --stack prod publish:dir",
        "build.command: it is an expression (`isProd ? one : two`)",
        "build.output: it is an expression (`isProd ? one : two`)",
        "environment: it is an expression (`shared`)",
        "indexPage: it is an expression (`page`)",
        "errorPage: it is an expression (`page`)",
        "an expression (`...rest`): only literals can be read",
        "router: the Router has the host names",
        "unknown: this program has no setting for it",
    ):
        assert sentence in ran.out


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ("vite build", f"{PACKAGES} && vite build"),
        ("make && A=b eleventy", f"{PACKAGES} && make && A=b eleventy"),
        ("tool x", f"{PACKAGES} && tool x"),
        ("npx vite build", "npx vite build"),
        ("npm run vite", "npm run vite"),
        ("hugo", "hugo"),
    ],
)
def test_the_command_of_a_package(migration: Migration, command: str, written: str) -> None:
    """A generator's command that a package has finds it, as SST, Netlify and Vercel have it on the path."""
    site = f"""new sst.aws.StaticSite("Web", {{ build: {{ command: "{command}", output: "dist" }} }})"""
    ran = of(migration, site, files={"package.json": {"dependencies": {"@x/tool": "1"}}})
    assert ran.config()["publish:buildCommand"] == f"cd .. && {written}"


def test_a_folder_that_is_not_a_literal(migration: Migration) -> None:
    """The command is mapped without it."""
    ran = of(migration, """new sst.aws.StaticSite("Web", { build: { command: "make", output: out }, path: "web" })""")
    assert ran.config()["publish:buildCommand"] == "cd ../web && make"
    assert "publish:directory" not in ran.config()


def test_settings_in_a_variable(migration: Migration) -> None:
    """Settings that are not an object are named, with the settings to copy them to."""
    ran = of(migration, """new sst.aws.StaticSite("Web", config)""")
    assert ran.config() == {"aws:region": "eu-west-1"}
    assert "Web: its settings are an expression (`config`): only literals can be read. Set publish:directory" in ran.out


def test_a_secret_variable(migration: Migration) -> None:
    """A variable that bundlers do not inline is a secret: its value is not printed, and its command reads it."""
    site = """new sst.aws.StaticSite("Web", { path: "site", environment: { TOKEN: "hidden", PORT: ["x"] } })"""
    ran = of(migration, site, files={"site/index.html": ""})
    assert "hidden" not in ran.out + (ran.home / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    code = shlex.split(ran.out.partition("python -c ")[2].partition(" | pulumi")[0])[0]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - the code that the report has
    assert printed.getvalue() == "hidden\n"
    assert "environment PORT: it is not text, and only literals can be read" in ran.out


def test_a_site_without_settings(migration: Migration) -> None:
    """The project's folder is published, without what is not the site's."""
    ran = of(migration, """new sst.aws.StaticSite("Web")""", files={"index.html": ""})
    assert ran.config()["publish:directory"] == ".."
    assert "/infra/" in ran.config()["publish:ignore"]
    assert "publish:buildCommand" not in ran.config()


def test_a_build_without_a_command(migration: Migration) -> None:
    """If the folder does not exist, the script of package.json is a guess."""
    ran = of(
        migration,
        """new StaticSite(stack, "site", { buildOutput: "dist" });""",
        app=V2,
        files={"package.json": {"scripts": {"build": "vite build"}}},
    )
    assert ran.config()["publish:buildCommand"] == "cd .. && npm run build"
    assert "publish:buildCommand is 'npm run build', as site has no command" in ran.out


def test_an_index_page_of_another_name(migration: Migration) -> None:
    """It answers the root, and all paths without a file unless there is an errorPage."""
    ran = of(migration, """new sst.aws.StaticSite("Web", { path: "a", indexPage: "home.html" })""")
    text = (ran.home / "redirects.prod.json").read_text(encoding="utf-8")
    assert '{"source": "/", "target": "/home.html", "status": "200", "force": false}' in text
    assert '{"source": "/<*>", "target": "/home.html", "status": "404-200"}' in text
    assert "website:routing" not in ran.config()


@pytest.mark.parametrize(
    ("page", "routing", "note"),
    [("index.html", "spa", True), ("redirect_to_index_page", "spa", False), ("/404.html", "mpa", False)],
)
def test_the_error_page(migration: Migration, page: str, routing: str, note: bool) -> None:  # noqa: FBT001 - a parameter
    """The index page as the error page makes an app; another page answers with 404."""
    ran = of(migration, f"""new StaticSite(stack, "Site", {{ path: "a", errorPage: "{page}" }})""", app=V2)
    assert ran.config()["website:routing"] == routing
    assert ("it is the index page, so the site is an app" in ran.out) is note


def test_another_error_page(migration: Migration) -> None:
    """A page of another name than 404.html is a rule."""
    ran = of(migration, """new sst.aws.StaticSite("Web", { path: "a", errorPage: "error.html" })""")
    text = (ran.home / "redirects.prod.json").read_text(encoding="utf-8")
    assert text == '[\n  {"source": "/<*>", "target": "/error.html", "status": "404"}\n]\n'


def test_several_sites(migration: Migration) -> None:
    """`--target` chooses one; a name that is not a literal is a number."""
    sites = """new sst.aws.StaticSite("Web", { path: "a" }); new sst.aws.StaticSite(`${app}-b`, { path: "b" })"""
    ran = of(migration, sites)
    assert ran.code == 1
    assert "has 2 StaticSites, and a stack is one site: add --target Web or --target '#2'" in ran.err
    assert "has no StaticSite 'C': --target Web or --target '#2'" in migration.run("--target", "C").err
    assert migration.run("--target", "#2").config()["publish:directory"] == "../b"


@pytest.mark.parametrize(
    ("component", "sentence"),
    [
        ('new sst.aws.Nextjs("A")', "sst.aws.Nextjs runs Next.js on a server. Build a static site with `output: 'exp"),
        (
            'new RemixSite(stack, "A")',
            "RemixSite runs Remix on a server. Build a static site with `ssr: false` in vite",
        ),
        ('new sst.aws.TanStackStart("A")', "sst.aws.TanStackStart runs TanStackStart on a server"),
        ('new sst.cloudflare.StaticSite("A")', "write `new sst.aws.StaticSite(...)` for your site in sst.config.ts"),
        ("", "has no StaticSite of AWS"),
    ],
)
def test_projects_without_a_static_site(migration: Migration, component: str, sentence: str) -> None:
    """A component that needs a server is refused by name, with what would be needed."""
    ran = of(migration, component)
    assert ran.code == 1
    assert sentence in ran.err
    assert ran.err.rstrip().endswith("run this again")


def test_a_static_site_with_the_build_of_a_server(migration: Migration) -> None:
    """A build that writes a server is refused, as for every host."""
    site = """new sst.aws.StaticSite("Web", { build: { command: "next build", output: ".next" } })"""
    ran = of(migration, site, files={"package.json": {"dependencies": {"next": "14"}}})
    assert ran.code == 1
    assert "'.next' is the build of Next.js for a server" in ran.err


def test_files_of_other_projects(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a config of its own, packages and large projects' last files are not read."""
    other = 'new sst.aws.StaticSite("Other", { path: "b" })'
    files = {"docs/sst.config.ts": other, "node_modules/a/a.ts": other, ".sst/a.ts": other, "README.md": other}
    ran = of(migration, """new sst.aws.StaticSite("Web", { path: "a" })""", files=files)
    assert ran.config()["publish:directory"] == "../a"
    monkeypatch.setattr("hosting.migrate.sst.components._MOST_FILES", 0)
    amplify.write(migration.app, {"z/site.ts": other})
    assert migration.run().code == 0


def test_a_config_without_a_region(migration: Migration) -> None:
    """The region of an app that has none, or an expression, is that of `--region` or of the environment."""
    site = """new sst.aws.StaticSite("Web", { path: "a" })"""
    app = V3.replace('"eu-west-1"', "process.env.AWS_REGION")
    assert "aws:region" not in of(migration, site, app=app).config()
    assert migration.run("--region", "eu-north-1").config()["aws:region"] == "eu-north-1"


def test_a_config_in_javascript(migration: Migration) -> None:
    """sst.config.js is a config too; sites without the `sst.aws` in their name are read by their arguments."""
    amplify.write(
        migration.app, {"sst.config.js": 'const { StaticSite } = sst.aws; new StaticSite("Web", { path: "a" })'}
    )
    assert migration.run().config() == {"publish:directory": "../a", "website:routing": "spa"}


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (
            "{ files: '**', cacheControl: 'a' }, { files: ['*.html', 'x/**'], cacheControl: 'b' }",
            [("/**", "a"), ("/*.html", "b"), ("/x/**", "b")],
        ),
        ("{ files: './**/*.{js,css}', cacheControl: YEAR }", [("**/*.js", "year"), ("**/*.css", "year")]),
        (
            "{ files: ['sw.js'], cacheControl: 'a' }, { files: '**', ignore: 'sw.js', cacheControl: 'b' }",
            [("/sw.js", "a"), ("/**", "b"), ("/sw.js", "a")],
        ),
    ],
)
def test_the_cache_control_of_files(migration: Migration, options: str, rules: list[tuple[str, str]]) -> None:
    """Entries become rules, of which the last that matches a file counts too."""
    site = f"""const YEAR = "year";
    new sst.aws.StaticSite("Web", {{ path: "web", assets: {{ fileOptions: [{options}], bucket: b }} }});"""
    ran = of(migration, site)
    assert ran.config()["publish:cacheControl"] == [{"pattern": pattern, "value": value} for pattern, value in rules]
    assert "assets.bucket: this program has no setting for it" in ran.out
    cached = FileRules("publish:cacheControl", [CacheRule(pattern=one, value=value) for one, value in rules])
    assert cached.value("sw.js") == rules[0][1]


@pytest.mark.parametrize(
    "option",
    [
        "{ files: '**/+(a|b)', cacheControl: 'a' }",
        "{ files: ['x', y()], cacheControl: 'a' }",
        "{ files: '**', contentType: 'a' }",
        "{ files: '**', ignore: 'x', cacheControl: 'a' }",
        "{ cacheControl: 'a' }",
        "x()",
    ],
)
def test_file_options_without_a_counterpart(migration: Migration, option: str) -> None:
    """An entry that is not a list of files with a value is named."""
    ran = of(migration, f'new sst.aws.StaticSite("Web", {{ assets: {{ fileOptions: [{option}] }} }});')
    assert "publish:cacheControl" not in ran.config()
    assert "assets.fileOptions[0]: it is not a list of files with a cacheControl" in ran.out


def test_the_content_type_of_files(migration: Migration) -> None:
    """Other keys of an entry are named."""
    option = "{ files: '**', cacheControl: 'a', contentType: 'b' }"
    ran = of(migration, f'new sst.aws.StaticSite("Web", {{ assets: {{ fileOptions: [{option}] }} }});')
    assert "assets.fileOptions[0].contentType: only its cacheControl has a counterpart" in ran.out
