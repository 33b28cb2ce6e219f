"""The name servers of a zone in DNS."""

from __future__ import annotations

from dns import resolver
from dns.exception import DNSException

_TIMEOUT_S = 5.0


class DnsError(Exception):
    """DNS does not answer: it is not reachable, or the zone's servers are not."""


def name_servers(zone: str) -> frozenset[str]:
    """Return the name servers that DNS has for ``zone``, in lower case; empty if the zone does not exist in DNS.

    Raises:
        DnsError: there is no answer.
    """
    try:
        answer = resolver.resolve(f"{zone}.", "NS", lifetime=_TIMEOUT_S)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return frozenset()
    except (DNSException, OSError) as error:
        raise DnsError(str(error)) from error
    return frozenset(str(record.target).rstrip(".").lower() for record in answer)
