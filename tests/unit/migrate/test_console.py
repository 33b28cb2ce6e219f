"""An Amplify app's settings in AWS: from files with the AWS CLI's output, or by the app's id."""

from __future__ import annotations

import base64
import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from hosting.aws import amplify_app
from hosting.migrate import cli
from tests.unit.migrate import amplify
from tests.unit.migrate.test_amplify_hosting import PLAIN

if TYPE_CHECKING:
    from tests.unit.migrate.amplify import Json
    from tests.unit.migrate.conftest import Migration, Ran

SECRETS = ("hunter2", "hunter3", "hunter4")
SINGLE_PAGE = r"</^[^.]+$|\.(?!(css|gif|ico|jpg|js|png|txt|svg|woff|woff2|ttf|map|json|webp)$)([^.]+$)/>"


def credentials(text: str) -> str:
    """Return credentials as Amplify keeps them."""
    return base64.b64encode(text.encode()).decode()


def app(**settings: Any) -> Json:  # noqa: ANN401 - any JSON
    """Return the output of `aws amplify get-app`."""
    given = {
        "appId": "d123",
        "appArn": "arn:aws:amplify:eu-west-1:111122223333:apps/d123",
        "name": "shop",
        "platform": "WEB",
        "createTime": "2024-01-01T00:00:00+00:00",
        "environmentVariables": {"VITE_URL": "https://a", "TOKEN": "hunter2", "_LIVE_UPDATES": "[]"},
        "defaultDomain": "d123.amplifyapp.com",
        "enableBranchAutoBuild": False,
        "enableBasicAuth": True,
        "basicAuthCredentials": credentials("me:hunter3"),
        "customRules": [],
        "productionBranch": {"branchName": "main", "status": "SUCCEED"},
    }
    return {"app": {**given, **settings}}


def branches(**settings: Any) -> Json:  # noqa: ANN401 - any JSON
    """Return the output of `aws amplify list-branches`."""
    listed = [
        {"branchName": "feat/x", "stage": "DEVELOPMENT", "enableBasicAuth": False},
        {"branchName": "main", "stage": "PRODUCTION", "environmentVariables": {}, **settings},
    ]
    return {"branches": listed}


def domains(**settings: Any) -> Json:  # noqa: ANN401 - any JSON
    """Return the output of `aws amplify list-domain-associations`."""
    subs = [
        {"subDomainSetting": {"prefix": "", "branchName": "main"}, "verified": True},
        {"subDomainSetting": {"prefix": "www", "branchName": "main"}},
        {"subDomainSetting": {"prefix": "dev", "branchName": "feat/x"}},
    ]
    return {"domainAssociations": [{"domainName": "shop.example", "subDomains": subs, **settings}]}


def of(migration: Migration, *arguments: str, spec: str | None = PLAIN, **files: Json) -> Ran:
    """Run the command with these outputs of the AWS CLI."""
    amplify.write(migration.app, {"amplify.yml": spec} if spec else {"index.html": ""})
    given = {"app": app(), **files}
    amplify.write(migration.home, {f"{name}.json": content for name, content in given.items()})
    options = [text for name in given for text in (f"--{name}", f"{name}.json")]
    return migration.run(*options, *arguments)


