from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.providers.values import ASSET, OUTPUT, SECRET, SIGNATURE, UNKNOWN, Asset, from_struct, to_struct

if TYPE_CHECKING:
    from pathlib import Path

SCALARS = st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.just(UNKNOWN)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5))
def test_round_trip(properties: dict[str, object]) -> None:
    """Every tree of properties stays the same in a message, with unknown values."""
    assert from_struct(to_struct(properties)) == properties


def test_none_is_not_sent() -> None:
    """A property without a value is not sent."""
    assert from_struct(to_struct({"a": None, "b": 1})) == {"b": 1}


def test_secrets_and_outputs() -> None:
    """A secret and a known output are their values, an unknown output is unknown."""
    wire = {
        "secret": {SIGNATURE: SECRET, "value": "s"},
        "output": {SIGNATURE: OUTPUT, "value": [1]},
        "later": {SIGNATURE: OUTPUT},
    }
    assert from_struct(to_struct(wire)) == {"secret": "s", "output": [1], "later": UNKNOWN}


def test_assets(tmp_path: Path) -> None:
    """An asset has the bytes of a file or of a text."""
    (tmp_path / "a").write_bytes(b"\x00\xff")
    assert Asset("h", path=str(tmp_path / "a")).read() == b"\x00\xff"
    assert Asset("h", text="ü").read() == "ü".encode()


def test_archives_and_remote_assets() -> None:
    """An archive, or an asset with a URL, cannot be an object's source."""
    for unsupported in ({SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7"}, {SIGNATURE: ASSET, "uri": "https://x"}):
        with pytest.raises(ValueError, match="only a FileAsset or a StringAsset"):
            from_struct(to_struct({"source": unsupported}))


def test_invalid_property() -> None:
    """Any other value in a state is an error of the provider."""
    with pytest.raises(TypeError, match="set can't be a property"):
        to_struct({"a": {1}})
