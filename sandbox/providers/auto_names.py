"""Names for resources that the program does not name: `<resource name>-<7 hex digits>`, like Pulumi's bridge."""

import hashlib
import secrets
from dataclasses import dataclass

HEX_DIGITS = 7


@dataclass(frozen=True)
class AutoName:
    """How resources of one type are named.

    Attributes:
        field: the property that has the name.
        max_length: of the name.
        lower: whether the name is in lower case.
        random: whether it ends in hex digits; False if the resource's own name is used (an object's key).
        prefix_field: the property that lets AWS's provider choose a name; the bridge sets no name beside it:
            https://github.com/pulumi/pulumi-terraform-bridge
    """

    field: str
    max_length: int
    lower: bool = False
    random: bool = True
    prefix_field: str = ""

    def make(self, resource_name: str, seed: bytes) -> str:
        """Return a name; equal seeds give equal names, so that a preview and its update agree."""
        name = resource_name.lower() if self.lower else resource_name
        if not self.random:
            return name[: self.max_length]
        digits = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex()
        return f"{name[: self.max_length - HEX_DIGITS - 1]}-{digits[:HEX_DIGITS]}"
