"""Bulk mode: the whole site is one resource, ``Release``, which this package publishes with its own requests.

Behind a distribution, the stages of a publish are, in their order (``publisher``):

1. read the pointer and the catalogue: which release is live, and which ones are in the bucket (``pointer``,
``catalogue``)
2. choose the release: the staged files, one to roll back to, or one of another stack (``target``, ``request``,
``rollback``, ``promotion``)
3. compare it with the live one, and count the changes and the bytes to send (``changes``, ``upload_plan``)
4. find what an interrupted publish has uploaded already (``resume``)
5. write to the catalogue what this publish adds
6. upload the objects, then the manifest (``upload``, ``manifests``, ``layout``)
7. write the tables and the pointer to the key value store: visitors get the release (``table``, ``switch``)
8. delete what no release needs any more (``cleanup``)

``release.js`` is the part of the function at the edge that reads the pointer and a table.

Without a distribution, ``in_place`` replaces the files where S3's website serves them.
"""
