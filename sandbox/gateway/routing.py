"""Chooses the site that answers a request, by its Host header or by the port that it arrived on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.gateway import distribution, website_endpoint
from sandbox.gateway.http_messages import Response, plain_text

if TYPE_CHECKING:
    from sandbox.gateway.emulator_client import Distribution, EmulatorClient
    from sandbox.gateway.http_messages import Request
    from sandbox.gateway.stacks import Stacks

# Both forms: https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
WEBSITE_HOST = re.compile(r"(?P<bucket>.+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?")
CLOUDFRONT_HOST = re.compile(r"[a-z0-9]+\.cloudfront\.net")
REDIRECTS = range(300, 400)


class Router:
    """Responds to the requests of all ports."""

    def __init__(self, client: EmulatorClient, stacks: Stacks) -> None:
        self._client, self._stacks = client, stacks

    def respond(self, stack: str | None, request: Request) -> Response:
        """Respond to a request on the port of a stack, or on the port of none."""
        host = request.headers.get("Host", "").partition(":")[0].lower()
        if found := WEBSITE_HOST.fullmatch(host):
            return website_endpoint.respond(self._client, found["bucket"], request)
        if CLOUDFRONT_HOST.fullmatch(host):
            return distribution.respond(self._client, self._distribution_by_domain(host), request)
        if aliased := self._distribution_by_alias(host):
            return distribution.respond(self._client, aliased, request, host)
        if stack is None:
            return plain_text(404, _list_of_stacks(self._stacks.names()))
        return self._respond_for_stack(stack, request)

    def _respond_for_stack(self, stack: str, request: Request) -> Response:
        """Respond as the stack's distribution, or as the website endpoint if it has none."""
        bucket = self._stacks.bucket(stack)
        if bucket is None:
            name = stack.rpartition("/")[2]
            return plain_text(404, f"Stack {name} has no bucket yet. To publish it, run: pulumi up --stack {name}\n")
        found = self._distribution_by_bucket(bucket)
        if found is None:
            return website_endpoint.respond(self._client, bucket, request)
        response = distribution.respond(self._client, found, request)
        if "X-Forwarded-Proto" in request.headers:
            return response
        return with_local_redirect(response, found.domain, request)

    def _distribution_by_domain(self, host: str) -> Distribution | None:
        return next((found for found in self._client.distributions() if found.domain == host), None)

    def _distribution_by_alias(self, host: str) -> Distribution | None:
        """Return the distribution whose alias covers most of the host; an IP address cannot be an alias."""
        if "." not in host or host.replace(".", "").isdigit():
            return None
        best = max(self._client.distributions(), key=lambda found: found.alias_specificity(host), default=None)
        return best if best and best.alias_specificity(host) else None

    def _distribution_by_bucket(self, bucket: str) -> Distribution | None:
        distributions = self._client.distributions()
        return next((found for found in distributions if found.enabled and found.has_origin(bucket)), None)


def with_local_redirect(response: Response, domain: str, request: Request) -> Response:
    """Replace the distribution's domain in a redirect with the address that the browser requested."""
    if response.status not in REDIRECTS:
        return response
    own_url = re.compile(rf"https?://{re.escape(domain)}(?=[/?#]|$)")
    local_url = f"http://{request.headers.get('Host', 'localhost')}"
    headers = (
        (name, own_url.sub(local_url, value) if name.lower() == "location" else value)
        for name, value in response.headers
    )
    return replace(response, headers=tuple(headers))


def _list_of_stacks(names: list[str]) -> str:
    lines = "".join(f"  {name}\n" for name in names) or "  (none)\n"
    return f"This is the sandbox's gateway. `python -m sandbox url <stack>` prints the URL of a stack:\n{lines}"
