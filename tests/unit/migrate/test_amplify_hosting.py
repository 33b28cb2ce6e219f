"""Apps of Amplify Hosting, in the shapes in which amplify.yml occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from hosting.formats.gitignore import IgnoreRules
from hosting.publish.staging.scan import scan
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.migrate.conftest import Migration, Ran

PLAIN = """version: 1
frontend:
  phases:
    preBuild:
      commands:
        - npm ci
    build:
      commands:
        - npm run build
  artifacts:
    baseDirectory: dist
    files:
      - '**/*'
  cache:
    paths:
      - node_modules/**/*
"""


ALL_LEVELS = ["*", "!*/", "node_modules/", ".*/", "!.well-known/"]


def spec(directory: str | None = "dist", *, files: list[str] | None = None, **frontend: Any) -> str:  # noqa: ANN401 - any YAML
    """Return an amplify.yml with one build command."""
    artifacts = {"baseDirectory": directory, "files": files or ["**/*"]}
    return yaml.safe_dump(
        {
            "version": 1,
            "frontend": {"phases": {"build": {"commands": ["npm run build"]}}, "artifacts": artifacts, **frontend},
        }
    )


def of(migration: Migration, text: str, *arguments: str, **files: Any) -> Ran:  # noqa: ANN401 - any JSON or text
    """Run the command on a repository with this amplify.yml; ``files`` are others, with `__` for a slash."""
    others = {name.replace("__", "/"): content for name, content in files.items()}
    amplify.write(migration.app, {"amplify.yml": text, **others})
    return migration.run(*arguments)


def test_a_plain_app(migration: Migration) -> None:
    """Folder and commands are mapped, the cache is named, and a second run changes nothing."""
    ran = of(migration, PLAIN)
    written = {"publish:directory": "../dist", "publish:buildCommand": "cd ..\nnpm ci\nnpm run build"}
    assert ran.config() == written
    assert "amplify.yml cache: it is for Amplify's build machines" in ran.out
    assert "--app-id <app id>" in ran.out
    assert (migration.run().code, migration.run().config()) == (0, written)


def test_another_stage_gets_cloudfront(migration: Migration) -> None:
    """Amplify Hosting has a CDN, so a stack without CloudFront by default gets it."""
    amplify.write(migration.home, {"Pulumi.dev.yaml": "config: {}\n"})
    assert of(migration, PLAIN, "--stack", "dev").config("dev")["cloudfront:enabled"] is True


@pytest.mark.parametrize(
    ("phases", "command"),
    [
        ({"build": {"commands": "hugo"}}, "cd .. && hugo"),
        ({"build": ["hugo"]}, "cd .. && hugo"),
        ({"build": "hugo"}, "cd .. && hugo"),
        (
            {"preBuild": {"commands": ["a"]}, "build": {"commands": ["b"]}, "postBuild": {"commands": ["c"]}},
            "cd ..\na\nb\nc",
        ),
        ({"build": {"commands": ["|-\n a", "", None]}}, "cd ..\n|-\n a"),
        ({"build": {"commands": []}}, None),
        (None, None),
    ],
)
def test_the_forms_of_phases(migration: Migration, phases: Any, command: str | None) -> None:  # noqa: ANN401 - any YAML
    """Commands are a list, a text, or below no key; there may be none."""
    ran = of(migration, spec(phases=phases))
    assert ran.config().get("publish:buildCommand") == command


def test_what_is_no_command_is_named(migration: Migration) -> None:
    """A command that YAML reads as a map, and a phase that Amplify does not have, are gaps."""
    phases = {"build": {"commands": [{"echo a": "b"}, "hugo"]}, "deploy": {"commands": ["x"]}, "artifacts": {}}
    ran = of(migration, spec(phases=phases))
    assert "amplify.yml build: a command is not a text" in ran.out
    assert "amplify.yml deploy: Amplify Hosting has no such phase" in ran.out
    assert "amplify.yml artifacts: it is no phase" in ran.out


@pytest.mark.parametrize(
    ("directory", "written"),
    [
        ("dist/app/browser", "../dist/app/browser"),
        ("/build", "../build"),
        ("./out/", "../out"),
        ("public/**/*", "../public"),
        (".output/public", "../.output/public"),
        (".next/out", "../.next/out"),
        (r"web\dist", "../web/dist"),
        ("../other", "../../other"),
    ],
)
def test_the_base_directory(migration: Migration, directory: str, written: str) -> None:
    """The folder is relative to the repository, and a leading slash is its root."""
    assert of(migration, spec(directory)).config()["publish:directory"] == written


@pytest.mark.parametrize(
    ("directory", "said"),
    [
        (None, "amplify.yml baseDirectory: it is not set"),
        ("dist-$ENV", "it is not a folder"),
        ("infra", "move the program"),
    ],
)
def test_a_folder_that_can_not_be_written(migration: Migration, directory: str | None, said: str) -> None:
    """Without a folder, and with one that can't be published, the report says what to set."""
    ran = of(migration, spec(directory))
    assert (ran.code, said in ran.out, "publish:directory" in ran.config()) == (0, True, False)


