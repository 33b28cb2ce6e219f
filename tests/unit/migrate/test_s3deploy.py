from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hosting.migrate.path_patterns import NotExpressibleError
from hosting.migrate.s3deploy.keys import git_pattern, key_patterns
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

NAMED = {"bucket": "www.example.com", "region": "eu-north-1", "source": "public"}
YEAR = "max-age=31536000, no-transform, public"


def of(migration: Migration, content: Any, *arguments: str, files: dict[str, Any] | None = None) -> Ran:  # noqa: ANN401 - any YAML
    """Write .s3deploy.yml and files, and run the command."""
    amplify.write(migration.app, {".s3deploy.yml": json.dumps(content), **(files or {})})
    return migration.run(*arguments)


def test_the_routes_of_a_hugo_site(migration: Migration) -> None:
    """The routes become cache rules in the other order, and Hugo's build is a guess."""
    routes = [
        {"route": r"^.+\.(js|css)$", "headers": {"Cache-Control": YEAR}, "gzip": True},
        {"route": r"^.+\.(html|xml)$", "gzip": True},
        {"route": "^static/", "headers": {"cache-control": "max-age=60"}},
    ]
    ran = of(migration, {**NAMED, "routes": routes}, files={"hugo.toml": ""})
    assert ran.config() == {
        "website:bucketName": "www.example.com",
        "aws:region": "eu-north-1",
        "publish:directory": "../public",
        "publish:buildCommand": "cd .. && hugo --gc --minify",
        "publish:cacheControl": [
            {"pattern": "/static/*", "value": "max-age=60"},
            {"pattern": "*.js", "value": YEAR},
            {"pattern": "*.css", "value": YEAR},
        ],
    }
    assert "publish:buildCommand: cd .. && hugo --gc --minify <- Hugo (a guess)" in ran.out
    assert "is 'hugo --gc --minify', by Hugo: s3deploy builds nothing" in ran.out


def test_a_route_that_never_counts(migration: Migration) -> None:
    """The first route that finds a file has it, so a later one for the same files has no effect."""
    routes = [
        {"route": r"^.+\.(html|xml)$", "headers": {"Cache-Control": "max-age=300"}},
        {"route": r"^sitemap\.xml$", "headers": {"Content-Type": "application/xml"}},
        {"route": r"^.+\.(xml|json)$", "headers": {"X-Robots-Tag": "noindex"}},
    ]
    ran = of(migration, {**NAMED, "routes": routes})
    assert (ran.home / "headers.prod.txt").read_text(encoding="utf-8") == "/*.json\n  X-Robots-Tag: noindex\n"
    assert r"routes[1] ^sitemap\.xml$: earlier routes have all its files" in ran.out


def test_a_route_without_cache_control_before_a_wider_one(migration: Migration) -> None:
    """The program has no rule that takes a Cache-Control away."""
    routes = [{"route": r"^.+\.html$", "gzip": True}, {"route": ".*", "headers": {"Cache-Control": "max-age=60"}}]
    ran = of(migration, {**NAMED, "routes": routes})
    assert ran.config()["publish:cacheControl"] == [{"pattern": "/*", "value": "max-age=60"}]
    assert r"routes[0] ^.+\.html$: a later route's Cache-Control counts" in ran.out


def test_routes_without_a_counterpart(migration: Migration) -> None:
    """Each is named: the expression, the key, what stays in the bucket, and a pattern that gitignore lacks."""
    routes = [
        {"route": "(", "headers": {"Cache-Control": YEAR}},
        {"route": "^old/", "ignore": True, "brotli": True},
        {"route": r"\.[0-9a-f]{8}\.js$", "headers": {"Cache-Control": YEAR}},
    ]
    ran = of(migration, {**NAMED, "routes": routes})
    assert "publish:cacheControl" not in ran.config()
    for sentence in (
        "routes[0] (: its expression is not a regular expression of Python",
        "routes[1] ^old/ ignore: the program deletes only files that it has published",
        "routes[1] ^old/ brotli: s3deploy has no such key",
        r"routes[2] \.[0-9a-f]{8}\.js$ Cache-Control: its expression has a part that no gitignore pattern has",
    ):
        assert sentence in ran.out


