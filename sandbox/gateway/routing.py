"""Which site a request is for: by its Host name, or by the port that it came in on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.gateway import distribution
from sandbox.gateway import website_endpoint as website
from sandbox.gateway.http_messages import Answer, plain

if TYPE_CHECKING:
    from sandbox.gateway.emulator_client import Cloud, Distribution
    from sandbox.gateway.http_messages import Request
    from sandbox.gateway.stacks import Stacks

# Both forms: https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
WEBSITE_HOST = re.compile(r"(?P<bucket>.+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?")
CLOUDFRONT_HOST = re.compile(r"[a-z0-9]+\.cloudfront\.net")
FROM, UNTIL = 300, 400


class Router:
    """Answers every request that comes in at any of the door's ports."""

    def __init__(self, cloud: Cloud, stacks: Stacks) -> None:
        self._cloud, self._stacks = cloud, stacks

    def answer(self, stack: str | None, request: Request) -> Answer:
        """Answer a request that came in on this stack's port, or on the port of none."""
        host = request.headers.get("Host", "").partition(":")[0].lower()
        if found := WEBSITE_HOST.fullmatch(host):
            return website.answer(self._cloud, found["bucket"], request)
        if CLOUDFRONT_HOST.fullmatch(host):
            return distribution.answer(self._cloud, self._distribution_at(host), request)
        if found_alias := self._distribution_with_alias(host):
            return distribution.answer(self._cloud, found_alias, request, host)
        if stack is None:
            return plain(404, _listing(self._stacks.names()))
        return self._stage(stack, request)

    def _stage(self, stack: str, request: Request) -> Answer:
        """Answer as the stage's visitors see it: through its distribution where it has one."""
        bucket = self._stacks.bucket(stack)
        if bucket is None:
            short = stack.rpartition("/")[2]
            return plain(404, f"Stack '{short}' has no bucket yet. To publish it, run: pulumi up --stack {short}\n")
        through = self._distribution_before(bucket)
        if through is None:
            return website.answer(self._cloud, bucket, request)
        answer = distribution.answer(self._cloud, through, request)
        return answer if "X-Forwarded-Proto" in request.headers else kept_local(answer, through.domain, request)

    def _distribution_at(self, host: str) -> Distribution | None:
        return next((one for one in self._cloud.distributions() if one.domain == host), None)

    def _distribution_with_alias(self, host: str) -> Distribution | None:
        """Return the distribution that has this host as an alias; an IP address or a plain word is none's."""
        if "." not in host or host.replace(".", "").isdigit():
            return None
        return next((one for one in self._cloud.distributions() if one.answers(host)), None)

    def _distribution_before(self, bucket: str) -> Distribution | None:
        return next((one for one in self._cloud.distributions() if one.enabled and one.serves(bucket)), None)


def kept_local(answer: Answer, domain: str, request: Request) -> Answer:
    """Bring a redirect to the distribution's own name back to the address that the visitor's browser knows."""
    if not FROM <= answer.status < UNTIL:
        return answer
    away = re.compile(rf"https?://{re.escape(domain)}(?=[/?#]|$)")
    here = f"http://{request.headers.get('Host', 'localhost')}"
    headers = ((name, away.sub(here, value) if name.lower() == "location" else value) for name, value in answer.headers)
    return replace(answer, headers=tuple(headers))


def _listing(names: list[str]) -> str:
    lines = "".join(f"  {name}\n" for name in names) or "  (none)\n"
    return f"The sandbox's front door. 'python -m sandbox url <stack>' tells the address of a stack:\n{lines}"
