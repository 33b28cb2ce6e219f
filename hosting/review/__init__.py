"""The review of a site before it is published: which URLs die, which links break, what changes, and what it weighs.

The data flows one way:

    the staged tree and its ``SiteRules`` (``request``), and the live release (``record``)
    -> what its pages contain (``pages``) -> findings (``lost_urls``, ``links``, ``weights``, ``rule_changes``)
    -> the result (``result``) -> lines for the preview, text, JSON, Markdown

The program declares the resource ``Review``, on which all that publishes depends. Its provider runs the review in each
preview, or in an update without a preview, and refuses the publish where `publish:gate` says so.
"""
