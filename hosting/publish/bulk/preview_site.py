"""A preview: one of many sites that share a bucket and a key value store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY_S = 86_400


@dataclass(frozen=True)
class PreviewTerms:
    """What the pointer of a preview says besides its releases. The pointer has each field under its short name.

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
    def from_json(cls, value: Mapping[str, Any]) -> PreviewTerms | None:
        """Return what ``to_json`` returned; None for the pointer of a site."""
        return cls(value["w"], value["z"], value.get("h", ""), bool(value.get("g"))) if "w" in value else None


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

    def terms(self, now: float) -> PreviewTerms:
        """Return what the pointer says if it is written now."""
        return PreviewTerms(self.owner, int(now) + self.expire_days * _DAY_S, self.password, self.is_branch)

    def may_replace(self, terms: PreviewTerms | None) -> bool:
        """Whether a pointer with these terms is this preview's own."""
        return terms is not None and terms.owner in (self.owner, self.former_owner)

    def is_current(self, terms: PreviewTerms | None, now: float) -> bool:
        """Whether a pointer with these terms can stay: they are the same, with at least half of the time left."""
        if terms is None or not self.is_valid(terms, now):
            return False
        return self.expire_days * _DAY_S / 2 <= terms.expires - now <= self.expire_days * _DAY_S

    def is_valid(self, terms: PreviewTerms | None, now: float) -> bool:
        """Whether visitors get the preview on these terms."""
        new = self.terms(now)
        same = terms and (terms.owner, terms.password, terms.is_branch) == (new.owner, new.password, new.is_branch)
        return bool(terms and same and terms.expires > now)
