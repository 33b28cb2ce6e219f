"""Whether an anonymous visitor may read an object: a decision on a bucket's policy and public access block. Pure.

Access lists are left out on purpose: new buckets are BucketOwnerEnforced, which disables them
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Statement = Mapping[str, Any]
READ = "s3:GetObject"


@dataclass(frozen=True)
class Visitor:
    """What the bucket's policy says to someone without credentials.

    `restricted` is RestrictPublicBuckets: the policy's public grants don't count then
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).
    A bucket without any public access block configuration counts as unrestricted, as on AWS after the configuration
    was deleted. On AWS a *new* bucket has all four blocks on; the local cloud reports the same "no configuration" for
    a new bucket and for a deleted configuration, so the door can't tell them apart.
    """

    statements: tuple[Statement, ...] = ()
    restricted: bool = False

    def may_read_something(self) -> bool:
        """Tell whether the bucket is public at all: some object can be read."""
        return not self.restricted and any(map(_grants, self.statements))

    def may_read(self, bucket: str, key: str) -> bool:
        """Tell whether this object, if it exists, can be read."""
        arn = f"arn:aws:s3:::{bucket}/{key}"
        about = [statement for statement in self.statements if _is_about(statement, arn)]
        return not self.restricted and any(map(_grants, about)) and not any(map(_denies, about))


def visitor_of(policy: str, *, restricted: bool) -> Visitor:
    """Return the visitor that a policy document describes; the empty string is no policy."""
    if not policy:
        return Visitor(restricted=restricted)
    return Visitor(tuple(_listed(json.loads(policy).get("Statement"))), restricted=restricted)


def _grants(statement: Statement) -> bool:
    """Allow to everybody. A condition is never taken for fulfilled: better a 403 here than a leak there."""
    return (
        statement.get("Effect") == "Allow"
        and _names_everybody(statement.get("Principal"))
        and _is_read(statement)
        and not statement.get("Condition")
    )


def _denies(statement: Statement) -> bool:
    """Deny to everybody. A condition is taken for fulfilled, for the same reason."""
    to_visitor = "NotPrincipal" in statement or _names_everybody(statement.get("Principal"))
    return statement.get("Effect") == "Deny" and to_visitor and _is_read(statement)


def _names_everybody(principal: object) -> bool:
    """`"*"` and `{"AWS": "*"}` both mean anyone, anonymous visitors too.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if isinstance(principal, Mapping):
        return "*" in _listed(principal.get("AWS"))
    return principal == "*"


def _is_read(statement: Statement) -> bool:
    return _covers(statement, "Action", READ, re.IGNORECASE)


def _is_about(statement: Statement, arn: str) -> bool:
    return _covers(statement, "Resource", arn, re.NOFLAG)


def _covers(statement: Statement, element: str, value: str, flags: re.RegexFlag) -> bool:
    excluded = f"Not{element}"
    if excluded in statement:
        return not any(_like(pattern, value, flags) for pattern in _listed(statement[excluded]))
    return any(_like(pattern, value, flags) for pattern in _listed(statement.get(element)))


def _like(pattern: str, value: str, flags: re.RegexFlag) -> bool:
    """Only `*` and `?` are special in a policy; fnmatch would take brackets too."""
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, value, flags | re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON: one thing or a list of them
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
