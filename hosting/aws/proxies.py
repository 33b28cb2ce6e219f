"""Which proxy a call of ours goes through: the one that the provider's own calls take.

The provider reads the environment, and overrides it by the settings:
https://github.com/hashicorp/aws-sdk-go-base/blob/main/internal/config/config.go, https://pkg.go.dev/golang.org/x/net/http/httpproxy
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


def proxy_for(url: str, values: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy for ``url``, None for none.

    Args:
        url: what is asked.
        values: the `aws:` settings.
        environment: the process's.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    own, plain = values.get(f"{parts.scheme}Proxy"), values.get("httpProxy")
    # With a proxy for HTTP alone, HTTPS goes through it too.
    proxy = own or _of(environment, f"{parts.scheme}_proxy") or plain
    without = values.get("noProxy") or _of(environment, "no_proxy") or ""
    if not proxy or _is_loopback(host) or any(_names(entry, host, port) for entry in without.split(",")):
        return None
    return str(proxy)


def _of(environment: Mapping[str, str], name: str) -> str | None:
    return environment.get(name.upper()) or environment.get(name)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _names(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of a list of exceptions is about a host: `*`, a domain, an address or a range of them."""
    entry = entry.strip().lower()
    name, colon, digits = entry.rpartition(":")
    if colon and digits.isdigit() and ":" not in name:
        return port == int(digits) and _names(name, host, port)
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
