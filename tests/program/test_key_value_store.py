"""Managed mode's key-value store of rules that do not fit into the functions' code, as the engine gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.publish.managed.path_list import unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program.conftest import Deployed

STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
FUNCTION = "aws:cloudfront/function:Function"
ITEMS = "pulumi-python:dynamic/hosting:StoreItems"
CLEANUP = "pulumi-python:dynamic/hosting:StoreCleanup"
MARKER = "pulumi-python:dynamic/hosting:FunctionMarker"
ARN = "arn:aws:cloudfront::1:key-value-store/s1"


def write_redirects(folder: Path, count: int, target: str = "new") -> None:
    """Write this many redirects."""
    (folder / "_redirects").write_text("".join(f"/old/{n}/title /{target}/{n} 301\n" for n in range(count)))


def write_headers(folder: Path, count: int) -> None:
    """Write this many blocks of headers."""
    (folder / "_headers").write_text("".join(f"/old/{n}/title\n  X-Number: {n}\n" for n in range(count)))


def associations(found: Deployed) -> list[list[str]]:
    """Return the stores of the functions, in the order of their names: those for requests, and for responses."""
    functions = {one.name: one.inputs for one in found.every if one.typ == FUNCTION}
    return [functions[name].get("keyValueStoreAssociations", []) for name in sorted(functions)]


def test_rules_that_fit_the_functions_need_no_store(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    """A small site has functions without an association, and nothing of a store."""
    write_redirects(tmp_path, 3)
    write_headers(tmp_path, 3)
    found = deploy("prod", directory=tmp_path)
    assert {STORE, ITEMS, CLEANUP} & found.resources.keys() == set()
    assert associations(found) == [[], []]


def test_keys_are_written_before_the_functions_and_removed_after(
    deploy: Callable[..., Deployed], tmp_path: Path
) -> None:
    """The functions wait for the keys that they read, and the cleanup waits for their publication."""
    write_redirects(tmp_path, 500)
    write_headers(tmp_path, 500)
    found = deploy("prod", directory=tmp_path)
    assert associations(found) == [[ARN], [ARN]]
    assert [found.resources[name]["store_arn"] for name in (ITEMS, CLEANUP)] == [ARN, ARN]
    assert {key[:2] for key in unpack(found.resources[CLEANUP]["keys"])} == {"r/"}
    after = found.dependencies
    functions = [one.name for one in found.every if one.typ == FUNCTION]
    assert after["site-store-items"] == {"site-store"}
    assert [after[name] >= {"site-store", "site-store-items"} for name in functions] == [True, True]
    assert after["site-published-functions"] >= set(functions)
    assert after["site-store-cleanup"] == {"site-store", "site-published-functions"}


@pytest.mark.parametrize(("redirects", "headers"), [(500, 3), (3, 500)])
def test_only_a_function_that_reads_the_store_is_associated_with_it(
    deploy: Callable[..., Deployed], tmp_path: Path, redirects: int, headers: int
) -> None:
    """The other function does not change when the store comes or goes."""
    write_redirects(tmp_path, redirects)
    write_headers(tmp_path, headers)
    expected = [[ARN] if count == 500 else [] for count in (redirects, headers)]
    assert associations(deploy("prod", directory=tmp_path)) == expected


def test_the_store_has_a_name_of_pulumi(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    """A replacement exists beside the old store, and so needs another name; the comment says whose store it is."""
    write_redirects(tmp_path, 500)
    found = deploy("prod", directory=tmp_path).resources[STORE]
    assert found == {"comment": "What the functions of static-site-prod read"}


def test_other_rules_are_another_function_marker(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    """The names of the keys change with the rules, so they stand for them."""
    contents = set()
    for target in ("new", "newer", "new"):
        write_redirects(tmp_path, 500, target)
        contents.add(deploy("prod", directory=tmp_path).resources[MARKER]["content"])
    assert len(contents) == 2


def test_dev_has_no_store(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    """Without CloudFront no function could read it."""
    write_redirects(tmp_path, 500)
    assert STORE not in deploy("dev", directory=tmp_path).resources
