"""The proxy for the program's calls to AWS: the one that the AWS provider uses.

Settings override the environment:
https://github.com/hashicorp/aws-sdk-go-base/blob/main/internal/config/config.go, https://pkg.go.dev/golang.org/x/net/http/httpproxy
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


def proxy_for(url: str, values: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy for ``url``; None for a direct connection.

    Args:
        url: the URL to request.
        values: the `aws:` settings.
        environment: the environment variables.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    of_scheme, of_http = values.get(f"{parts.scheme}Proxy"), values.get("httpProxy")
    # A proxy that is set for HTTP alone is used for HTTPS too.
    proxy = of_scheme or _variable(environment, f"{parts.scheme}_proxy") or of_http
    exceptions = values.get("noProxy") or _variable(environment, "no_proxy") or ""
    if not proxy or _is_loopback(host) or any(_matches(entry, host, port) for entry in exceptions.split(",")):
        return None
    return str(proxy)


def _variable(environment: Mapping[str, str], name: str) -> str | None:
    return environment.get(name.upper()) or environment.get(name)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _matches(entry: str, host: str, port: int | None) -> bool:
    """Return whether an entry of `noProxy` matches a host; it is `*`, a domain, an address or a range of them."""
    entry = entry.strip().lower()
    name, colon, digits = entry.rpartition(":")
    if colon and digits.isdigit() and ":" not in name:
        return digits == str(port) and _matches(name, host, port)
    address = _address(host)
    if address is not None and _is_range(entry):
        return address in ipaddress.ip_network(entry, strict=False)
    return bool(entry) and (entry in {"*", host} or host.endswith("." + entry.removeprefix("*").removeprefix(".")))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_range(entry: str) -> bool:
    try:
        ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    return True
