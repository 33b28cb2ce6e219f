"""The program's calls use the AWS provider's proxy."""

from __future__ import annotations

from typing import Any

import pytest

from hosting.aws.proxies import proxy_for

S3 = "https://s3.eu-north-1.amazonaws.com"


@pytest.mark.parametrize(
    ("values", "environment", "expected"),
    [
        ({}, {}, None),
        ({"httpsProxy": "p"}, {}, "p"),
        ({"httpProxy": "h"}, {}, "h"),
        ({"httpProxy": "h", "httpsProxy": "p"}, {}, "p"),
        ({}, {"HTTPS_PROXY": "e"}, "e"),
        ({}, {"https_proxy": "e"}, "e"),
        ({"httpProxy": "h"}, {"HTTPS_PROXY": "e"}, "e"),
        ({"httpsProxy": "p"}, {"HTTPS_PROXY": "e"}, "p"),
        ({}, {"HTTP_PROXY": "e"}, None),
    ],
)
def test_settings_come_before_the_environment(
    values: dict[str, Any], environment: dict[str, str], expected: str | None
) -> None:
    """A proxy for HTTP is used for HTTPS too if it is a setting, as in the provider."""
    assert proxy_for(S3, values, environment) == expected


@pytest.mark.parametrize(
    ("url", "exceptions", "is_direct"),
    [
        (S3, "*", True),
        (S3, "amazonaws.com", True),
        (S3, ".amazonaws.com", True),
        (S3, "*.amazonaws.com", True),
        (S3, "other.example, S3.eu-north-1.amazonaws.com", True),
        (S3, "s3.eu-north-1.amazonaws.com:443", True),
        (S3, "s3.eu-north-1.amazonaws.com:80", False),
        (S3, "s3.eu-north-1.amazonaws.com:²", False),
        (S3, "aws.com", False),
        (S3, "", False),
        (S3, "10.0.0.0/8", False),
        ("http://10.1.2.3:9000", "10.0.0.0/8", True),
        ("http://10.1.2.3:9000", "10.1.2.3", True),
        ("http://10.1.2.3:9000", "10.1.2.3:9000", True),
        ("http://10.1.2.3:9000", "10.1.2.3:9001", False),
        ("http://10.1.2.3:9000", "11.0.0.0/8,example.com", False),
        ("http://[2001:db8::1]:9000", "2001:db8::/32", True),
        ("http://localhost:9000", "", True),
        ("http://127.0.0.1:9000", "", True),
    ],
)
def test_exceptions(url: str, exceptions: str, is_direct: bool) -> None:  # noqa: FBT001 - a table
    """Exceptions are domains with their subdomains, addresses, ranges and ports; loopback is always one."""
    proxy = proxy_for(url, {"httpProxy": "p", "noProxy": exceptions}, {})
    assert proxy == (None if is_direct else "p")
    assert proxy_for(url, {"httpProxy": "p"}, {"no_proxy": exceptions}) == proxy
