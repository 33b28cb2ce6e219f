"""The functions at the edge with as many rules as fit: their sizes, and their longest runs.

CloudFront stops a function after about 1 ms of compute. Node is not its runtime, so the times only show how far the
work is from that limit; `aws cloudfront test-function` measures the real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.domain.settings import DomainSettings
from hosting.edge.function_code import MAX_BYTES, FunctionPart, compose, compose_response, size_of
from hosting.edge.headers import headers_part
from hosting.edge.host_names import host_name_parts
from hosting.edge.password import password_part
from hosting.edge.redirects import redirects_part
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import router_part
from hosting.errors import EdgeError
from hosting.formats.headers.rules import HeaderRule
from hosting.formats.redirects.rules import Placeholder, Rule
from tests.unit.edge.runtime import EdgeRuntime, request_event, response_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_INDEX = "index.html"
_WARMING, _RUNS = 200, 2000
_MOST = 2000


def _settings(own: list[str]) -> DomainSettings:
    return DomainSettings.model_construct(names=tuple(own), validated=True)


_NAMES = _settings(["www.example.com", "example.com"])


def literal(count: int) -> FunctionPart:
    """Return redirects of one path each."""
    return redirects_part([_rule((f"/old/page-{number}",), f"/new/page-{number}") for number in range(count)])


def wild(count: int) -> FunctionPart:
    """Return redirects of a folder each, with a placeholder."""
    return redirects_part(
        [
            _rule((f"/old-{number}/", Placeholder("id"), "/", Placeholder("*")), f"/new-{number}/{{1}}/{{2}}")
            for number in range(count)
        ]
    )


def auto(count: int) -> FunctionPart:
    """Return the router `auto` for many pages in the form of the minority."""
    minority = [f"folder/number-{number}.html" for number in range(count)]
    return _router("auto", [*minority, *(f"{number}/{_INDEX}" for number in range(count))])


def pages(count: int) -> FunctionPart:
    """Return the router `pages` of a site with many files without an extension."""
    return _router("pages", [f"folder/file-{number}" for number in range(count)])


def _router(routing: str, keys: list[str]) -> FunctionPart:
    return router_part(routing, keys, RouteChoice(_INDEX).routes(keys))


def names(count: int) -> FunctionPart:
    """Return the redirect from the other host names to the first."""
    (part,) = host_name_parts(
        _settings(["www.example.com", *(f"name-{number}.example.com" for number in range(count))])
    )
    return part


def headers(count: int) -> FunctionPart:
    """Return headers for many folders."""
    rules = [HeaderRule(f"/folder-{number}/*", {"x-frame-options": "DENY"}) for number in range(count)]
    return headers_part(rules, RouteChoice(_INDEX).routes(()))


def _rule(source: tuple[str | Placeholder, ...], target: str) -> Rule:
    return Rule("bench", source, target, 301)


def largest(make: Callable[[int], FunctionPart], whole: Callable[[FunctionPart], str]) -> tuple[int, str]:
    """Return the largest number of entries that fit, and the code with them."""
    low, high = 1, _MOST
    while low < high:
        middle = (low + high + 1) // 2
        try:
            whole(make(middle))
            low = middle
        except EdgeError:
            high = middle - 1
    return low, whole(make(low))


def _request(part: FunctionPart) -> str:
    return compose([part])


def _behind_a_password(part: FunctionPart) -> str:
    return compose([password_part("preview", "a long password", "bench"), part])


def _whole(part: FunctionPart) -> str:
    return compose([*_before(), part, _router("pages", [f"folder/{_INDEX}"])])


def _before() -> list[FunctionPart]:
    return [password_part("preview", "a long password", "bench"), *host_name_parts(_NAMES)]


def _response(part: FunctionPart) -> str:
    return compose_response([part])


def cases() -> Iterator[tuple[str, Callable[[int], FunctionPart], Callable[[FunctionPart], str], dict[str, Any]]]:
    """Yield each case: its name, the functions that make the part and the code, and the event with the longest run."""
    nowhere = request_event("/no/such/page/" + "x" * 200, {"q": "x" * 200})
    yield "redirects, one path each", literal, _request, nowhere
    yield "redirects, wildcards", wild, _request, nowhere
    yield "auto, pages of the less frequent form", auto, _request, nowhere
    yield "pages, files without extension", pages, _request, request_event("/no/such/page/")
    yield (
        "a password, and redirects",
        literal,
        _behind_a_password,
        _allowed(request_event("/no/such/page/" + "x" * 200)),
    )
    yield "host names that redirect to the first", names, _request, request_event("/", headers={"host": "x.example"})
    everything = _allowed(request_event("/no/such/page/" + "x" * 200, {"q": "x" * 200}))
    yield "all of them, and redirects", literal, _whole, everything
    yield "headers by folder", headers, _response, response_event("/no/such/page/" + "x" * 200)


def _allowed(event: dict[str, Any]) -> dict[str, Any]:
    event["request"]["headers"]["authorization"] = {"value": "Basic cHJldmlldzphIGxvbmcgcGFzc3dvcmQ="}
    return event


def main() -> None:
    """Print a line for each case; the 99th percentile excludes Node's pauses."""
    print(f"{'table':36} {'entries':>7} {'bytes':>6} of {MAX_BYTES}   in node: 99 of 100 within, longest run")
    with EdgeRuntime() as edge:
        for name, make, whole, event in cases():
            count, code = largest(make, whole)
            edge.load(code)
            edge.run(*[event] * _WARMING)
            taken = sorted(edge.microseconds(*[event] * _RUNS))
            print(f"{name:36} {count:7} {size_of(code):6} {taken[int(_RUNS * 0.99)]:27.1f} us {taken[-1]:12.1f} us")


if __name__ == "__main__":
    main()