def test_the_flags_of_scripts(migration: Migration) -> None:
    """The flags in scripts override the file; a continued line is one command, and a secret is never printed."""
    script = (
        "hugo\ns3deploy -source=dist -region us-west-2 \\\n"
        "  -bucket example -distribution-id=E1 -distribution-id E2 \\\n"
        "  -key AKIA1 -secret hidden -public-access -path /blog/ -v rest -max-delete 9 -ignore '^drafts/' -ignore '('\n"
        's3deploy -source="dist" -bucket\ns3deploy -region us-west-2\\'
    )
    ran = of(migration, NAMED, files={"deploy.sh": script, "scripts/a.sh/readme": ""})
    config = ran.config()
    assert config["website:bucketName"] == "example"
    assert config["aws:region"] == "us-west-2"
    assert config["publish:directory"] == "../dist"
    assert config["publish:ignore"] == ["/drafts/*"]
    for sentence in (
        "public-access: no ACL opens a file here",
        "max-delete: the program deletes only files",
        "path /blog/: the site is at the bucket's root here",
        "ignore '(': it is not a regular expression of Python: set publish:ignore",
        "distribution-id: a stack has one distribution: only E1 can be kept",
    ):
        assert sentence in ran.out
    assert "hidden" not in ran.out


def test_several_commands(migration: Migration) -> None:
    """Commands for several buckets leave the bucket open, and their common values count."""
    scripts = {"a": "s3deploy -bucket one -region us-west-2 -force", "b": "s3deploy -bucket two -region us-west-2"}
    ran = of(migration, {}, files={"package.json": {"scripts": scripts}})
    assert ran.config() == {"aws:region": "us-west-2", "publish:directory": "../public"}
    assert "bucket: its value is a variable, or differs between commands" in ran.out


def test_values_of_variables_and_missing_ones(migration: Migration) -> None:
    """A value that no file has is named with the option that gives it; the folder is a guess."""
    ran = of(migration, {"bucket": "${BUCKET}", "distribution-id": "$ID"}, files={"package.json": {}})
    assert ran.config() == {"publish:directory": "../public"}
    for sentence in (
        "bucket: its value is a variable, or differs between commands: add --bucket-name to this command",
        "No file has the region",
        "publish:directory is 'public': no file has s3deploy's source",
        "To keep the existing bucket and distribution, run this again with",
    ):
        assert sentence in ran.out


def test_the_stack_exists_before_its_region_is_set(migration: Migration) -> None:
    """Pulumi refuses to set the config of a stack that does not exist, so the command that creates it comes first."""
    ran = of(migration, {"bucket": "www.example.com"}, files={"package.json": {}})
    title, commands = "No file has the region", ("pulumi stack select --create prod", "pulumi config set --stack prod")
    section = ran.out[ran.out.index(title) :]
    assert section.index(commands[0]) < section.index(f"{commands[1]} aws:region <region>")


def test_the_bucket_and_the_distribution_can_be_kept(migration: Migration) -> None:
    """With their names, there are import files for both; the options override the files."""
    ran = of(migration, NAMED, "--distribution-id", "E1", "--bucket-name", "mine", "--region", "us-east-1")
    names = [f".hosting/s3deploy-import-{number}.prod.json" for number in (1, 2)]
    content = json.loads((ran.home / names[1]).read_text(encoding="utf-8"))
    assert [one.get("id") for one in content["resources"]] == [None, "mine", "E1"]
    assert content["resources"][0]["inputs"] == {"region": "us-east-1"}
    for name in names:
        assert f"pulumi import --stack prod --protect=false --generate-code=false --file {name}" in ran.out


def test_without_a_distribution_the_bucket_is_kept(migration: Migration) -> None:
    """Without the id of a distribution, only the bucket is imported."""
    ran = of(migration, NAMED)
    content = json.loads((ran.home / ".hosting/s3deploy-import-2.prod.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in content["resources"]] == ["provider", "bucket"]


@pytest.mark.parametrize(
    ("expression", "patterns"),
    [
        (r"^.+\.(js|css)$", ["*.js", "*.css"]),
        (r"\.map$", ["*.map"]),
        (r"robots\.txt", ["*robots.txt*"]),
        (r"^index\.html$", ["/index.html"]),
        (r"^[^/]+\.html$", ["/*.html"]),
        (r"^images/.*\.png$", ["/images/**/*.png"]),
        (r"^.*/a\.js$", ["/**/*/a.js"]),
        (r"^\.git", ["/.git*"]),
        ("a|b", ["*a*", "*b*"]),
        (r"a\$", ["*a$*"]),
        ("", ["/*"]),
        ("$", ["/*"]),
        ("^.*$", ["/*"]),
    ],
)
def test_expressions(expression: str, patterns: list[str]) -> None:
    """An expression is searched in the key, and a pattern is for the whole path."""
    assert [git_pattern(one) for one in key_patterns(expression)] == patterns


@pytest.mark.parametrize("expression", [r"a\[b", r"^a.*b", r"^(?!a)", r"\.js$|\.css$", "^$", "^[[]x$"])
def test_expressions_without_a_pattern(expression: str) -> None:
    """What gitignore can't say is refused, instead of a pattern for other files."""
    with pytest.raises(NotExpressibleError):
        [git_pattern(one) for one in key_patterns(expression)]
