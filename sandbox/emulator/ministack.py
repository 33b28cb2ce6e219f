"""MiniStack's modules, and the one way to replace a function in them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import ModuleType

# A coroutine function that returns a response: status, headers and body; from an origin also the reason.
Handler: TypeAlias = "Callable[..., Awaitable[tuple[Any, ...]]]"


class MiniStack(NamedTuple):
    """The modules that are patched, or that the patches call.

    Attributes:
        app: the HTTP server, which chooses the service for a request.
        cloudfront: CloudFront's API, and the data plane that answers viewers.
        s3: S3's API.
        acm: ACM's API.
        iam: IAM's API.
        iam_evaluator: evaluates policies.
        iam_actions: names the action of a request to S3.
        responses: has the type of a streamed response.
        cloudwatch: CloudWatch's API.
        key_value_store_data: the data API of CloudFront's key value stores.
        router: reads the service, the region and the access key of a request.
    """

    app: ModuleType
    cloudfront: ModuleType
    s3: ModuleType
    acm: ModuleType
    iam: ModuleType
    iam_evaluator: ModuleType
    iam_actions: ModuleType
    responses: ModuleType
    cloudwatch: ModuleType
    key_value_store_data: ModuleType
    router: ModuleType


def load() -> MiniStack:
    """Import MiniStack."""
    return MiniStack(
        app=importlib.import_module("ministack.app"),
        cloudfront=importlib.import_module("ministack.services.cloudfront"),
        s3=importlib.import_module("ministack.services.s3"),
        acm=importlib.import_module("ministack.services.acm"),
        iam=importlib.import_module("ministack.services.iam"),
        iam_evaluator=importlib.import_module("ministack.core.iam_evaluator"),
        iam_actions=importlib.import_module("ministack.core.iam_actions"),
        responses=importlib.import_module("ministack.core.responses"),
        cloudwatch=importlib.import_module("ministack.services.cloudwatch"),
        key_value_store_data=importlib.import_module("ministack.services.cloudfront_keyvaluestore"),
        router=importlib.import_module("ministack.core.router"),
    )


def replace(module: ModuleType, name: str, wrapper: Callable[[Any], Any]) -> None:
    """Replace a function of MiniStack with what ``wrapper`` makes of it.

    Raises:
        AttributeError: this version of MiniStack has no such function.
    """
    setattr(module, name, wrapper(getattr(module, name)))


def cache_behavior(cloudfront: ModuleType, distribution: object, path: str) -> dict[str, Any]:
    """Return the cache behavior of a distribution for a normalized path, in MiniStack's form; empty if it has none."""
    config = cloudfront.parse_distribution_dataplane_config(distribution)
    behavior: dict[str, Any] | None = cloudfront._match_behavior(config, path)
    return behavior or {}
