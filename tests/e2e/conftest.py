"""One sandbox for all end-to-end tests, and projects of their own in it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from sandbox import lifecycle
from sandbox.environment import Home
from tests.e2e.harness import Project, Sandbox, copy_program
from tests.e2e.providers import fast_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Run a sandbox in a home of its own until the session ends."""
    home = Home(tmp_path_factory.mktemp("sandbox"))
    try:
        with fast_commands(lifecycle.start(home), home) as (env, providers):
            yield Sandbox(home, env, providers)
    finally:
        lifecycle.down(home)


@pytest.fixture(scope="session")
def new_project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Return a function that makes a project with a name of its own and the stack of the given name.

    The review is off, so that tests can count what else a deployment does; test_review.py turns it on.
    """

    def make(stack: str) -> Project:
        name = f"site{next(_numbers)}"
        path = tmp_path_factory.mktemp(name) / "project"
        copy_program(path, name)
        project = Project(sandbox, path, name, stack)
        project.init()
        project.config("publish:gate", '{"urls": "off", "links": "off"}')
        return project

    return make
