"""What an anonymous visitor may read, by a bucket's policy and public access block.

Access control lists are left out: new buckets are BucketOwnerEnforced, which disables them
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Statement = Mapping[str, Any]
READ_ACTION = "s3:GetObject"


@dataclass(frozen=True)
class AnonymousAccess:
    """The access of a visitor without credentials.

    A bucket without a public access block configuration counts as unrestricted, as on AWS after the configuration was
    deleted. On AWS a *new* bucket has all four blocks on. The emulator reports the same "no configuration" for a new
    bucket and for a deleted configuration, so the gateway cannot distinguish them.

    Attributes:
        statements: of the bucket's policy.
        restricted: RestrictPublicBuckets is on, so the policy's public grants do not apply
            (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).
    """

    statements: tuple[Statement, ...] = ()
    restricted: bool = False

    def may_read_any(self) -> bool:
        """Return whether the bucket is public: whether some object can be read."""
        return not self.restricted and any(map(_grants, self.statements))

    def may_read(self, bucket: str, key: str) -> bool:
        """Return whether this object can be read if it exists."""
        arn = f"arn:aws:s3:::{bucket}/{key}"
        matching = [statement for statement in self.statements if _matches_resource(statement, arn)]
        return not self.restricted and any(map(_grants, matching)) and not any(map(_denies, matching))


def access_from_policy(policy: str, *, restricted: bool) -> AnonymousAccess:
    """Return the access that a policy document grants; an empty text is no policy."""
    if not policy:
        return AnonymousAccess(restricted=restricted)
    return AnonymousAccess(tuple(_as_list(json.loads(policy).get("Statement"))), restricted=restricted)


def _grants(statement: Statement) -> bool:
    """Return whether a statement allows everyone to read.

    A statement with a condition does not count: a 403 here is better than a file that is public on AWS by accident.
    """
    return (
        statement.get("Effect") == "Allow"
        and _names_everyone(statement.get("Principal"))
        and _matches_read(statement)
        and not statement.get("Condition")
    )


def _denies(statement: Statement) -> bool:
    """Return whether a statement denies everyone to read; for the same reason a condition counts as fulfilled."""
    applies = "NotPrincipal" in statement or _names_everyone(statement.get("Principal"))
    return statement.get("Effect") == "Deny" and applies and _matches_read(statement)


def _names_everyone(principal: object) -> bool:
    """Return whether a principal is `"*"` or `{"AWS": "*"}`, which include anonymous visitors.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if isinstance(principal, Mapping):
        return "*" in _as_list(principal.get("AWS"))
    return principal == "*"


def _matches_read(statement: Statement) -> bool:
    return _element_matches(statement, "Action", READ_ACTION, re.IGNORECASE)


def _matches_resource(statement: Statement, arn: str) -> bool:
    return _element_matches(statement, "Resource", arn, re.NOFLAG)


def _element_matches(statement: Statement, element: str, value: str, flags: re.RegexFlag) -> bool:
    excluded = f"Not{element}"
    if excluded in statement:
        return not any(_matches(pattern, value, flags) for pattern in _as_list(statement[excluded]))
    return any(_matches(pattern, value, flags) for pattern in _as_list(statement.get(element)))


def _matches(pattern: str, value: str, flags: re.RegexFlag) -> bool:
    """Only `*` and `?` are special in a policy; fnmatch would interpret brackets too."""
    wildcards = {"*": ".*", "?": "."}
    expression = "".join(wildcards.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(expression, value, flags | re.DOTALL) is not None


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401 - JSON: one item or a list of them
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
