"""HTTP basic authentication as a piece of the function at the edge.

The function has a salt and a hash, never the password. The salt is of the stack, so that two stacks with one password
have different hashes, and so that the same settings are the same code at every `pulumi up`. One round of SHA-256 is
what fits into a function's millisecond: a password for this is long and random, and used for nothing else.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.edge.function_code import piece_of

if TYPE_CHECKING:
    from hosting.edge.function_code import Piece

_FILE = Path(__file__).parent / "javascript" / "access.js"


def access_piece(username: str, password: str, site: str) -> Piece:
    """Return the piece that lets in who knows ``username`` and ``password``, and asks everyone else for them.

    ``site`` is what makes the salt one of its own: the name of the site and its stack.
    """
    salt = hashlib.sha256(f"access to {site}".encode()).hexdigest()[:32]
    sent = b64encode(f"{username}:{password}".encode()).decode()
    return piece_of(_FILE, [salt, hashlib.sha256(f"{salt}{sent}".encode()).hexdigest()])
