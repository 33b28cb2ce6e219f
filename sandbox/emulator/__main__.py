"""`python -m sandbox.emulator`: load MiniStack, install the patches, and run it until it is stopped."""

from sandbox.emulator import viewer_request
from sandbox.emulator.ministack import load
from sandbox.emulator.patches import (
    access_logs,
    alarm_descriptions,
    bucket_listing,
    copy_checksums,
    custom_origin_connections,
    custom_origin_headers,
    distribution_aliases,
    distribution_version,
    domain_conflicts,
    edge_caching,
    function_code,
    function_publishing,
    function_versions,
    geo_restrictions,
    get_request_bodies,
    host_precedence,
    invalidation_list,
    invalidation_paths,
    invalidation_quotas,
    key_value_store_data,
    key_value_store_functions,
    key_value_stores,
    object_content_types,
    object_keys,
    path_normalization,
    policy_simulation,
    query_strings,
    request_costs,
    request_threads,
    resource_quotas,
    root_error_page,
    service_quotas,
    signed_accounts,
    upload_checksums,
    viewer_headers,
)

# Where two patches wrap the same function, the later one runs first.
PATCHES = (
    request_costs,
    upload_checksums,
    copy_checksums,
    object_content_types,
    object_keys,
    resource_quotas,
    function_publishing,
    function_versions,
    custom_origin_connections,
    custom_origin_headers,
    query_strings,
    bucket_listing,
    edge_caching,
    invalidation_quotas,
    invalidation_list,
    invalidation_paths,
    get_request_bodies,
    path_normalization,
    viewer_headers,
    geo_restrictions,
    root_error_page,
    viewer_request,
    access_logs,
    distribution_aliases,
    distribution_version,
    host_precedence,
    domain_conflicts,
    policy_simulation,
    service_quotas,
    alarm_descriptions,
    key_value_stores,
    key_value_store_data,
    key_value_store_functions,
    request_threads,
    function_code,
    signed_accounts,
)


def main() -> None:
    """Run the emulator."""
    ministack = load()
    for patch in PATCHES:
        patch.install(ministack)
    ministack.app.main()


if __name__ == "__main__":
    main()
