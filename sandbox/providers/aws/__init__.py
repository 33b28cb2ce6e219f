"""`pulumi-resource-aws` for the sandbox: the AWS types that a static website needs, on botocore.

- `service`: answers the engine; `responses`: builds its responses.
- `catalogue`: lists the resource types and data sources. Any other one is rejected.
- `resource`: the base class of every type.
- `configuration`, `credentials`, `aws_client`: the provider's own config, and requests to AWS with it.
- One module for each type, or for a few related ones: `bucket`, `bucket_object`, `cloudfront_distribution`, ...
- `*_checks`, `cloudfront_usage`: what AWS rejects and the emulator accepts, with AWS's codes.

Property names are those of pulumi-aws v7.
"""
