"""The steps of tools/aws-smoke.sh: a publish of each kind on AWS, and what only AWS can decide.

``stack`` runs the Pulumi CLI, ``edge`` asks the distribution, ``site`` writes the files, ``steps`` are the publishes,
``observations`` are the questions about CloudFront with the answers that docs/reliability.md has, and ``store``
measures how updates of a key value store arrive.
"""
