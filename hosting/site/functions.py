"""The resources that make sure that CloudFront runs the declared code of the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.providers.published_functions import FunctionMarker, PublishedFunctions, PublishedFunctionsArgs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from hosting.cloudfront.functions import FunctionAssociation
    from hosting.edge.plan import EdgePlan
    from hosting.resource_names import ResourceNames


def function_marker(names: ResourceNames, edge: EdgePlan, opts: pulumi.ResourceOptions) -> FunctionMarker:
    """Declare the marker on which the functions must depend."""
    rules = [[part.name, part.code] for part in (*edge.request_parts, *edge.response_parts)]
    if edge.store_items:
        rules.append(sorted(edge.store_items))
    return FunctionMarker(names.logical("function-marker"), rules, opts, is_secret=edge.has_secret)


def published_functions(
    names: ResourceNames,
    functions: Sequence[FunctionAssociation],
    marker: FunctionMarker,
    opts: pulumi.ResourceOptions,
) -> PublishedFunctions:
    """Declare the comparison with what CloudFront runs; ``opts`` must depend on the functions."""
    args = PublishedFunctionsArgs(
        names=[one.function.name for one in functions],
        digests=[one.digest for one in functions],
        function_marker=marker.marker,
    )
    return PublishedFunctions(names.logical("published-functions"), args, opts)
