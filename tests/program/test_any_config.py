"""The whole program with any config: it declares the site, or says what is wrong, without a traceback."""

from __future__ import annotations

import json
import logging
import os
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosting.aws.settings import KINDS
from hosting.config.load import OWN_SECTIONS
from hosting.setting_types import field_named, setting_keys
from tests.program.conftest import Cloud, NoCallbacks

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN = Path(__file__).parents[2] / "__main__.py"
# The exit code of a program that has said what is wrong.
ERROR_WAS_SHOWN = 32


class Account(Cloud):
    """The cloud in which the program may also create a role."""

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        account = {"partition": "aws", "accountId": "123456789012"}
        return (account, []) if args.token.startswith("aws:index/get") else super().call(args)


class Errors(logging.Handler):
    """Collects the errors that the program logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a site of one page, as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("home")
    return tmp_path


def error_of(config: Mapping[str, str], stack: str = "dev", project: str = "static-site") -> str | None:
    """Run the program as the engine does; return the error that it has logged, None if it has declared the site."""
    errors, logger = Errors(), logging.getLogger("program")
    logger.handlers, logger.propagate = [errors], False
    # The first call in a process declares the stack, and the SDK cannot send every name in these tests to the engine.
    pulumi.runtime.set_mocks(Account())
    pulumi.runtime.set_mocks(Account(), project=project, stack=stack, logger=logger, organization="acme")
    pulumi.runtime.settings.SETTINGS.callbacks = NoCallbacks()

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator has no types
    def program() -> None:
        runpy.run_path(str(MAIN))

    environment = {"PULUMI_CONFIG": json.dumps(config), "PULUMI_CONFIG_SECRET_KEYS": "[]", "AWS_REGION": "eu-north-1"}
    with mock.patch.dict(os.environ, environment):
        try:
            program()
        except SystemExit as ended:
            return errors.messages[-1] if ended.code == ERROR_WAS_SHOWN else f"exit code {ended.code}"
        except pulumi.RunError as error:
            # The outputs of another stack are known later; the engine's host shows the message alone.
            return str(error)
    return None


def test_a_valid_config_is_no_error(project: Path) -> None:
    """Without config, the program declares the site."""
    assert error_of({}) is None
    assert (project / ".hosting/staging/dev/pages/index.html").is_file()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"publish:directory": "a\0b"}, "'publish:directory' contains a NUL: pulumi config set "),
        ({"publish:buildCommand": "a\0b"}, "'publish:buildCommand' contains a NUL: "),
        ({"publish:buildCommand": "x" * 200_000}, "'publish:buildCommand' must have at most 32000 characters "),
        ({"publish:ignore": '["\\ud800"]'}, "'publish:ignore[0]' contains an unpaired surrogate: "),
        ({"website:cors": '[{"\\ud800": 1}]'}, "'website:cors[0]' contains an unpaired surrogate: "),
        ({"website:redirects": '[{"source": "/\\u0000"}]'}, "'website:redirects[0].source' contains a NUL: "),
        ({"deployments:environment": '{"A": "\\udfff"}'}, "'deployments:environment.A' contains an unpaired "),
        ({"aws:profile": "\ud800"}, "'aws:profile' contains an unpaired surrogate: "),
        ({"aws:defaultTags": '{"tags": {"\\u0000": ""}}'}, "'aws:defaultTags.tags' contains a NUL: "),
        ({"publish:\ud800": "x"}, r"'publish:\ud800' is not a setting: pulumi config rm --stack dev 'publish:\ud800'"),
        ({"publish:\0": "x"}, r"'publish:\u0000' is not a setting: pulumi config rm --stack dev 'publish:\u0000'"),
        ({"static-site:ignor": '["\\ud800"]'}, "'static-site:ignor' is not a setting "),
        ({"publish:ignore": "[" * 100 + "]" * 100}, "'publish:ignore' is nested more than 20 levels deep: "),
        ({"publish:ignore": "[" * 100_000}, "'publish:ignore' must be a list, but is not valid JSON "),
        ({"deployments:environment": "[" * 100_000}, "'deployments:environment' must be a map of variables "),
        ({"aws:assumeRoles": "[" * 100_000}, "'aws:assumeRoles' must be a list, but is not valid JSON "),
        ({"aws:assumeRoles": json.dumps([{"duration": "9" * 400 + "h"}])}, "'aws:assumeRoles[0].duration' must be "),
        ({"aws:maxRetries": "9" * 5000}, "'aws:maxRetries' must be a whole number "),
        ({"publish:directory": "a" * 256}, "can't be read (File name too long)"),
        ({"publish:directory": "é" * 128}, "can't be read (File name too long)"),
        ({"publish:directory": "a/" * 3000, "publish:buildCommand": "true"}, "can't be read (File name too long)"),
        ({"publish:ignoreFile": "a" * 256}, "can't be read (File name too long)"),
    ],
)
def test_an_absurd_config_is_an_error_with_a_command(project: Path, config: dict[str, str], message: str) -> None:
    """Texts that Python cannot encode, paths that no file can have, and JSON that Python cannot read are refused."""
    error = error_of(config)
    assert error is not None
    assert message in error
    assert "pulumi config " in error
    assert not (project / ".hosting").exists() or "ignoreFile" in str(config)


@pytest.mark.parametrize("stack", [".", "..", "a/b", "a" * 101, "\ud800", "a\0b", "é", "a b"])
def test_a_stack_name_that_pulumi_refuses_is_an_error(project: Path, stack: str) -> None:
    """The stack's name is also the name of a folder."""
    error = error_of({}, stack)
    assert error is not None
    assert "The stack's name must have 1 to 100 letters" in error
    assert not (project / ".hosting").exists()