@pytest.fixture(autouse=True)
def _without_cli(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run without the Pulumi CLI, unless a test makes one."""
    monkeypatch.setenv("PATH", "")


def test_an_app_is_imported(migration: Migration) -> None:
    """Region, variables and user name are written, and no secret is in any output or file."""
    ran = of(migration, branches=branches(), domains=domains())
    assert ran.config() == {
        "aws:region": "eu-west-1",
        "publish:directory": "../dist",
        "publish:buildCommand": "cd ..\nnpm ci\nnpm run build",
        "publish:environment": {"VITE_URL": "https://a"},
        "access:username": "me",
    }
    assert "'app.json' holds secrets: do not commit it." in ran.out
    assert "app.json app environmentVariables TOKEN | pulumi config set --stack prod --secret" in ran.out
    assert (
        "| base64 -d | cut -d : -f 2- | tr -d '\\n' | pulumi config set --stack prod --secret access:password"
        in ran.out
    )
    assert "variable _LIVE_UPDATES: it sets up Amplify's build machine" in ran.out
    assert "python -m hosting.migrate .. --branch feat/x --stack feat-x" in ran.out
    written = [file.read_text() for file in ran.home.iterdir() if file.name not in ("app.json", "branches.json")]
    for text in (ran.out, ran.err, *written):
        assert not any(secret in text for secret in SECRETS)


FAKE = """#!/bin/sh
[ "$FAIL" ] && exit 255
value=$(/bin/cat)
echo "$* $value" >> "$LOG"
"""


def test_the_cli_encrypts_secrets(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets are given to the CLI on its standard input, and not again if the stack has them."""
    tool = migration.home / "bin/pulumi"
    amplify.write(migration.home, {"bin/pulumi": FAKE})
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    log = migration.home / "log"
    monkeypatch.setenv("PATH", str(tool.parent))
    monkeypatch.setenv("LOG", str(log))
    ran = of(migration)
    assert log.read_text().splitlines() == [
        "config set --stack prod --secret --path publish:environment.TOKEN --non-interactive hunter2",
        "config set --stack prod --secret access:password --non-interactive hunter3",
    ]
    assert "Encrypted into the stack's file: publish:environment.TOKEN <- app.json variable TOKEN" in ran.out
    path = migration.home / "Pulumi.prod.yaml"
    text = path.read_text().replace("VITE_URL: https://a", "VITE_URL: https://a\n    TOKEN: {secure: v1:x}")
    path.write_text(text + "  access:password: {secure: v1:y}\n")
    log.unlink()
    assert (migration.run("--app", "app.json").code, log.exists()) == (0, False)
    assert path.read_text().count("secure") == 2
    monkeypatch.setenv("FAIL", "1")
    assert "Secrets, which are set by these commands" in migration.run("--app", "app.json", "--force").out


def test_a_cli_that_can_not_run(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is no program is as no CLI."""
    tool = amplify.write(migration.home, {"bin/pulumi": "\x7fELF"}) / "bin/pulumi"
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent))
    assert "Secrets, which are set by these commands" in of(migration).out


def test_a_variable_in_the_way_is_not_replaced(migration: Migration) -> None:
    """Another value of a variable stops the command, which shows neither; other variables stay."""
    amplify.write(migration.home, {"Pulumi.prod.yaml": "config:\n  publish:environment: {VITE_URL: x, B: y}\n"})
    ran = of(migration)
    assert "'publish:environment.VITE_URL' has another value in Pulumi.prod.yaml" in ran.err
    assert of(migration, "--force").config()["publish:environment"] == {"VITE_URL": "https://a", "B": "y"}
    amplify.write(migration.home, {"Pulumi.prod.yaml": "config:\n  publish:environment: {B: y}\n"})
    assert of(migration).config()["publish:environment"] == {"VITE_URL": "https://a", "B": "y"}


def test_the_apps_id_is_a_variable(migration: Migration) -> None:
    """Commands that read AWS_APP_ID get it, if it is known."""
    ran = of(migration, spec=PLAIN.replace("npm ci", "npx ampx generate outputs --app-id $AWS_APP_ID"))
    assert ran.config()["publish:environment"] == {"VITE_URL": "https://a", "AWS_APP_ID": "d123"}


def test_a_certificate_that_amplify_made(migration: Migration) -> None:
    """Names without a certificate of one's own get a new one here."""
    ran = of(migration, "--with-domains", app=app(basicAuthCredentials=None), domains=domains(), branches=branches())
    assert ran.config()["domain:names"] == ["shop.example", "www.shop.example"]
    assert "domain:certificateArn" not in ran.config()
    no_names = of(migration, "--force", domains={"domainAssociations": []})
    assert "Host names" not in no_names.out


def test_the_branch_overrides_the_app(migration: Migration) -> None:
    """A branch has its own variables, password and build settings, if the repository has no amplify.yml."""
    own = {
        "environmentVariables": {"VITE_URL": "https://b", "TOKEN": "hunter4", "AMPLIFY_MONOREPO_APP_ROOT": "web"},
        "enableBasicAuth": True,
        "basicAuthCredentials": credentials("you:hunter3"),
        "buildSpec": PLAIN.replace("dist", "out") + "env: {variables: {VITE_URL: c, VITE_B: d, X: hunter4}}\n",
    }
    ran = of(migration, spec=None, branches=branches(**own))
    assert ran.config()["publish:environment"] == {"VITE_URL": "https://b", "VITE_B": "d"}
    assert ran.config()["access:username"] == "you"
    assert ran.config()["publish:directory"] == "../web/out"
    assert "branches.json branches 1 environmentVariables TOKEN | pulumi" in ran.out
    assert "/dev/stdin env variables X | pulumi" in ran.out


def test_the_only_branch_is_the_one(migration: Migration) -> None:
    """Without a production branch the only one counts, and an unknown one is an error."""
    ran = of(migration, app=app(productionBranch=None, appArn=""), branches={"branches": [{"branchName": "live"}]})
    assert "amplify.yml, branch live" in ran.out
    assert "aws:region" not in ran.config()
    assert (
        "The app has no branch 'x': --branch live"
        in migration.run("--app", "app.json", "--branches", "branches.json", "--branch", "x").err
    )


@pytest.mark.parametrize("text", ["%%%", credentials("me"), credentials(":p")])
def test_credentials_of_no_form(migration: Migration, text: str) -> None:
    """Credentials that are not base64 of user and password are a gap."""
    ran = of(migration, app=app(basicAuthCredentials=text))
    assert "app.json basicAuthCredentials: they are not base64 of 'user:password': set access:username" in ran.out
    assert "access:username" not in ran.config()


@pytest.mark.parametrize("platform", ["WEB_COMPUTE", "WEB_DYNAMIC"])
def test_an_app_with_a_server_is_refused(migration: Migration, platform: str) -> None:
    """The platform is named, and nothing is written."""
    ran = of(migration, app=app(platform=platform))
    assert (ran.code, ran.config()) == (1, {})
    assert f"The app's platform is {platform}: Amplify runs a server for it" in ran.err


def test_custom_rules(migration: Migration) -> None:
    """The rule of a single-page app becomes the routing, the others a file; what the edge can't do is named."""
    rules = [
        {"source": "/old", "target": "/new", "status": "301"},
        {"source": "/api/<*>", "target": "https://api.example.com/<*>", "status": "200", "condition": None},
        {"source": "/<*>", "target": "https://www.<x>.example/<*>", "status": "302"},
        {"source": SINGLE_PAGE, "target": "/index.html", "status": "200"},
        {"source": "/loop", "target": "/old-loop", "status": "301"},
        {"source": "/old-loop", "target": "/loop", "status": "301"},
    ]
    ran = of(migration, app=app(customRules=rules))
    assert ran.config()["website:routing"] == "spa"
    assert ran.config()["website:redirectsFile"] == "redirects.prod.json"
    written = json.loads((ran.home / "redirects.prod.json").read_text())
    # Amplify's rules come before files, which is the default here.
    assert [(rule["source"], "force" in rule) for rule in written] == [
        *(("/old", False), ("/api/<*>", False)),
        ("/loop", False),
    ]
    assert "app customRules[2]: it has a target with 'x', which its source does not have" in ran.out
    (ran.home / "redirects.prod.json").write_text("[]")
    assert "'redirects.prod.json' exists and would change" in migration.run("--app", "app.json").err


@pytest.mark.parametrize(
    ("source", "target", "status", "is_app"),
    [
        ("/<*>", "/index.html", "404-200", True),
        ("/<*>", "/index.html", "200", False),
        (SINGLE_PAGE, "/app.html", "200", False),
    ],
)
def test_which_rule_is_the_apps(migration: Migration, source: str, target: str, status: str, *, is_app: bool) -> None:
    """A rule for files, too, and one to another page stay rules."""
    ran = of(migration, app=app(customRules=[{"source": source, "target": target, "status": status}]))
    assert ("website:routing" in ran.config(), "website:redirectsFile" in ran.config()) == (is_app, not is_app)


def test_headers_of_the_app(migration: Migration) -> None:
    """Custom headers of the console are YAML."""
    text = "customHeaders:\n- pattern: '*'\n  headers:\n  - {key: X-A, value: b}\n"
    ran = of(migration, app=app(customHeaders=text))
    assert "X-A" in (ran.home / "headers.prod.yml").read_text()


def test_host_names_stay_until_the_cut_over(migration: Migration) -> None:
    """The report has the lines for the branch's names; with --with-domains they are written."""
    own = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
    given: dict[str, Any] = {
        "branches": branches(),
        "domains": domains(
            certificate={"type": "CUSTOM", "customCertificateArn": own},
            enableAutoSubDomain=True,
            autoSubDomainCreationPatterns=["feat/*"],
        ),
    }
    ran = of(migration, **given)
    assert "pulumi config set --stack prod --path 'domain:names[1]' www.shop.example" in ran.out
    assert f"pulumi config set --stack prod domain:certificateArn {own}" in ran.out
    assert "domains enableAutoSubDomain (feat/*): domain:names may have {stack} and {branch}" in ran.out
    assert "domain:names" not in ran.config()
    written = of(migration, "--with-domains", **given).config()
    assert (written["domain:names"], written["domain:certificateArn"]) == (["shop.example", "www.shop.example"], own)
    plain = of(migration, "--with-domains", "--force", branches=branches(), domains=domains())
    assert plain.code == 0


def test_every_setting_is_named(migration: Migration) -> None:
    """What an app and a branch may have beyond that is a gap with a reason; what is off is not."""
    on = {
        "cacheConfig": {"type": "AMPLIFY_MANAGED"},
        "jobConfig": {"buildComputeType": "STANDARD_8GB"},
        "enableAutoBranchCreation": True,
        "autoBranchCreationConfig": {"stage": "DEVELOPMENT"},
        "wafConfiguration": {"webAclArn": "arn:x"},
        "newSetting": 1,
    }
    ran = of(
        migration, app=app(**on), branches=branches(enablePerformanceMode=True, enableSkewProtection=True, ttl="5")
    )
    for name in (*on, "enablePerformanceMode", "enableSkewProtection", "ttl"):
        assert f" {name}: " in ran.out
    assert "app enableBranchAutoBuild" not in ran.out


def test_the_app_is_asked_by_its_id(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --app-id the answers come from AWS, and the report's commands read the values there."""
    answers = {
        "app": app(),
        "branches": branches(environmentVariables={"KEY": "hunter4"}),
        "domains": domains(),
        "app_id": "d123",
    }
    monkeypatch.setattr(amplify_app, "read_app", lambda *_: answers)
    amplify.write(migration.app, {"amplify.yml": PLAIN})
    ran = migration.run("--app-id", "d123", "--region", "eu-west-2")
    assert ran.config()["aws:region"] == "eu-west-2"
    read = "aws amplify get-app --app-id d123 --output text --query app.environmentVariables.TOKEN | pulumi config set"
    assert read in ran.out
    assert (
        "get-branch --app-id d123 --branch-name main --output text --query branch.environmentVariables.KEY" in ran.out
    )
    assert "--app-id <app id>" not in ran.out
    assert not any(secret in ran.out for secret in SECRETS)


def test_a_list_that_goes_on(migration: Migration) -> None:
    """A file with the first part of a list is named, as the other branches are not in it."""
    ran = of(migration, branches={**branches(), "NextToken": "x"}, domains={**domains(), "nextToken": None})
    assert "branches: the list goes on (nextToken): write the file again without --max-items" in ran.out


def test_a_missing_file(migration: Migration) -> None:
    """A file that does not exist, or is a list, is one sentence."""
    amplify.write(migration.app, {"amplify.yml": PLAIN, "infra/list.json": []})
    assert "'none.json' can't be read (No such file" in migration.run("--app", "none.json").err
    assert migration.run("--app", "list.json").err.count("\n") == 1
    assert cli.main(["..", "--app", "list.json"]) == 1
