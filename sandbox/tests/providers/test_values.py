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
def test_what_goes_over_the_wire_comes_back(properties: dict[str, object]) -> None:
    """Every tree of properties survives the wire, what is unknown included."""
    assert from_struct(to_struct(properties)) == properties


def test_what_is_none_stays_at_home() -> None:
    """A property without a value isn't sent at all."""
    assert from_struct(to_struct({"a": None, "b": 1})) == {"b": 1}


def test_secrets_and_outputs_are_their_values() -> None:
    """A secret is opened, a known output is its value, an unknown one is unknown."""
    wire = {
        "secret": {SIGNATURE: SECRET, "value": "s"},
        "output": {SIGNATURE: OUTPUT, "value": [1]},
        "later": {SIGNATURE: OUTPUT},
    }
    assert from_struct(to_struct(wire)) == {"secret": "s", "output": [1], "later": UNKNOWN}


def test_assets_read_their_file_or_text(tmp_path: Path) -> None:
    """An asset is a file's bytes or a text's."""
    (tmp_path / "a").write_bytes(b"\x00\xff")
    assert Asset("h", path=str(tmp_path / "a")).read() == b"\x00\xff"
    assert Asset("h", text="ü").read() == "ü".encode()


def test_archives_are_refused() -> None:
    """An archive, or an asset behind a URL, can't be an object's source."""
    for odd in ({SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7"}, {SIGNATURE: ASSET, "uri": "https://x"}):
        with pytest.raises(ValueError, match="only a FileAsset or a StringAsset"):
            from_struct(to_struct({"source": odd}))


def test_what_is_no_property() -> None:
    """Anything else in a state is a mistake of the provider's own."""
    with pytest.raises(TypeError, match="set can't be a property"):
        to_struct({"a": {1}})
