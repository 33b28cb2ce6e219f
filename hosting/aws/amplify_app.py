"""Reads an app of Amplify Hosting from AWS: the app, all of its branches, and its domain associations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.aws.session import aws_errors, client
from hosting.aws.settings import aws_settings
from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_app(app_id: str, region: str | None, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers of `GetApp`, `ListBranches` and `ListDomainAssociations`.

    Args:
        app_id: the app's id, such as ``d123``.
        region: the app's region; None for that of the environment.
        environment: the environment variables.

    Raises:
        HostingError: there is no region, or AWS refuses a request.
    """
    try:
        settings = aws_settings({"region": region} if region else {}, environment)
    except ValueError as error:
        raise HostingError("The app's region is unknown: add --region <region>, such as us-east-1") from error
    try:
        amplify = client("amplify", settings)
        return {
            "app": amplify.get_app(appId=app_id),
            "branches": {"branches": _all(amplify, "list_branches", "branches", app_id)},
            "domains": {"domainAssociations": _all(amplify, "list_domain_associations", "domainAssociations", app_id)},
            "app_id": app_id,
        }
    except aws_errors() as error:
        raise HostingError(
            f"AWS did not return the app '{app_id}' in {settings.region} ({error}): check --app-id, --region and your "
            "credentials (aws sts get-caller-identity), and run this again"
        ) from error


def _all(amplify: Any, operation: str, key: str, app_id: str) -> list[Any]:  # noqa: ANN401 - boto3 generates its clients
    """Return the elements of all pages."""
    return [item for page in amplify.get_paginator(operation).paginate(appId=app_id) for item in page[key]]
