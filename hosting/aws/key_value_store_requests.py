"""Signed requests to the data API of one key-value store.

Importing boto3 and making its client of the store takes 0.3 s of CPU, of a publish that sends four requests. So this
module sends them itself. awscrt signs them with SigV4A, as it does for botocore; it is imported with the first request.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html
"""

from __future__ import annotations

import http.client
import json
import os
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from hosting.aws.connections import Connections, RequestError, endpoint_of
from hosting.aws.credentials import credentials_of
from hosting.aws.key_value_store_errors import (
    CONNECT_TIMEOUT_S,
    refused,
    without_credentials,
    without_response,
    without_signer,
)
from hosting.aws.plain_access import plain_store_url
from hosting.aws.session import aws_errors, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hosting.aws.credentials import Credentials
    from hosting.aws.settings import AwsSettings

_SERVICE = "cloudfront-keyvaluestore"
_TIMEOUT_S = 30


class StoreResponse(NamedTuple):
    """A response: the store's ETag, and the body as JSON."""

    etag: str
    body: Mapping[str, Any]


class StoreRequests:
    """Sends requests to one store."""

    def __init__(self, arn: str, settings: AwsSettings) -> None:
        self._arn, self._settings = arn, settings

    def send(
        self,
        method: str,
        path: str = "",
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
    ) -> StoreResponse:
        """Send one request, and return the response.

        Args:
            method: the HTTP method.
            path: the encoded path after the store's, such as `/keys`.
            parameters: the query.
            headers: the headers.
            body: is sent as JSON; None for no body.

        Raises:
            StoreError: there was no response, or it is an error.
        """
        connections, credentials = self._prepared
        query = f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
        url = f"{connections.url.path}/key-value-stores/{quote(self._arn, safe='')}{path}{query}"
        data = None if body is None else json.dumps(body).encode()
        type_ = {} if data is None else {"content-type": "application/json"}
        all_headers = {"host": connections.host, **type_, **(headers or {})}
        try:
            current = credentials()
            signed = signed_headers(method, url, all_headers, data, current)
        except ImportError as error:
            raise without_signer() from error
        except aws_errors() as error:
            raise without_credentials(error, self._arn) from error
        try:
            response, content = connections.request(method, url, signed, data)
        except RequestError as error:
            raise without_response(error, connections.host) from error
        return self._parsed(response, content, has_token=bool(current.token))

    def _parsed(self, response: http.client.HTTPResponse, content: bytes, *, has_token: bool) -> StoreResponse:
        """Return a response as JSON.

        Raises:
            StoreError: it is an error, or is not JSON.
        """
        parsed = _as_json(content)
        if response.status == http.HTTPStatus.OK:
            if parsed is None:
                raise without_response(RequestError(ValueError("no JSON"), is_sent=True), self._prepared[0].host)
            return StoreResponse(response.headers["ETag"] or "", parsed)
        parsed = parsed or {}
        code = (response.headers["x-amzn-ErrorType"] or "").partition(":")[0]
        message = str(parsed.get("Message") or parsed.get("message") or response.reason).rstrip(".")
        raise refused(code, response.status, message, self._arn, has_token=has_token)

    @cached_property
    def _prepared(self) -> tuple[Connections, Callable[[], Credentials]]:
        """The connections to the data API, and the source of the credentials."""
        try:
            url = plain_store_url(self._arn, self._settings, os.environ) or self._other_url()
            endpoint = endpoint_of(url, self._settings, connect_timeout_s=CONNECT_TIMEOUT_S, timeout_s=_TIMEOUT_S)
            return Connections(endpoint), credentials_of(self._settings)
        except aws_errors() as error:
            raise without_credentials(error, self._arn) from error

    def _other_url(self) -> str:
        return url_of(_SERVICE, "DescribeKeyValueStore", self._settings, KvsARN=self._arn)


def _as_json(content: bytes) -> dict[str, Any] | None:
    """Return a JSON object; None for anything else."""
    try:
        parsed = json.loads(content)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def signed_headers(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, credentials: Credentials
) -> dict[str, str]:
    """Return the headers of a request with its signature, which is valid in all regions."""
    from awscrt import auth  # noqa: PLC0415 - the import takes 0.1 s
    from awscrt import http as crt_http  # noqa: PLC0415 - as above

    stream = BytesIO(body) if body else None
    request = crt_http.HttpRequest(method, url, crt_http.HttpHeaders(list(headers.items())), stream)
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(
            credentials.access_key, credentials.secret_key, credentials.token
        ),
        region="*",
        service=_SERVICE,
        use_double_uri_encode=True,
        should_normalize_uri_path=True,
    )
    auth.aws_sign_request(request, config).result()
    return dict(list(request.headers))
