"""Runs MiniStack with what S3 and CloudFront do and it does not."""

import importlib
from types import ModuleType
from typing import Any

from sandbox.emulator import viewer_request as visits
from sandbox.emulator.access_log import Logs, with_logs
from sandbox.emulator.edge_cache import EdgeCache
from sandbox.emulator.patches import bucket_listing as origin
from sandbox.emulator.patches import custom_origin_connections as custom_origins
from sandbox.emulator.patches import edge_caching as caching
from sandbox.emulator.patches import host_precedence as hosts
from sandbox.emulator.patches.upload_checksums import with_checksums


def main() -> None:
    """Run it until it is stopped."""
    app = importlib.import_module("ministack.app")
    s3 = importlib.import_module("ministack.services.s3")
    mend_cloudfront(app, s3)
    hosts.install(app)
    s3.__dict__["_validate_content_md5"] = with_checksums(s3._validate_content_md5, s3._error)  # noqa: SLF001 - the place where MiniStack looks
    app.main()


def mend_cloudfront(app: ModuleType, s3: ModuleType) -> None:
    """Put `visits`, `caching` and `logs` where MiniStack tells which distribution a Host is for, and what it does."""
    cloudfront = importlib.import_module("ministack.services.cloudfront")
    custom_origins.install(cloudfront, importlib.import_module("ministack.core.responses").StreamingResponse)
    cache = EdgeCache()
    written = Logs(lambda bucket, key, body: s3._put_object(bucket, key, body, {}))  # noqa: SLF001 - see above
    own = app.__dict__
    own["_parse_cloudfront_dataplane_host"] = visits.with_aliases(own["_parse_cloudfront_dataplane_host"], cloudfront)
    change = cloudfront.__dict__
    change["parse_distribution_dataplane_config"] = visits.with_error_page_at_the_root(
        visits.without_functions_for_the_turned_away(change["parse_distribution_dataplane_config"])
    )
    visited = visits.with_visits(change["handle_viewer_request"], cloudfront)
    change["handle_viewer_request"] = with_logs(visited, cloudfront, written)
    patch_s3_origins(change, s3)
    change["_fetch_from_origin"] = visits.with_refusals(
        caching.with_cache(change["_fetch_from_origin"], cloudfront, cache)
    )
    change["_add_cloudfront_headers"] = caching.with_hits(change["_add_cloudfront_headers"])
    change["_create_invalidation"] = caching.with_forgetting(change["_create_invalidation"], cloudfront, cache)
    change["_build_function_event"] = visits.with_raw_queries(change["_build_function_event"])
    pool = cloudfront.cloudfront_js._pool  # noqa: SLF001 - the place where MiniStack looks
    pool.script = visits.with_raw_query_strings(pool.script)


def patch_s3_origins(cloudfront: dict[str, Any], s3: ModuleType) -> None:
    """Put `origin` where MiniStack's CloudFront asks S3; ``cloudfront`` has the globals of its module."""
    evaluator, actions = (importlib.import_module(f"ministack.core.iam_{name}") for name in ("evaluator", "actions"))
    cloudfront["_s3_object_key"] = origin.object_key
    cloudfront["_fetch_from_origin"] = origin.with_forwarded_query(cloudfront["_fetch_from_origin"])
    answers = s3.__dict__
    known = answers["serve_cloudfront_origin_fetch"]
    answers["serve_cloudfront_origin_fetch"] = origin.with_lists(known, origin.MiniStack(s3, evaluator, actions))


if __name__ == "__main__":
    main()
