"""The command `python -m hosting.verify`: compares what visitors get with what the stack publishes.

The data flows one way:

    the stack (``stack``), or a manifest -> the answer to each path (``hosting.answers``) -> checks
    (``checks``, ``site_checks``, ``closed_checks``, ``bucket_checks``) -> answers (``http_client``, ``crawl``)
    -> differences (``comparison``) -> the report (``report``)

The expected answers come from the code that publishes: the manifest, the edge plan, and the rules.
"""