def test_names_without_letters_are_no_error(project: Path) -> None:
    """Pulumi allows a project and a stack that are named `_`."""
    assert error_of({}, "_", "_") is None
    assert (project / ".hosting/staging/_").is_dir()


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.sampled_from(["/", "..", "~", "site", "site/index.html", "[", "{", "<*>", "<value>", "*", "!", "%", "é" * 200]),
    st.sampled_from(
        ["https://[", "//", "{stack}", "404", "true", "NaN", "1e999", "٣", "²", "http://a:99999", "\ud800"]
    ),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.floats(), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
# Commands would be run.
KEYS = [
    *(f"{name}:{key}" for name, model in OWN_SECTIONS.items() for key in setting_keys(model) if key != "buildCommand"),
    *(f"aws:{key}" for key in KINDS),
]


def raw(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a value as the engine passes it to the program."""
    return value if isinstance(value, str) else json.dumps(value)


def like_the_example(key: str) -> st.SearchStrategy[Any]:
    """Return values of a setting's own form, with any texts in it."""
    namespace, _, name = key.partition(":")
    field = field_named(OWN_SECTIONS[namespace], name) if namespace in OWN_SECTIONS else None
    example = shaped(((field and field.examples) or [""])[0])
    return example | st.lists(example, max_size=2)


def shaped(example: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - JSON
    """Return a strategy for values of an example's form."""
    if isinstance(example, dict):
        return st.fixed_dictionaries({key: shaped(value) for key, value in example.items()})
    if isinstance(example, list):
        return st.lists(shaped(example[0]), max_size=2)
    return st.just(example) | TEXTS


SETTINGS = st.sampled_from(KEYS).flatmap(lambda key: st.tuples(st.just(key), VALUES | like_the_example(key)))
UNKNOWN = st.tuples(
    st.tuples(st.sampled_from(["publish", "aws", "publsh", "static-site", "x"]), TEXTS).map(":".join), TEXTS
)


@given(st.lists(st.one_of(SETTINGS, SETTINGS, SETTINGS, UNKNOWN), max_size=3), st.booleans())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_config_gives_a_traceback(project: Path, values: list[tuple[str, Any]], has_cloudfront: bool) -> None:  # noqa: FBT001 - drawn
    """For any values and keys, the program declares the site, or logs an error that any terminal can print."""
    config = {"cloudfront:enabled": raw(has_cloudfront), **{key: raw(value) for key, value in values}}
    error = error_of(config)
    assert error is None or "pulumi " in error
    assert "\0" not in str(error).encode().decode()
    assert Path.cwd() == project
