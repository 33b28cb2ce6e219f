"""Bulk mode: the whole site is one resource, ``Release``, which this package publishes with its own requests.

Behind a distribution, the stages of a publish are, in their order (``publisher``):

1. read the pointer and the catalogue: which release is live, and which ones are in the bucket (``current``,
``pointer``, ``catalogue``)
2. choose the release: the staged files, one to roll back to, or one of another stack (``target``, ``request``,
``rollback``, ``promotion``). A rollback has the same stages as any publish, and nothing to upload
3. compare it with the live one, and count the changed files (``changes``)
4. resume: find what an interrupted publish has uploaded already (``resume``). Then plan the uploads, and count the
bytes to send; `pulumi preview` stops here (``upload_plan``)
5. write to the catalogue what this publish adds
6. upload the objects, then the manifest (``upload``, ``manifests``, ``layout``)
7. write the tables and the pointer to the key value store: visitors get the release (``table``, ``switch``)
8. delete what no release needs any more (``cleanup``)

The functions at the edge are ``release_function``: ``release.js`` finds the file of a path, ``releaseFiles.js`` reads a
table, ``releaseResponse.js`` sets headers. ``drift`` finds what a refresh repairs.

Without a distribution, ``in_place`` replaces the files where S3's website serves them, and ``in_place_resume``
resumes an interrupted upload. ``preview_site``, ``releasePreview.js``, ``marks`` and ``removal`` are for the previews
of branches and pull requests, which are sites, and not for `pulumi preview`.
"""
