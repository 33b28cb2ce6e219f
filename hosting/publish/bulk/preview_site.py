"""A preview of a branch or a pull request: one of many sites that share a bucket and a key value store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hosting.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY_S = 86_400
# No number in a pointer, such as a time, is this large.
_TOO_LARGE = 1 << 40


def typed(value: Any, kind: type) -> Any:  # noqa: ANN401 - JSON
    """Return a value of a pointer.

    Raises:
        TypeError, ValueError: it has another type, or is a number that no pointer has.
    """
    if type(value) is not kind:
        raise TypeError(value)
    if isinstance(value, int) and not 0 <= value < _TOO_LARGE:
        raise ValueError(value)
    return value


def not_a_pointer(name: str, outcome: str) -> PublishError:
    """Return the error for a preview whose value in the store is not a pointer; ``outcome`` is what was not done."""
    return PublishError(
        f"The value of the preview '{name}' in the key value store is not a pointer that this version of the program "
        f"writes; {outcome}. If no other version has written it: python -m hosting.previews prune --invalid --stack "
        "'<edge>'"
    )


@dataclass(frozen=True)
class PreviewMetadata:
    """The metadata of a preview, which its pointer has besides the releases, each field under its short name.

    Attributes:
        owner: (w) the stack that publishes it, as organization/project/stack; no other stack may change the pointer.
        expires: (z) when it expires, in seconds since 1970.
        password: (h) the hash of its own password; empty without one.
        is_branch: (g) whether its name is that of its branch, so that it can be removed with the branch.
    """

    owner: str
    expires: int
    password: str = ""
    is_branch: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the fields by their short names."""
        optional = {"h": self.password, "g": int(self.is_branch)}
        return {"w": self.owner, "z": self.expires, **{key: value for key, value in optional.items() if value}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PreviewMetadata | None:
        """Return what ``to_json`` returned; None for the pointer of a site.

        Raises:
            LookupError, TypeError, ValueError: it is another value.
        """
        if "w" not in value:
            return None
        password = typed(value.get("h", ""), str)
        return cls(typed(value["w"], str), typed(value["z"], int), password, bool(value.get("g")))


@dataclass(frozen=True)
class PreviewSite:
    """The preview that a publish is for.

    Attributes:
        name: its label, which is also the name of its pointer and of its records.
        base: the label of the preview whose objects and table it uses; empty without one.
        owner: the stack that publishes it.
        former_owner: the owner's name before the stack was renamed; the same if it was not.
        expire_days: the days after which it expires.
        password: the hash of its own password; empty without one.
        is_branch: whether its name is that of its branch.
    """

    name: str
    base: str
    owner: str
    former_owner: str
    expire_days: int
    password: str = ""
    is_branch: bool = False

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> PreviewSite:
        """Return the preview in the inputs of a ``Release``."""
        return cls(
            name=str(props["name"]),
            base=str(props["base"]),
            owner=str(props["owner"]),
            former_owner=str(props["owner"]),
            expire_days=int(props["expire_days"]),
            password=str(props["password"]),
            is_branch=bool(props["is_branch"]),
        )

    def metadata(self, now: float) -> PreviewMetadata:
        """Return the metadata of a pointer that is written now."""
        return PreviewMetadata(self.owner, int(now) + self.expire_days * _DAY_S, self.password, self.is_branch)

    def may_replace(self, metadata: PreviewMetadata | None) -> bool:
        """Whether a pointer with this metadata is this preview's own."""
        return metadata is not None and metadata.owner in (self.owner, self.former_owner)

    def is_current(self, metadata: PreviewMetadata | None, now: float) -> bool:
        """Whether a pointer with this metadata can stay: it is the same, with at least half of the time left."""
        if metadata is None or not self.is_valid(metadata, now):
            return False
        return self.expire_days * _DAY_S / 2 <= metadata.expires - now <= self.expire_days * _DAY_S

    def is_valid(self, metadata: PreviewMetadata | None, now: float) -> bool:
        """Whether a pointer with this metadata serves the preview, as it is now, to visitors."""
        new = self.metadata(now)
        return metadata is not None and metadata == replace(new, expires=metadata.expires) and metadata.expires > now
