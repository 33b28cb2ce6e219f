"""Previews: many small sites below one domain, on one distribution, bucket and key-value store.

The stack with `previews:domain` is the preview edge, which has all resources in AWS. A stack with `previews:edge` is a
preview: a release in the bucket of the edge, and a pointer in its store.
"""
