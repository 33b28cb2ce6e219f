"""The right answer to each path of a site, from its files and its rules. Pure.

settings + edge plan -> ``rules`` (which JSON can hold) -> ``cloudfront_site`` or ``s3_website`` -> ``expected``
"""
