"""`pulumi-resource-aws` for the sandbox: the few AWS types that a static website needs, on botocore.

- `service` answers the engine; `catalogue` lists the types and invokes it serves, everything else is refused.
- `configuration` is the provider's own config (region, keys, roles, endpoints); `cloud` makes the calls.
- one module a family: `bucket`, `bucket_settings`, `bucket_policy`, `objects`, `cloudfront_*`.

Property names are pulumi-aws v7's. Where the emulated cloud is laxer than AWS, the family refuses with AWS's code.
"""
