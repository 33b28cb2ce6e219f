"""A secrets provider for stacks of tests, which encrypts nothing.

The default provider makes a key of the passphrase in 0.1 s of CPU, at each command and twice in a `pulumi up`. This one
answers as the transit engine of HashiCorp Vault: https://developer.hashicorp.com/vault/api-docs/secret/transit
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from sandbox.tests.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

# The flag of `pulumi stack init`: https://www.pulumi.com/docs/iac/concepts/secrets/#available-encryption-providers
SECRETS_PROVIDER = "--secrets-provider=hashivault://tests"
_PREFIX = "vault:v1:"


class _Transit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        """Return the plaintext behind a prefix as ciphertext, or the reverse."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_encryption = self.path.startswith("/v1/transit/encrypt/")
        data = (
            {"ciphertext": _PREFIX + asked["plaintext"]}
            if is_encryption
            else {"plaintext": asked["ciphertext"].removeprefix(_PREFIX)}
        )
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


@contextmanager
def secrets_server() -> Iterator[dict[str, str]]:
    """Run the server, and yield the environment of commands that use it."""
    with Loopback(_Transit) as server:
        yield {"VAULT_SERVER_URL": server.url, "VAULT_SERVER_TOKEN": "test"}
