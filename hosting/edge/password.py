"""HTTP basic authentication at the edge.

The function contains a salt and a hash, never the password. The salt is derived from the names of the site and the
stack: two stacks with the same password have different hashes, and the same settings give the same code at every
`pulumi up`. A function has about 1 ms of compute, enough for one round of SHA-256, so the password should be long,
random and used for nothing else.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

from hosting.edge.function_code import function_part

if TYPE_CHECKING:
    from hosting.edge.function_code import FunctionPart


def password_salt(site: str) -> str:
    """Return the salt, which ``site`` makes unique: the name of the site and its stack, or the domain of previews."""
    return hashlib.sha256(f"access to {site}".encode()).hexdigest()[:32]


def password_hash(username: str, password: str, site: str) -> str:
    """Return the hash of ``username`` and ``password`` with the site's salt."""
    credentials = b64encode(f"{username}:{password}".encode()).decode()
    return hashlib.sha256(f"{password_salt(site)}{credentials}".encode()).hexdigest()


def password_part(username: str, password: str, site: str) -> FunctionPart:
    """Return the part that asks visitors of ``site`` for ``username`` and ``password``."""
    return function_part("password", [password_salt(site), password_hash(username, password, site)])
