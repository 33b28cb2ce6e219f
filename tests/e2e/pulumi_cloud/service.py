"""The HTTP service: who may do what, which stacks there are, and what is connected to each."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias

from sandbox.tests.loopback import Loopback
from tests.e2e.pulumi_cloud import wire

Body: TypeAlias = "dict[str, Any]"

ORGANIZATION = "acme"
# Tokens of two people of the organization: only the first may change how stacks are deployed.
ADMIN = "pul-admin"
READER = "pul-reader"
_LOGINS = {ADMIN: "ada", READER: "rob"}

_SEAL = "sealed:"
_STACK_PATH = r"/api/stacks/(?P<org>[^/]+)/(?P<project>[^/]+)/(?P<stack>[^/]+)"


class Refused(Exception):  # noqa: N818 - not an error of the service: what it answers
    """An answer of 400 or above."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Stack:
    """What is kept of a stack.

    Attributes:
        settings: how it is deployed; None until that is first said.
        outputs: of the stack's last update.
    """

    tags: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] | None = None
    outputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request, read."""

    method: str
    path: str
    login: str
    body: Body


Handler: TypeAlias = Callable[["PulumiCloud", Call, "re.Match[str]"], "Body | None"]


class PulumiCloud(Loopback):
    """The service on a free port of 127.0.0.1, until the ``with`` block ends.

    Attributes:
        stacks: by organization, project and name.
        calls: method and path of each request, in order.
        complaints: what it was asked and does not know.
    """

    def __init__(self) -> None:
        self.stacks: dict[tuple[str, str, str], Stack] = {}
        self.calls: list[str] = []
        self.complaints: list[str] = []
        super().__init__(_handler_of(self))

    def stack(self, project: str, name: str) -> Stack:
        """Return a stack of the organization."""
        return self.stacks[ORGANIZATION, project, name]

    def answer(self, call: Call) -> Body | None:
        """Return the answer to ``call``; None for one without a body.

        Raises:
            Refused: for whatever is not known or not allowed.
        """
        self.calls.append(f"{call.method} {call.path}")
        for method, pattern, handler in ROUTES:
            match = re.fullmatch(pattern, call.path)
            if match and method == call.method:
                return self._handled(handler, call, match)
        self.complaints.append(f"{call.method} {call.path} is not in the API")
        raise Refused(404, f"Not found: {call.method} {call.path}")

    def _handled(self, handler: Handler, call: Call, match: re.Match[str]) -> Body | None:
        try:
            return handler(self, call, match)
        except wire.UnknownFieldError as error:
            self.complaints.append(f"{call.method} {call.path}: {error}")
            raise Refused(400, f"Bad request: {error}") from error

    def found(self, match: re.Match[str]) -> Stack:
        """Return the stack that a path names."""
        try:
            return self.stacks[match["org"], match["project"], match["stack"]]
        except KeyError:
            raise Refused(404, f"Stack '{match['org']}/{match['project']}/{match['stack']}' not found") from None


def _capabilities(_cloud: PulumiCloud, _call: Call, _match: re.Match[str]) -> Body:
    return {"capabilities": []}


def _user(_cloud: PulumiCloud, call: Call, _match: re.Match[str]) -> Body:
    organization = {"name": ORGANIZATION, "githubLogin": ORGANIZATION, "avatarUrl": ""}
    return {
        "id": call.login,
        "githubLogin": call.login,
        "name": call.login,
        "email": "",
        "avatarUrl": "",
        "organizations": [organization],
        "identities": [],
    }


def _default_organization(_cloud: PulumiCloud, _call: Call, _match: re.Match[str]) -> Body:
    return {"GitHubLogin": ORGANIZATION, "Messages": []}


def _project_exists(cloud: PulumiCloud, _call: Call, match: re.Match[str]) -> None:
    if not any(key[:2] == (match["org"], match["project"]) for key in cloud.stacks):
        raise Refused(404, "Project not found")


def _create_stack(cloud: PulumiCloud, call: Call, match: re.Match[str]) -> Body:
    wire.check(call.body, wire.NEW_STACK)
    key = (match["org"], match["project"], call.body["stackName"])
    if key in cloud.stacks:
        raise Refused(409, f"Stack '{'/'.join(key)}' already exists")
    cloud.stacks[key] = Stack(tags=call.body.get("tags") or {})
    return {}


def _get_stack(cloud: PulumiCloud, _call: Call, match: re.Match[str]) -> Body:
    return {
        "id": "-".join(match.groups()),
        "orgName": match["org"],
        "projectName": match["project"],
        "stackName": match["stack"],
        "activeUpdate": "",
        "tags": cloud.found(match).tags,
        "version": 1,
    }


def _delete_stack(cloud: PulumiCloud, _call: Call, match: re.Match[str]) -> None:
    cloud.found(match)
    del cloud.stacks[match["org"], match["project"], match["stack"]]


def _export(cloud: PulumiCloud, _call: Call, match: re.Match[str]) -> Body:
    stack = cloud.found(match)
    urn = f"urn:pulumi:{match['stack']}::{match['project']}::pulumi:pulumi:Stack::{match['project']}-{match['stack']}"
    root = {"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": stack.outputs}
    manifest = {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": [root] if stack.outputs else []}}


def _encrypt(_cloud: PulumiCloud, call: Call, _match: re.Match[str]) -> Body:
    wire.check(call.body, wire.PLAINTEXT)
    return {"ciphertext": _sealed(call.body["plaintext"])}


def _encrypt_all(_cloud: PulumiCloud, call: Call, _match: re.Match[str]) -> Body:
    wire.check(call.body, wire.PLAINTEXTS)
    return {"ciphertexts": [_sealed(each) for each in call.body["plaintexts"]]}


def _decrypt(_cloud: PulumiCloud, call: Call, _match: re.Match[str]) -> Body:
    wire.check(call.body, wire.CIPHERTEXT)
    return {"plaintext": _opened(call.body["ciphertext"])}


def _decrypt_all(_cloud: PulumiCloud, call: Call, _match: re.Match[str]) -> Body:
    wire.check(call.body, wire.CIPHERTEXTS)
    return {"plaintexts": {each: _opened(each) for each in call.body["ciphertexts"]}}


def _log_decryption(_cloud: PulumiCloud, call: Call, _match: re.Match[str]) -> None:
    wire.check(call.body, wire.DECRYPTION)


def _sealed(plaintext: str) -> str:
    """Return a stand-in for a ciphertext: both travel as base64, and this one can be told from the plaintext."""
    return base64.b64encode(f"{_SEAL}{plaintext}".encode()).decode()


def _opened(ciphertext: str) -> str:
    text = base64.b64decode(ciphertext).decode()
    if not text.startswith(_SEAL):
        raise Refused(400, "Bad request: invalid ciphertext")
    return text.removeprefix(_SEAL)


def _get_settings(cloud: PulumiCloud, _call: Call, match: re.Match[str]) -> Body:
    settings = cloud.found(match).settings
    if settings is None:
        raise Refused(404, "Deployment settings not found")
    answer: Body = _without_secrets(settings)
    return answer


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"secret"}:
        return {"ciphertext": _sealed(value["secret"])}
    return {key: _without_secrets(each) for key, each in value.items()}


def _patch_settings(cloud: PulumiCloud, call: Call, match: re.Match[str]) -> None:
    stack = cloud.found(match)
    if call.login != _LOGINS[ADMIN]:
        raise Refused(403, "Forbidden: you need the permission stack:write")
    wire.check(call.body, wire.SETTINGS)
    stack.settings = wire.merged(stack.settings or {}, call.body)


# https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/backend/httpstate/client/api_endpoints.go
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/capabilities", _capabilities),
    ("GET", "/api/user", _user),
    ("GET", "/api/user/organizations/default", _default_organization),
    ("HEAD", r"/api/stacks/(?P<org>[^/]+)/(?P<project>[^/]+)", _project_exists),
    ("POST", r"/api/stacks/(?P<org>[^/]+)/(?P<project>[^/]+)", _create_stack),
    ("GET", _STACK_PATH, _get_stack),
    ("DELETE", _STACK_PATH, _delete_stack),
    ("GET", f"{_STACK_PATH}/export", _export),
    ("POST", f"{_STACK_PATH}/encrypt", _encrypt),
    ("POST", f"{_STACK_PATH}/batch-encrypt", _encrypt_all),
    ("POST", f"{_STACK_PATH}/decrypt", _decrypt),
    ("POST", f"{_STACK_PATH}/batch-decrypt", _decrypt_all),
    ("POST", f"{_STACK_PATH}/decrypt/log-(?:batch-)?decryption", _log_decryption),
    ("GET", f"{_STACK_PATH}/deployments/settings", _get_settings),
    ("POST", f"{_STACK_PATH}/deployments/settings", _patch_settings),
)


def _handler_of(cloud: PulumiCloud) -> type[BaseHTTPRequestHandler]:
    class RequestHandler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            """Answer a request of any method."""
            try:
                body = cloud.answer(Call(self.command, self.path.partition("?")[0], self._login(), self._read()))
                self._send(204 if body is None else 200, body)
            except Refused as refused:
                self._send(refused.code, {"code": refused.code, "message": refused.message})

        def _login(self) -> str:
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            if scheme != "token" or token not in _LOGINS:
                raise Refused(401, "Unauthorized: No credentials provided or are invalid.")
            return _LOGINS[token]

        def _read(self) -> Body:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                sent = gzip.decompress(sent)
            return json.loads(sent) if sent else {}

        def _send(self, code: int, body: Body | None) -> None:
            answer = b"" if body is None or self.command == "HEAD" else json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Print nothing: what counts is in ``calls`` and ``complaints``."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"):
        setattr(RequestHandler, f"do_{method}", RequestHandler.serve)
    return RequestHandler
