"""The S3 website endpoint, which the emulator does not have.

Its behavior, in https://docs.aws.amazon.com/AmazonS3/latest/userguide/:

- WebsiteEndpoints.html: GET and HEAD only, errors in HTML.
- IndexDocumentSupport.html: index documents, and a 302 to the path with a slash.
- CustomErrorDocSupport.html: status codes, and the error document.
- WebsiteAccessPermissionsReqd.html: a missing key is 404 whether or not the visitor may list the bucket; a key that may
  not be read is 403.
- how-to-page-redirect.html: an object's redirect location.

Routing rules and RedirectAllRequestsTo are not implemented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sandbox.gateway import cors
from sandbox.gateway.emulator_client import EmulatorClient, EmulatorError, error_from, stream
from sandbox.gateway.http_messages import Headers, Request, Response, error_page, page

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from sandbox.gateway.anonymous_access import AnonymousAccess
    from sandbox.gateway.emulator_client import WebsiteSettings

CONDITIONS = ("Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")
OBJECT_HEADERS = (
    "accept-ranges", "cache-control", "content-disposition", "content-encoding", "content-language", "content-length",
    "content-range", "content-type", "etag", "expires", "last-modified", "x-amz-version-id",
)  # fmt: skip
SERVER = ("Server", "AmazonS3")
REDIRECT_HEADER = "x-amz-website-redirect-location"
ACCESS_DENIED = EmulatorError(403, "AccessDenied", "Access Denied")
NO_SUCH_KEY = EmulatorError(404, "NoSuchKey", "The specified key does not exist.")
METHOD_NOT_ALLOWED = EmulatorError(
    405, "MethodNotAllowed", "The specified method is not allowed against this resource."
)
INVALID_URI = EmulatorError(400, "InvalidURI", "Couldn't parse the specified URI.")
NOT_MODIFIED, FIRST_ERROR = 304, 400


def respond(client: EmulatorClient, bucket: str, request: Request) -> Response:
    """Respond as `http://<bucket>.s3-website-<region>.amazonaws.com` would."""
    try:
        settings, access = client.website_settings(bucket), client.anonymous_access(bucket)
    except EmulatorError as error:
        return _s3_error_page(error, {"BucketName": bucket})
    endpoint = _Endpoint(client, bucket, settings, access, request)
    if request.method == "OPTIONS":
        return endpoint.preflight()
    return endpoint.with_cors(endpoint.respond())


class _Endpoint:
    """One request to the website of one bucket."""

    def __init__(
        self,
        client: EmulatorClient,
        bucket: str,
        settings: WebsiteSettings,
        access: AnonymousAccess,
        request: Request,
    ) -> None:
        self._client, self._bucket, self._request = client, bucket, request
        self._settings, self._access = settings, access

    def respond(self) -> Response:
        """Return the object, its index document, a redirect, or an error."""
        if self._request.method not in {"GET", "HEAD"}:
            details = {"Method": self._request.method, "ResourceType": "OBJECT"}
            return self._error(METHOD_NOT_ALLOWED, details)
        if not self._access.may_read_any():
            return self._error(ACCESS_DENIED, {})
        try:
            key = object_key(self._request.path)
        except UnicodeDecodeError:
            return self._error(INVALID_URI, {"URI": self._request.path})
        return self._object(key + self._settings.index_document if is_folder(key) else key)

    def preflight(self) -> Response:
        """Respond to a CORS preflight request."""
        headers, rules = self._request.headers, self._client.cors_rules(self._bucket)
        if "Origin" not in headers:
            return _s3_error_page(EmulatorError(FIRST_ERROR, "BadRequest", cors.NO_ORIGIN), {})
        cors_headers = cors.preflight_headers(rules, headers)
        if cors_headers:
            return page(200, "text/html", "", (SERVER, *cors_headers))
        return _s3_error_page(
            EmulatorError(403, "AccessForbidden", cors.NOT_ALLOWED if rules else cors.NOT_ENABLED), {}
        )

    def with_cors(self, response: Response) -> Response:
        """Add the headers of the bucket's CORS rules if the request has an Origin."""
        headers = self._request.headers
        if "Origin" not in headers:
            return response
        cors_headers = cors.headers_for(self._client.cors_rules(self._bucket), self._request.method, headers)
        return Response(response.status, (*response.headers, *cors_headers), response.body)

    def _object(self, key: str) -> Response:
        if not self._access.may_read(self._bucket, key):
            return self._error(ACCESS_DENIED, {"Key": key}) if self._exists(key) else self._not_found(key)
        conditions = self._request.selected_headers(*CONDITIONS)
        response = self._client.object(self._request.method, self._bucket, key, conditions)
        if response.status == NO_SUCH_KEY.status:
            response.drain_conn()
            return self._not_found(key)
        if response.status >= FIRST_ERROR:
            return self._error(error_from(response.status, response.data), {"Key": key})
        if location := response.headers.get(REDIRECT_HEADER):
            response.drain_conn()
            return page(301, "text/html", "", (SERVER, ("Location", location)))
        return Response(response.status, (SERVER, *_object_headers(response)), stream(response))

    def _not_found(self, key: str) -> Response:
        """Redirect `/docs` to `/docs/` if that has an index document, else return NoSuchKey."""
        if is_folder(self._request.path) or not self._exists(f"{key}/{self._settings.index_document}"):
            return self._error(NO_SUCH_KEY, {"Key": key})
        return page(302, "text/html", "", (SERVER, ("Location", f"/{quote(key)}/")))

    def _error(self, error: EmulatorError, details: dict[str, str]) -> Response:
        """Return the error document, or S3's own page if the visitor may not read it."""
        key = self._settings.error_document
        if key is None:
            return _s3_error_page(error, details)
        if not self._access.may_read(self._bucket, key):
            return _s3_error_page(error, details, ACCESS_DENIED, key)
        response = self._client.object("GET", self._bucket, key, {})
        if response.status >= FIRST_ERROR:
            return _s3_error_page(error, details, error_from(response.status, response.data), key)
        headers = (SERVER, *_error_headers(error, details), *_object_headers(response))
        return Response(error.status, headers, stream(response))

    def _exists(self, key: str) -> bool:
        response = self._client.object("HEAD", self._bucket, key, {})
        response.drain_conn()
        return response.status < FIRST_ERROR


