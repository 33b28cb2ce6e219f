"""Properties in messages (protobuf structs with signatures) <-> plain Python values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

from google.protobuf import struct_pb2

Properties: TypeAlias = dict[str, Any]

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the marker of a secret in messages, not a secret
ASSET = "c44067f5952c0a294b673a41bacd8c17"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

# One marker for each type of an unknown value:
# https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/plugin/rpc.go
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_MARKERS = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


class Unknown(Enum):
    """The type of `UNKNOWN`, which stands for every value that is known only in the real run."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Asset:
    """A file or a text to upload; two assets are equal if their hashes are."""

    hash: str
    path: str | None = None
    text: str | None = None

    def read(self) -> bytes:
        """Return the asset's bytes.

        Raises:
            OSError: the file does not exist or cannot be read.
        """
        return Path(self.path).read_bytes() if self.path is not None else (self.text or "").encode()

    def to_wire(self) -> Properties:
        """Return the object that stands for an asset in messages."""
        parts = {"hash": self.hash, "path": self.path, "text": self.text}
        return {SIGNATURE: ASSET, **{name: part for name, part in parts.items() if part is not None}}


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Return the properties in a struct, with the values of secrets and outputs.

    Raises:
        ValueError: it has an archive or a remote asset, which no resource here takes.
    """
    return {key: _from_value(value) for key, value in struct.fields.items()}


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return a struct with these properties, except for those that are None."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        if value is not None:
            _set_value(struct.fields[key], value)
    return struct


def _from_value(value: struct_pb2.Value) -> object:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in UNKNOWN_MARKERS else text
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "struct_value":
            return _from_object(from_struct(value.struct_value))
        case _:
            return None


def _from_object(properties: Properties) -> object:
    match properties.get(SIGNATURE):
        case None:
            return properties
        case str(signature) if signature == SECRET:
            return properties.get("value")
        case str(signature) if signature == OUTPUT:
            return properties.get("value", UNKNOWN)
        case str(signature) if signature == ASSET and "uri" not in properties:
            return Asset(properties.get("hash", ""), properties.get("path"), properties.get("text"))
        case _:
            raise ValueError("only a FileAsset or a StringAsset can be used here")


def _set_value(target: struct_pb2.Value, value: object) -> None:
    match value:
        case None:
            target.null_value = struct_pb2.NULL_VALUE
        case Unknown():
            target.string_value = UNKNOWN_STRING
        case bool():
            target.bool_value = value
        case int() | float():
            target.number_value = value
        case str():
            target.string_value = value
        case Asset():
            target.struct_value.CopyFrom(to_struct(value.to_wire()))
        case dict():
            target.struct_value.CopyFrom(to_struct(value))
        case list() | tuple():
            target.list_value.SetInParent()
            for item in value:
                _set_value(target.list_value.values.add(), item)
        case _:
            raise TypeError(f"{type(value).__name__} can't be a property")