@pytest.mark.parametrize(
    "directory", [".next", ".next/standalone", "web/.output", ".amplify-hosting", ".svelte-kit/output", "dist/ssr"]
)
def test_a_server_is_refused(migration: Migration, directory: str) -> None:
    """A build for Amplify's servers is refused by name, with what would be needed, and nothing is written."""
    ran = of(migration, spec(directory))
    assert (ran.code, ran.config()) == (1, {})
    assert f"WEB_COMPUTE, on a server, and this program publishes files: '{directory}' is" in ran.err


VITE = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}


def test_folder_and_command_are_guessed(migration: Migration) -> None:
    """Without them in the build settings, what the project's files show counts, and is marked as a guess."""
    ran = of(migration, spec(None), **{"package.json": VITE})
    assert ran.config()["publish:directory"] == "../dist"
    assert "Guessed, because no file has it: The folder is 'dist', which Vite writes to" in ran.out
    (migration.app / "amplify.yml").unlink()
    amplify.write(migration.app, {"customHttp.yml": "customHeaders: []"})
    other = migration.run("--force")
    assert other.config()["publish:buildCommand"] == "cd .. && npm run build"
    assert "The build command is 'npm run build'" in other.out


def test_a_generator_of_servers_is_refused(migration: Migration) -> None:
    """Without a folder, a generator that builds a server here is refused by name."""
    ran = of(migration, spec(None), **{"package.json": {"dependencies": {"next": "15"}}})
    assert (ran.code, "Next.js builds a server here" in ran.err) == (1, True)


def test_a_published_root(migration: Migration) -> None:
    """The repository's root is published without the program and without what is not of the site."""
    amplify.write(migration.app, {"index.html": "<p>", "node_modules/a.js": "", ".env": "", ".well-known/a": "b"})
    ran = of(migration, spec("/"))
    assert ran.config()["publish:directory"] == ".."
    assert ran.config()["publish:ignore"][-1] == "/infra/"
    assert "2 of its files, without those of publish:ignore. The largest are index.html (3 bytes)" in ran.out


def test_a_published_project_of_a_monorepo(migration: Migration) -> None:
    """A package's folder has more than the site, too."""
    amplify.write(migration.app, {"apps/web/package.json": {}, "apps/web/index.html": "<p>"})
    ran = of(migration, spec("apps/web"))
    assert "package.json" in ran.config()["publish:ignore"]
    assert "A project's folder is published: 1 of its files" in ran.out


def test_a_published_project_with_a_server(migration: Migration) -> None:
    """The sources of a server are no site."""
    ran = of(migration, spec("apps/web"), **{"apps/web/package.json": {"dependencies": {"next": "15"}}})
    assert (ran.code, "Next.js builds a server here" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("commands", "directory", "is_said"),
    [
        (["cd app", "npm run build"], "build", True),
        (["cd app", "npm run build", "cd build"], "/build", True),
        (["cd app", "npm run build"], "app/build", False),
        (["cd app", "npm run build"], "static", False),
        (["cd tools", "make"], "build", False),
        (["cd $APP", "npm run build"], "build", False),
        (["npm run build"], "build", False),
    ],
)
def test_a_base_directory_outside_of_the_last_folder(
    migration: Migration,
    commands: list[str],
    directory: str,
    is_said: bool,  # noqa: FBT001 - a parameter
) -> None:
    """It stays as it is written, and the report has the command for the other folder."""
    amplify.write(migration.app, {"app/package.json": {}, "static/index.html": "", "tools/x": ""})
    ran = of(migration, spec(directory, phases={"build": {"commands": commands}}))
    assert ran.config()["publish:directory"] == f"../{directory.strip('/')}"
    assert ("pulumi config set --stack prod publish:directory ../app/build" in ran.out) == is_said


