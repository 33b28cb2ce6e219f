"""Basic authentication at the edge, and its settings."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.config.load import RawConfig, load_settings
from hosting.edge.password import password_part
from hosting.errors import ConfigError
from tests.unit.edge.runtime import request_event

if TYPE_CHECKING:
    from tests.unit.edge.runtime import EdgeRuntime

SITE = password_part("preview", "correct horse", "static-site-prod")


def basic(username: str, password: str) -> str:
    """Return the Authorization header that a browser sends."""
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


def problems(secret: frozenset[str] = frozenset({"access:password"}), **values: str) -> str:
    """Return the error message for invalid `access:` settings on a stack with CloudFront."""
    config = {f"access:{key}": value for key, value in values.items()}
    with pytest.raises(ConfigError) as caught:
        load_settings(RawConfig("prod", config, secret), {"AWS_REGION": "eu-central-1"})
    return str(caught.value)


def test_who_knows_the_password_is_let_in(edge: EdgeRuntime) -> None:
    """With the right credentials the request continues without the header; the scheme ignores case."""
    for header in (basic("preview", "correct horse"), basic("preview", "correct horse").replace("Basic", "BASIC ")):
        answer = edge.request([SITE], request_event("/a", headers={"authorization": header}))
        assert (answer["uri"], "authorization" in answer["headers"]) == ("/a", False)


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic ", "Bearer abc", basic("preview", "wrong"), basic("other", "correct horse"), "Basic !!"],
)
def test_other_visitors_get_a_challenge(edge: EdgeRuntime, header: str | None) -> None:
    """No header, another scheme, or wrong credentials give a 401 with a challenge that is not cached."""
    event = request_event("/a", headers={} if header is None else {"authorization": header})
    answer = edge.request([SITE], event)
    assert answer["statusCode"] == 401
    assert answer["headers"]["www-authenticate"]["value"].startswith("Basic realm=")
    assert answer["headers"]["cache-control"]["value"] == "no-store"


@given(password=st.text(min_size=1, max_size=20), other=st.text(max_size=20))
def test_any_password(edge: EdgeRuntime, password: str, other: str) -> None:
    """For any password, only that password is accepted, and it is not in the code."""
    part = password_part("me", password, "site")
    right = edge.request([part], request_event("/", headers={"authorization": basic("me", password)}))
    wrong = edge.request([part], request_event("/", headers={"authorization": basic("me", other)}))
    assert "statusCode" not in right
    assert ("statusCode" in wrong) == (other != password)


def test_the_code_has_a_stable_salted_hash() -> None:
    """The password is not in the code, the same settings give the same code, and another site has another hash."""
    assert "correct" not in SITE.code
    assert b64encode(b"preview:correct horse").decode() not in SITE.code
    assert password_part("preview", "correct horse", "static-site-prod") == SITE
    other = password_part("preview", "correct horse", "static-site-dev")
    assert _hashes(SITE.code).isdisjoint(_hashes(other.code))


def _hashes(code: str) -> set[str]:
    line = next(line for line in code.splitlines() if line.startswith("const passwordData"))
    salt, found = json.loads(line.partition(" = ")[2].rstrip(";"))
    return {salt, found}


def test_settings_go_together() -> None:
    """A name without a password, and a password without a name, are refused."""
    assert "pulumi config set --stack prod --secret access:password" in problems(username="me")
    assert "'access:username' is required if password is set: " in problems(password="x")
    assert "must be printable, without a colon" in problems(username="a:b", password="x")


def test_the_password_is_a_secret() -> None:
    """A password in plain text is refused, and the message does not show it."""
    message = problems(secret=frozenset(), username="me", password="hunter2")
    command = "pulumi config set --stack prod --secret access:password"
    assert f"'access:password' is stored in plain text: {command}" in message
    assert "hunter2" not in message
    assert "hunter2" not in problems(secret=frozenset(), username="me", passwords="hunter2")
    assert "x" * 129 not in problems(secret=frozenset(), username="me", password="x" * 129)


def test_a_password_needs_cloudfront() -> None:
    """A password without CloudFront is refused, because an S3 website can't ask for one."""
    raw = RawConfig("dev", {"access:username": "me", "access:password": "x"}, frozenset({"access:password"}))
    with pytest.raises(ConfigError, match="'access:username' needs CloudFront"):
        load_settings(raw, {"AWS_REGION": "eu-central-1"})
