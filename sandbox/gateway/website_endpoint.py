"""The S3 website endpoint, which the local cloud does not have.

What it answers: https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html (GET and HEAD only, errors
in HTML), .../IndexDocumentSupport.html (index documents, 302 to the slash), .../CustomErrorDocSupport.html (status
codes, error document), .../WebsiteAccessPermissionsReqd.html (a missing key is 404 whether or not the visitor may list
the bucket, an existing one that may not be read is 403), .../how-to-page-redirect.html (redirects of an object).
Routing rules and RedirectAllRequestsTo are left out: no stack of the program declares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sandbox.gateway import cors
from sandbox.gateway.emulator_client import Cloud, CloudError, chunks, refusal
from sandbox.gateway.http_messages import Answer, Headers, Request, error_page, page

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from sandbox.gateway.anonymous_access import Visitor
    from sandbox.gateway.emulator_client import Website

CONDITIONS = ("Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")
SHOWN = (
    "accept-ranges", "cache-control", "content-disposition", "content-encoding", "content-language", "content-length",
    "content-range", "content-type", "etag", "expires", "last-modified", "x-amz-version-id",
)  # fmt: skip
SERVER = ("Server", "AmazonS3")
REDIRECT = "x-amz-website-redirect-location"
DENIED = CloudError(403, "AccessDenied", "Access Denied")
MISSING = CloudError(404, "NoSuchKey", "The specified key does not exist.")
NOT_ALLOWED = CloudError(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
BAD_URI = CloudError(400, "InvalidURI", "Couldn't parse the specified URI.")
NOT_MODIFIED, BAD = 304, 400


def answer(cloud: Cloud, bucket: str, request: Request) -> Answer:
    """Answer as `http://<bucket>.s3-website-<region>.amazonaws.com` would."""
    try:
        endpoint = _Endpoint(cloud, bucket, cloud.website(bucket), cloud.visitor(bucket), request)
    except CloudError as error:
        return _error(error, {"BucketName": bucket})
    if request.method == "OPTIONS":
        return endpoint.preflight()
    return endpoint.with_cors(endpoint.answer())


class _Endpoint:
    """One request to one bucket's website."""

    def __init__(self, cloud: Cloud, bucket: str, site: Website, visitor: Visitor, request: Request) -> None:
        self._cloud, self._bucket, self._site, self._visitor, self._request = cloud, bucket, site, visitor, request

    def answer(self) -> Answer:
        """Serve the object, its index document, the way to it, or the error."""
        if self._request.method not in {"GET", "HEAD"}:
            return self._refuse(NOT_ALLOWED, {"Method": self._request.method, "ResourceType": "OBJECT"})
        if not self._visitor.may_read_something():
            return self._refuse(DENIED, {})
        try:
            key = key_of(self._request.path)
        except UnicodeDecodeError:
            return self._refuse(BAD_URI, {"URI": self._request.path})
        return self._serve(key + self._site.index if is_folder(key) else key)

    def preflight(self) -> Answer:
        """Answer a browser's question before it sends a request from another site."""
        sent, rules = self._request.headers, self._cloud.cors(self._bucket)
        if "Origin" not in sent:
            return _error(CloudError(BAD, "BadRequest", cors.NO_ORIGIN), {})
        headers = cors.preflight_headers(rules, sent)
        if headers:
            return page(200, "text/html", "", (SERVER, *headers))
        return _error(CloudError(403, "AccessForbidden", cors.NOT_ALLOWED if rules else cors.NOT_ENABLED), {})

    def with_cors(self, answer: Answer) -> Answer:
        """Add what the bucket's CORS rules say to a request from another site."""
        if "Origin" not in self._request.headers:
            return answer
        allowed = cors.headers_for(self._cloud.cors(self._bucket), self._request.method, self._request.headers)
        return Answer(answer.status, (*answer.headers, *allowed), answer.body)

    def _serve(self, key: str) -> Answer:
        if not self._visitor.may_read(self._bucket, key):
            return self._refuse(DENIED, {"Key": key}) if self._exists(key) else self._missing(key)
        sent = self._request.carried(*CONDITIONS)
        reply = self._cloud.object(self._request.method, self._bucket, key, sent)
        if reply.status == MISSING.status:
            reply.drain_conn()
            return self._missing(key)
        if reply.status >= BAD:
            return self._refuse(refusal(reply.status, reply.data), {"Key": key})
        if location := reply.headers.get(REDIRECT):
            reply.drain_conn()
            return page(301, "text/html", "", (SERVER, ("Location", location)))
        return Answer(reply.status, (SERVER, *_shown(reply)), chunks(reply))

    def _missing(self, key: str) -> Answer:
        """Send the visitor of `/docs` to `/docs/` where that has an index document; else there is nothing."""
        if is_folder(self._request.path) or not self._exists(f"{key}/{self._site.index}"):
            return self._refuse(MISSING, {"Key": key})
        return page(302, "text/html", "", (SERVER, ("Location", f"/{quote(key)}/")))

    def _refuse(self, error: CloudError, details: dict[str, str]) -> Answer:
        """Answer with the error document, or with S3's own page where there is none that the visitor may see."""
        key = self._site.error
        if key is None:
            return _error(error, details)
        if not self._visitor.may_read(self._bucket, key):
            return _error(error, details, DENIED, key)
        reply = self._cloud.object("GET", self._bucket, key, {})
        if reply.status >= BAD:
            return _error(error, details, refusal(reply.status, reply.data), key)
        return Answer(error.status, (SERVER, *_told(error, details), *_shown(reply)), chunks(reply))

    def _exists(self, key: str) -> bool:
        reply = self._cloud.object("HEAD", self._bucket, key, {})
        reply.drain_conn()
        return reply.status < BAD


def is_folder(key: str) -> bool:
    """Tell whether a key or path is a folder's, which is answered with its index document."""
    return not key or key.endswith("/")


def key_of(path: str) -> str:
    """Return the key that a path asks a website endpoint for; a plus sign is a plus sign here.

    (Unlike at S3's REST endpoint, where it is a space: https://techracho.bpsinc.jp/?p=148538)

    Raises:
        UnicodeDecodeError: the percent-encoded bytes are not UTF-8.

    """
    return unquote(path.removeprefix("/"), errors="strict")


def _shown(reply: BaseHTTPResponse) -> Headers:
    """Return the object's own headers, without the blanket CORS headers that the local cloud puts on every answer."""
    empty = {"content-length"} if reply.status == NOT_MODIFIED else set()
    return tuple(
        (name, value)
        for name, value in reply.headers.items()
        if (name.lower() in SHOWN or name.lower().startswith("x-amz-meta-")) and name.lower() not in empty
    )


def _told(error: CloudError, details: dict[str, str]) -> Headers:
    extra = ((f"x-amz-error-detail-{name}", quote(value)) for name, value in details.items())
    return (("x-amz-error-code", error.code), ("x-amz-error-message", error.message), *extra)


def _error(error: CloudError, details: dict[str, str], trouble: CloudError | None = None, document: str = "") -> Answer:
    facts = {"Code": error.code, "Message": error.message, **details}
    why = {"Code": trouble.code, "Message": trouble.message, "Key": document} if trouble else None
    text = error_page(error.status, facts, why)
    return page(error.status, "text/html; charset=utf-8", text, (SERVER, *_told(error, details)))