def test_a_published_root_beside_the_program(
    migration: Migration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program outside of the repository needs no pattern for itself, and a list of files needs no other patterns."""
    amplify.write(migration.app, {"amplify.yml": spec("/", files=["index.html"]), "index.html": ""})
    amplify.write(tmp_path / "program", {"Pulumi.yaml": "name: x", "Pulumi.prod.yaml": "config: {}"})
    monkeypatch.chdir(tmp_path / "program")
    assert migration.run(path="../app").code == 0
    config = yaml.safe_load((tmp_path / "program/Pulumi.prod.yaml").read_text())["config"]
    assert (config["publish:directory"], config["publish:ignore"]) == ("../app", ["/*", "!/index.html"])


def test_a_published_root_that_can_not_be_published(migration: Migration) -> None:
    """A file that can't be published is named."""
    (migration.app / "link").symlink_to("/etc")
    assert "The folder can't be published as it is: " in of(migration, spec(".")).out


@pytest.mark.parametrize(
    ("files", "patterns"),
    [
        (["**/*"], None),
        (["index.html", "*.js", "assets/**/*", "./css/*"], ["/*", "!/index.html", "!/*.js", "!/assets/", "!/css/"]),
        (["**/*", "!node_modules/**/*"], ["/node_modules/**/*"]),
        (["a/b/*.js", "c/d/**"], [*ALL_LEVELS, "!/a/b/*.js", "!/c/d/**"]),
        (["**/*.png", "a/**/*"], [*ALL_LEVELS, "!/**/*.png", "!/a/**"]),
        (["a/[b].js"], None),
        ([""], None),
    ],
)
def test_the_list_of_files(migration: Migration, files: list[str], patterns: list[str] | None) -> None:
    """Names and whole folders become ignore patterns; a list without a counterpart is named."""
    ran = of(migration, spec(files=files))
    assert ran.config().get("publish:ignore") == patterns
    assert ("amplify.yml files a/[b].js: all files of the folder" in ran.out) == (files == ["a/[b].js"])


def test_a_list_of_files_in_folders(migration: Migration) -> None:
    """Exactly the listed files of a published root remain, and no tool's."""
    names = ["index.html", "a/b/x.js", "a/x.js", "c/d/e/f", "c/x", "g/h.png", ".git/x.png", "node_modules/x.png"]
    amplify.write(migration.app, dict.fromkeys(names, "x"))
    ran = of(migration, spec("/", files=["a/b/*.js", "c/d/**/*", "**/*.png", "index.html"]))
    rules = IgnoreRules.from_folder(migration.app, patterns=ran.config()["publish:ignore"], ignore_file=None)
    published = {file.path for file in scan(migration.app, rules).files}
    assert published == {"index.html", "a/b/x.js", "c/d/e/f", "g/h.png"}


MONOREPO = """version: 1
applications:
  - appRoot: apps/api
    backend: {phases: {build: {commands: [amplifyPush --simple]}}}
  - frontend:
      phases: {build: {commands: [npm run build]}}
      artifacts: {baseDirectory: dist, files: ['**/*']}
    appRoot: /apps/web/
  - frontend:
      appRoot: apps/blog
      buildPath: /
      phases: {build: {commands: [npm run build -w blog]}}
      artifacts: {baseDirectory: apps/blog/out}
    env: {variables: {VITE_A: blog}}
"""


def test_a_monorepo(migration: Migration) -> None:
    """The first application with a front end is imported, and the report has the commands for the others."""
    ran = of(migration, MONOREPO)
    assert ran.config()["publish:directory"] == "../apps/web/dist"
    assert ran.config()["publish:buildCommand"] == "cd ../apps/web && npm run build"
    assert "python -m hosting.migrate .. --app-root apps/blog --stack prod-apps-blog" in ran.out
    assert "--app-root apps/api" not in ran.out
    assert "amplify.yml application 'apps/api': it is a backend: the Amplify app goes on to run it" in ran.out
    assert "The site is the application 'apps/web'; --app-root chooses another" in ran.out


def test_parts_outside_of_the_applications(migration: Migration) -> None:
    """A backend beside the applications stays, and other parts there are named; neither is run."""
    backend = "backend: {phases: {build: {commands: [cd api, npm ci, sam deploy]}}}\n"
    ran = of(migration, f"{MONOREPO}{backend}frontend: {{}}\nappRoot: x\n")
    assert ran.config()["publish:buildCommand"] == "cd ../apps/web && npm run build"
    assert "amplify.yml backend 'sam deploy': the Amplify app goes on to run it" in ran.out
    assert "amplify.yml frontend: the file has applications" in ran.out
    assert "amplify.yml appRoot: the file has applications" in ran.out


def test_an_application_is_chosen(migration: Migration) -> None:
    """`buildPath: /` runs the commands in the root, and the folder is relative to it."""
    ran = of(migration, MONOREPO.replace("VITE_A: blog", "VITE_A: blog, L: [1]"), "--app-root", "/apps/blog")
    assert ran.config()["publish:directory"] == "../apps/blog/out"
    assert ran.config()["publish:buildCommand"] == "cd .. && npm run build -w blog"
    assert ran.config()["publish:environment"] == {"VITE_A": "blog"}
    unknown = migration.run("--app-root", "shop").err
    assert "amplify.yml has no application 'shop': --app-root apps/api or --app-root apps/web or" in unknown


def test_paths_that_repeat_the_application(migration: Migration) -> None:
    """Folder and `cd` may be written as seen from the repository's root."""
    app = {"appRoot": "web", **yaml.safe_load(spec("web/dist", phases={"build": {"commands": ["cd web", "make"]}}))}
    text = yaml.safe_dump({"version": 1, "applications": [app]})
    ran = of(migration, text)
    assert ran.config()["publish:directory"] == "../web/dist"
    assert ran.config()["publish:buildCommand"] == "cd ../web && make"
    assert "baseDirectory 'web/dist' is seen from the repository, as it repeats appRoot" in ran.out
    own = of(migration, text, "--force", **{"web__web__index.html": "x"})
    assert own.config()["publish:directory"] == "../web/web/dist"
    assert own.config()["publish:buildCommand"] == "cd ../web\ncd web\nmake"


def test_a_variable_of_another_variable(migration: Migration) -> None:
    """A value that is another variable's is only in the app."""
    ran = of(migration, spec() + yaml.safe_dump({"env": {"variables": {"VITE_A": "$API"}}}))
    assert "amplify.yml variable VITE_A: its value is that of another variable: pulumi config set" in ran.out
    assert "publish:environment" not in ran.config()


def test_a_build_path_inside_of_the_application(migration: Migration) -> None:
    """A relative buildPath is below appRoot, and a single application may have its root chosen."""
    ran = of(migration, spec("dist", buildPath="site", appRoot="web"))
    assert ran.config()["publish:directory"] == "../web/site/dist"
    other = of(migration, spec("out"), "--app-root", "docs", "--force")
    assert other.config()["publish:directory"] == "../docs/out"


def test_a_build_path_of_the_repository(migration: Migration) -> None:
    """A relative buildPath that is a folder of the repository, and not of the application, is seen from the root."""
    text = yaml.safe_dump({"version": 1, "applications": [yaml.safe_load(spec("ui/dist", buildPath="apps"))]})
    text = text.replace("applications:\n- ", "applications:\n- appRoot: apps/ui\n  ")
    ran = of(migration, text, **{"apps__ui__package.json": {}})
    assert ran.config()["publish:directory"] == "../apps/ui/dist"
    assert ran.config()["publish:buildCommand"] == "cd ../apps && npm run build"


def test_an_application_that_is_published_as_it_is(migration: Migration) -> None:
    """The folder of an application is a root, too: the files of its tools are not published."""
    app = yaml.safe_load(spec("."))
    text = yaml.safe_dump({"version": 1, "applications": [{"appRoot": "web", **app}]})
    ran = of(migration, text, **{"web__index.html": "x", "web__package.json": {}})
    assert ran.config()["publish:directory"] == "../web"
    assert "package.json" in ran.config()["publish:ignore"]
    assert "1 of its files" in ran.out


def test_variables_of_the_backend(migration: Migration) -> None:
    """They stay with the backend."""
    backend = {"phases": {"env": {"variables": {"A": "secret-1"}}, "build": {"commands": ["npx ampx x"]}}}
    ran = of(migration, spec() + yaml.safe_dump({"backend": {**backend, "env": {"variables": {"B": "secret-2"}}}}))
    assert "amplify.yml backend variable A: the Amplify app goes on to use it" in ran.out
    assert "amplify.yml backend variable B: the Amplify app goes on to use it" in ran.out
    assert "secret-" not in ran.out
    assert "publish:environment" not in ran.config()


@pytest.mark.parametrize("key", ["customRules", "customRedirects", "redirects", "rewrites"])
def test_rules_in_the_build_file(migration: Migration, key: str) -> None:
    """Amplify ignores rules in amplify.yml, in the front end and beside it."""
    rules: dict[str, Any] = {key: [{"source": "/a", "target": "/b", "status": "301"}]}
    apps = {"version": 1, "applications": [{"appRoot": "web", **yaml.safe_load(spec())}, rules]}
    for text in (spec(**rules), spec() + yaml.safe_dump(rules), yaml.safe_dump(apps)):
        assert f"amplify.yml {key}: Amplify Hosting reads its rules from the app" in of(migration, text, "--force").out


HEADERS = [{"pattern": "**/*", "headers": [{"key": "X-A", "value": "1"}]}]


def test_headers_in_the_build_file(migration: Migration) -> None:
    """They are written to a file of their own; what the edge can't set is named."""
    headers = [
        *HEADERS,
        {"pattern": "*", "headers": [{"key": "Via", "value": "x"}, {"key": "a"}]},
        {"headers": []},
        "x",
    ]
    text = spec() + yaml.safe_dump({"customHeaders": headers})
    ran = of(migration, text)
    assert ran.config()["website:headersFile"] == "headers.prod.yml"
    assert yaml.safe_load((ran.home / "headers.prod.yml").read_text()) == {"customHeaders": HEADERS}
    assert "amplify.yml header: it sets 'Via', which CloudFront does not allow" in ran.out
    assert "amplify.yml: it has not the form of customHeaders" in ran.out
    assert "Other files: headers.prod.yml" in ran.out


def test_customhttp_is_named_where_it_is(migration: Migration) -> None:
    """A valid customHttp.yml counts before amplify.yml, and the setting names it in the repository."""
    text = yaml.safe_dump({"customHeaders": HEADERS})
    ran = of(migration, PLAIN, **{"customHttp.yml": text})
    assert ran.config()["website:headersFile"] == "../customHttp.yml"
    broken = of(migration, PLAIN, **{"customHttp.yml": "a: ["})
    assert "customHttp.yml: customHttp.yml is not YAML (line 1)" in broken.out


def test_customhttp_of_a_monorepo(migration: Migration) -> None:
    """The headers of the application are copied."""
    apps = [{"appRoot": "apps/api", "customHeaders": []}, {"appRoot": "apps/web", "customHeaders": HEADERS}]
    ran = of(migration, MONOREPO, **{"customHttp.yml": yaml.safe_dump({"applications": apps})})
    assert yaml.safe_load((ran.home / "headers.prod.yml").read_text()) == {"customHeaders": HEADERS}


def test_headers_of_no_form(migration: Migration) -> None:
    """Headers that are not a list are named."""
    assert "customHttp.yml: it has not the form" in of(migration, PLAIN, **{"customHttp.yml": "customHeaders: 1"}).out


def test_variables_of_the_build_file(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inlined variables are plain; of the others the report has the command that sets them, and no value."""
    monkeypatch.setenv("PATH", "")
    text = spec() + yaml.safe_dump(
        {"env": {"variables": {"VITE_URL": "https://a", "TOKEN": "hunter2", "A-B": "hunter3"}}}
    )
    ran = of(migration, text)
    assert ran.config()["publish:environment"] == {"VITE_URL": "https://a"}
    assert "../amplify.yml env variables TOKEN | pulumi config set --stack prod --secret --path" in ran.out
    assert "amplify.yml variable A-B: no shell has a variable of that name" in ran.out
    for text in (ran.out, ran.err, *(file.read_text() for file in ran.home.rglob("*") if file.is_file())):
        assert "hunter" not in text


def test_variables_that_amplify_sets(migration: Migration) -> None:
    """The branch is set, as a guess without --branch; what no file has is named."""
    text = spec(
        phases={"build": {"commands": ["build $AWS_BRANCH $API_URL $AWS_COMMIT_ID $AMPLIFY_MONOREPO_APP_ROOT"]}}
    )
    ran = of(migration, text)
    assert ran.config()["publish:environment"] == {"AWS_BRANCH": "main", "AMPLIFY_MONOREPO_APP_ROOT": ""}
    assert "AWS_BRANCH is 'main'; --branch <name> sets another" in ran.out
    assert "variable API_URL, which the commands read: no file has its value, if the app in Amplify has it" in ran.out
    assert "variable AWS_COMMIT_ID, which the commands read: no file has its value: Amplify set it to git" in ran.out
    again = migration.run("--branch", "develop", "--force")
    assert again.config()["publish:environment"]["AWS_BRANCH"] == "develop"
    assert "Guessed" not in again.out


@pytest.mark.parametrize(
    ("commands", "outputs"),
    [
        (
            ["npx ampx pipeline-deploy --branch $AWS_BRANCH"],
            "npx ampx generate outputs --branch main --app-id <app id>",
        ),
        (["amplifyPush --simple"], "amplify pull --appId <app id> --envName <environment> --yes"),
        ([], "amplify pull"),
    ],
)
def test_the_backend_stays(migration: Migration, commands: list[str], outputs: str) -> None:
    """The report says that the app must not be deleted, and which line makes the outputs file."""
    ran = of(migration, spec() + yaml.safe_dump({"backend": {"phases": {"build": {"commands": commands}}}}))
    assert "Do not delete the Amplify app: that would delete the backend." in ran.out
    assert outputs in ran.out
    assert "replace the commands of frontend by: mkdir -p empty" in ran.out


@pytest.mark.parametrize(
    ("backend", "frontend", "command"),
    [
        (["# a", "npm ci", "npx ampx pipeline-deploy"], ["npm run build"], "cd ..\nnpm ci\nnpm run build"),
        (["npm i -g pnpm", "pnpm install"], ["pnpm build"], "cd ..\nnpm i -g pnpm\npnpm install\npnpm build"),
        (["npm ci"], ["yarn", "yarn build"], "cd ..\nyarn\nyarn build"),
        (["cd web", "npm ci", "amplifyPush --simple"], ["hugo"], "cd ..\ncd web\nnpm ci\nhugo"),
        (["cd web && npx ampx pipeline-deploy"], ["cd web", "hugo"], "cd ..\ncd web\nhugo"),
        (["cd web && npx ampx pipeline-deploy", "echo 'a && b'"], ["hugo"], "cd ..\ncd web\nhugo"),
    ],
)
def test_packages_that_the_backend_installs(
    migration: Migration, backend: list[str], frontend: list[str], command: str
) -> None:
    """A front end that relies on the backend's packages gets the commands that install them."""
    phases = {"build": {"commands": frontend}}
    ran = of(migration, spec(phases=phases) + yaml.safe_dump({"backend": {"phases": {"build": {"commands": backend}}}}))
    assert ran.config()["publish:buildCommand"] == command


def test_commands_that_deploy_the_backend_are_not_run(migration: Migration) -> None:
    """Such a command among those of the front end is named."""
    ran = of(migration, spec(phases={"build": {"commands": ["amplifyPush --simple", "hugo"]}}))
    assert ran.config()["publish:buildCommand"] == "cd .. && hugo"
    assert "amplify.yml 'amplifyPush --simple': it is for Amplify's build machine, or deploys the backend" in ran.out


def test_gen2_without_a_build_file(migration: Migration) -> None:
    """A Gen2 project without amplify.yml is imported as far as its files go."""
    amplify.write(migration.app, {"amplify/backend.ts": "export {}"})
    ran = migration.run()
    assert ran.code == 0
    assert "build settings: there is no amplify.yml" in ran.out
    assert "npx ampx generate outputs" in ran.out


def test_the_category_of_the_amplify_cli(migration: Migration) -> None:
    """`amplify publish` to the console: folder, command and app id are in the Gen 1 project's files."""
    team = {"dev": {"categories": {"hosting": {"amplifyhosting": {"appId": "d123", "type": "manual"}}}}}
    amplify.write(migration.app, {amplify.CONFIG: amplify.commands(), amplify.TEAM: team})
    amplify.write(migration.app, {"amplify/backend/hosting/amplifyhosting/x.json": {}})
    ran = migration.run()
    assert ran.config()["publish:directory"] == "../build"
    assert ran.config()["publish:buildCommand"] == "cd .. && npm run-script build"
    assert "--app-id d123" in ran.out
    amplify.write(
        migration.app, {amplify.CONFIG: amplify.commands(build="npm start", directory=" "), amplify.TEAM: "["}
    )
    other = migration.run("--force")
    assert "project-config.json baseDirectory: it is not set" in other.out


@pytest.mark.parametrize("text", ["a: [", "- a", "\ta: b", "text", "a: !!int x", "[" * 1200, "? [a]\n: b\n\x00"])
def test_a_file_that_is_not_a_build_file(migration: Migration, text: str) -> None:
    """What is not YAML, or no mapping, is one sentence."""
    ran = of(migration, text)
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("error: amplify.yml ")


def test_a_file_that_can_not_be_read(migration: Migration) -> None:
    """A folder in place of the file is no build file; bytes that are not UTF-8 are an error."""
    amplify.write(migration.app, {"amplify.yml": ""})
    (migration.app / "amplify.yml").write_bytes(b"\xff\xfe")
    assert "amplify.yml is not UTF-8 text" in migration.run().err
    (migration.app / "amplify.yml").unlink()
    (migration.app / "amplify.yml").mkdir()
    assert "no build settings" in migration.run().out


@pytest.mark.parametrize("root", ["a\0b", "\ud800"])
def test_names_that_no_folder_has(migration: Migration, root: str) -> None:
    """A value that can't be used is one sentence, and nothing is written."""
    ran = of(migration, spec() + yaml.safe_dump({"appRoot": root}))
    assert ran.code == 1
    assert "has a path or a value that can't be used" in ran.err
    assert ran.config() == {}


def test_unknown_keys_are_named(migration: Migration) -> None:
    """Keys that Amplify does not document, and customRules, which it does not read, are gaps."""
    ran = of(migration, spec(plugins=[]) + yaml.safe_dump({"customRules": [], "test": {}, "x": 1}))
    for part in ("amplify.yml plugins", "amplify.yml x"):
        assert f"{part}: Amplify Hosting does not document it" in ran.out
    assert "amplify.yml customRules: Amplify Hosting reads its rules from the app" in ran.out
    assert "amplify.yml test: tests run where the site is built" in ran.out


def test_merged_maps_are_read(migration: Migration) -> None:
    """YAML's anchors and merge keys work, and numbers stay as they are written."""
    text = "x: &a {VITE_N: 1.10, VITE_Y: yes}\nenv: {variables: {<<: *a}}\n" + spec()
    assert of(migration, text).config()["publish:environment"] == {"VITE_N": "1.10", "VITE_Y": "yes"}


def test_a_phase_with_other_keys(migration: Migration) -> None:
    """Only the commands of a phase are read; other keys are named."""
    ran = of(migration, spec(phases={"build": {"commands": ["hugo"], "env": {"A": "b"}, "finally": []}}))
    named = "amplify.yml build env: AWS documents only `commands` in a phase, and `env` at the top of the file"
    assert named in ran.out
    assert "amplify.yml build finally: AWS documents only `commands` in a phase" in ran.out


@pytest.mark.parametrize("directory", ["app/dist/**/*", "./app/dist/", "/app/dist/**", "app\\dist"])
def test_the_forms_of_a_base_directory(migration: Migration, directory: str) -> None:
    """A base directory is the same folder in each form: its rule files are found, and it is in the last package."""
    amplify.write(migration.app, {"app/package.json": {}, "app/dist/_redirects": "/a /b 301"})
    phases = {"build": {"commands": ["cd app", "npm run build"]}}
    ran = of(migration, spec(directory, phases=phases))
    assert ran.config()["publish:directory"] == "../app/dist"
    assert "app/dist/_redirects had no effect on the old host" in ran.out
    assert "The commands end in" not in ran.out
