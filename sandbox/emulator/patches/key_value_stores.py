"""MiniStack's key value stores are READY at once, their ARNs end with the name, and any function can have any of them.

CloudFront's ARNs end with the id, a store is PROVISIONING first, and an account has 200 of them:

- https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateKeyValueStore.html
- https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteKeyValueStore.html
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-associate.html
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-keyvaluestores
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.quotas import quota
from sandbox.emulator.store_settings import store_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack

READY, PROVISIONING = "READY", "PROVISIONING"
# In MiniStack's record of a store: when it was created, in seconds, by the clock of the settings.
CREATED_AT = "CreatedAt"


def install(ministack: MiniStack) -> None:
    """Replace the functions for stores, and for their associations with functions."""
    cloudfront, data = ministack.cloudfront, ministack.key_value_store_data
    replace(cloudfront, "_create_kvs", lambda original: with_id_in_arn(original, cloudfront))
    replace(cloudfront, "_build_kvs_xml", with_status)
    replace(cloudfront, "_list_kvstores", lambda _: list_pages(cloudfront))
    replace(cloudfront, "_delete_kvs", lambda original: without_association(original, cloudfront, data))
    replace(cloudfront, "_resolve_taggable_cloudfront_arn", lambda original: with_stores(original, cloudfront))
    replace(cloudfront, "_cf_parse_function_config", lambda original: with_checks(original, cloudfront))


def record_of(cloudfront: ModuleType, arn: str) -> dict[str, Any] | None:
    """Return MiniStack's record of a store of the current account."""
    return next((record for record in cloudfront._kvstores.values() if record["ARN"] == arn), None)


def status_of(record: Mapping[str, Any]) -> str:
    """Return the status of a store."""
    settings = store_settings()
    age = settings.now() - float(record.get(CREATED_AT, 0.0))
    return READY if age >= settings.provisioning_seconds else PROVISIONING


def with_id_in_arn(original: Callable[..., Any], cloudfront: ModuleType) -> Callable[..., Any]:
    """Return a function that creates a store by ``original`` unless the account has as many as the quota."""

    def create(headers: Mapping[str, str], body: bytes) -> Any:  # noqa: ANN401 - MiniStack's response
        if len(cloudfront._kvstores) >= quota("KeyValueStores"):
            message = "You have reached the maximum number of key value stores for this account."
            return cloudfront._error("EntityLimitExceeded", message, 400)
        status, found, content = original(headers, body)
        if "ETag" not in found:
            return status, found, content
        name = str(found["Location"]).rpartition("/")[2]
        record = cloudfront._kvstores[name]
        named = record["ARN"]
        record["ARN"] = f"{named.rpartition('/')[0]}/{record['Id']}"
        record[CREATED_AT] = store_settings().now()
        if named in cloudfront._tags:
            cloudfront._tags[record["ARN"]] = cloudfront._tags.pop(named)
        _, _, content = cloudfront._describe_kvs(name)
        return status, found, content

    return create


def with_status(original: Callable[..., None]) -> Callable[..., None]:
    """Return a function that writes a store's XML by ``original``, with its current status."""

    def build(parent: object, record: Mapping[str, Any]) -> None:
        original(parent, {**record, "Status": status_of(record)})

    return build


def list_pages(cloudfront: ModuleType) -> Callable[..., Any]:
    """Return a function that lists stores by name, 100 in a page by default; MiniStack lists only the first page.

    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListKeyValueStores.html
    """

    def list_stores(query: Mapping[str, Any]) -> Any:  # noqa: ANN401 - MiniStack's response
        marker, limit = cloudfront._qval(query, "Marker"), int(cloudfront._qval(query, "MaxItems") or 100)
        status = cloudfront._qval(query, "Status")
        records = sorted(cloudfront._kvstores.values(), key=lambda record: str(record["Name"]))
        rest = [each for each in records if each["Name"] > marker and status in ("", status_of(each))]

        def build(root: object) -> None:
            items = cloudfront.SubElement(root, "Items")
            for record in rest[:limit]:
                cloudfront._build_kvs_xml(cloudfront.SubElement(items, "KeyValueStore"), record)
            cloudfront.SubElement(root, "MaxItems").text = str(limit)
            cloudfront.SubElement(root, "Quantity").text = str(len(rest[:limit]))
            if len(rest) > limit:
                cloudfront.SubElement(root, "NextMarker").text = rest[limit - 1]["Name"]

        return cloudfront._xml_response("KeyValueStoreList", build)

    return list_stores


def without_association(original: Callable[..., Any], cloudfront: ModuleType, data: ModuleType) -> Callable[..., Any]:
    """Return a function that deletes a store with its data by ``original`` unless a function has it in any stage."""

    def delete(name: str, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - MiniStack's response
        arn = (cloudfront._kvstores.get(name) or {}).get("ARN")
        if any(arn in (function.get("live_body") or {}).get("kvs_arns", ()) for function in _functions(cloudfront)):
            message = "The key value store is associated with a published function and cannot be deleted."
            return cloudfront._error("CannotDeleteEntityWhileInUse", message, 409)
        response = original(name, headers)
        if name not in cloudfront._kvstores:
            data._stores.pop(arn, None)
        return response

    return delete


def with_stores(original: Callable[..., Any], cloudfront: ModuleType) -> Callable[..., Any]:
    """Return a function that finds what has tags by ``original``, and stores by their ARNs."""

    def resolve(arn: str) -> Any:  # noqa: ANN401 - MiniStack's response
        return (arn, None) if record_of(cloudfront, arn) else original(arn)

    return resolve


def with_checks(original: Callable[..., Any], cloudfront: ModuleType) -> Callable[..., Any]:
    """Return a function that reads a function's config by ``original``, and rejects stores that it can't have."""

    def parse(element: object) -> Any:  # noqa: ANN401 - MiniStack's pair of config and error
        config, error = original(element)
        reason = None if error else association_problem(cloudfront, config)
        return (None, cloudfront._error("InvalidArgument", reason, 400)) if reason else (config, error)

    return parse


def association_problem(cloudfront: ModuleType, config: Mapping[str, Any]) -> str | None:
    """Return why CloudFront rejects a function with the stores in its config, or None."""
    arns = config["kvs_arns"]
    if not arns:
        return None
    if len(arns) > 1:
        return "A function can be associated with only one key value store."
    if config["runtime"] != "cloudfront-js-2.0":
        return "Only functions with the runtime cloudfront-js-2.0 can have a key value store."
    record = record_of(cloudfront, arns[0])
    if record is None:
        return f"The key value store {arns[0]} was not found."
    if status_of(record) != READY:
        return f"The key value store {arns[0]} is not ready: its status is {status_of(record)}."
    return None


def _functions(cloudfront: ModuleType) -> list[dict[str, Any]]:
    return list(cloudfront._functions.values())
