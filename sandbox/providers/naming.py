"""Names for what the program leaves unnamed: `<resource name>-<7 hex digits>`, as Pulumi's bridge makes them."""

import hashlib
import secrets
from dataclasses import dataclass

HEX_DIGITS = 7


@dataclass(frozen=True)
class AutoName:
    """How one resource type is named: which property, its limit, and its alphabet.

    `random` is False where the resource's own name is the name (an object's key). `prefix_field` is the property that
    leaves the name to the cloud: https://github.com/pulumi/pulumi-terraform-bridge sets no default beside it.
    """

    field: str
    max_length: int
    lower: bool = False
    random: bool = True
    prefix_field: str = ""

    def make(self, resource_name: str, seed: bytes) -> str:
        """A name that is the same for the same seed, so that a preview and its update agree."""
        name = resource_name.lower() if self.lower else resource_name
        if not self.random:
            return name[: self.max_length]
        digits = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex()
        return f"{name[: self.max_length - HEX_DIGITS - 1]}-{digits[:HEX_DIGITS]}"
