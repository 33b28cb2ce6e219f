"""A loopback server with the data API of one key-value store, in memory."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from hosting.aws.settings import AwsSettings
from sandbox.tests.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

# The names of the API's errors, by status: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_kvs_UpdateKeys.html
CODES = {
    400: "ValidationException",
    402: "ServiceQuotaExceededException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    409: "ConflictException",
    500: "InternalServerException",
}
ARN = "arn:aws:cloudfront::123456789012:key-value-store/11111111-2222-3333-4444-555555555555"


class StoreServer(Loopback):
    """The API of the store ``ARN``, with prepared answers before its own.

    Attributes:
        items: the keys with their values.
        version: the number in the ETag.
        prepared: answers to the next requests, as status and message, of which "page" is not JSON; None lets the store
            answer, and a callable is called before it does. If it raises ConnectionAbortedError, there is no response.
        requests: the method, and the path after the ARN, of each request.
        authorizations: the header of each request.
        exists: whether the store exists.
    """

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.version = 1
        self.prepared: list[tuple[int, str] | Callable[[], None] | None] = []
        self.requests: list[str] = []
        self.authorizations: list[str] = []
        self.exists = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
                write = (self.headers["If-Match"], body) if self.command == "POST" else None
                path, _, query = self.path.partition("?")
                arn, *rest = path.removeprefix("/key-value-stores/").split("/", 1)
                outer.requests.append(" ".join([self.command, *rest]))
                outer.authorizations.append(self.headers["Authorization"])
                try:
                    status, answer = outer.answer(unquote(arn), unquote("".join(rest)), parse_qs(query), write)
                except ConnectionAbortedError:
                    self.close_connection = True
                    return
                data = b"<p>" if answer.get("Message") == "page" else json.dumps(answer).encode()
                self.send_response(status)
                if status in CODES:
                    self.send_header("x-amzn-ErrorType", CODES[status])
                self.send_header("ETag", f"E{outer.version}")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer  # noqa: N815 - the base class's names

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)

    def settings(self, **values: str) -> AwsSettings:
        """Return settings with which the data API is this server."""
        # botocore puts the account's id before the endpoint, where it becomes part of an ignored user name.
        endpoint = self.url.replace("//", "//kvs@")
        keys = {"accessKey": "AKIDEXAMPLE", "secretKey": "secret", "endpoints": [{"cloudfrontkeyvaluestore": endpoint}]}
        return AwsSettings("eu-central-1", {**keys, **values})

    def boto3_arguments(self, token: str) -> dict[str, Any]:
        """Return the arguments of boto3's client for this server."""
        keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret", "region_name": "eu-central-1"}
        token_ = {"aws_session_token": token} if token else {}
        return {**keys, **token_, "endpoint_url": self.url.replace("//", "//kvs@")}

    def answer(
        self, arn: str, path: str, query: dict[str, list[str]], write: tuple[str, dict[str, Any]] | None
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of an answer; ``write`` is the ETag and the body of an update."""
        prepared = self.prepared.pop(0) if self.prepared else None
        if isinstance(prepared, tuple):
            return prepared[0], {"Message": prepared[1]}
        if prepared is not None:
            prepared()
        if arn != ARN or not self.exists:
            return 404, {"Message": "Key value store not found"}
        if write:
            return self._update(*write)
        if path == "keys":
            return 200, self._page(query)
        if path:
            key = path.removeprefix("keys/")
            return (200, {"Key": key, "Value": self.items[key]}) if key in self.items else (404, {"Message": "No key"})
        return 200, {"KvsARN": arn, **self._size()}

    def _update(self, etag: str, changes: dict[str, list[dict[str, str]]]) -> tuple[int, dict[str, Any]]:
        if etag != f"E{self.version}":
            return 409, {"Message": "Pre-Condition failed"}
        puts, deletes = changes.get("Puts", []), [item["Key"] for item in changes.get("Deletes", [])]
        if len(puts) + len(deletes) > 50:
            return 400, {"Message": "Too many keys"}
        if any(key not in self.items for key in deletes):
            return 404, {"Message": "No key"}
        self.items.update((item["Key"], item["Value"]) for item in puts)
        for key in deletes:
            del self.items[key]
        self.version += 1
        return 200, self._size()

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        start, count = int(query.get("NextToken", ["0"])[0]), int(query["MaxResults"][0])
        keys = sorted(self.items)[start : start + count]
        following = {"NextToken": str(start + count)} if start + count < len(self.items) else {}
        return {"Items": [{"Key": key, "Value": self.items[key]} for key in keys], **following}

    def _size(self) -> dict[str, int]:
        size = sum(len(key) + len(value) for key, value in self.items.items())
        return {"ItemCount": len(self.items), "TotalSizeInBytes": size}