def is_folder(key: str) -> bool:
    """Return whether a key or path stands for a folder, which has an index document."""
    return not key or key.endswith("/")


def object_key(path: str) -> str:
    """Return the key that a path stands for; `+` is a plus sign.

    For S3's REST endpoint it is a space: https://techracho.bpsinc.jp/?p=148538

    Raises:
        UnicodeDecodeError: the percent-encoded bytes are not UTF-8.

    """
    return unquote(path.removeprefix("/"), errors="strict")


def _object_headers(response: BaseHTTPResponse) -> Headers:
    """Return the object's own headers, without the CORS headers that the emulator adds to every response."""
    dropped = {"content-length"} if response.status == NOT_MODIFIED else set()
    return tuple(
        (name, value)
        for name, value in response.headers.items()
        if (name.lower() in OBJECT_HEADERS or name.lower().startswith("x-amz-meta-")) and name.lower() not in dropped
    )


def _error_headers(error: EmulatorError, details: dict[str, str]) -> Headers:
    extra = ((f"x-amz-error-detail-{name}", quote(value)) for name, value in details.items())
    return (("x-amz-error-code", error.code), ("x-amz-error-message", error.message), *extra)


def _s3_error_page(
    error: EmulatorError, details: dict[str, str], document_error: EmulatorError | None = None, document: str = ""
) -> Response:
    all_details = {"Code": error.code, "Message": error.message, **details}
    document_details = (
        {"Code": document_error.code, "Message": document_error.message, "Key": document} if document_error else None
    )
    text = error_page(error.status, all_details, document_details)
    return page(error.status, "text/html; charset=utf-8", text, (SERVER, *_error_headers(error, details)))
