"""Bulk mode: the whole site is one resource, ``Release``, which this package publishes with its own requests.

Its words: the *pointer* is the value of the key value store that says which release visitors get; the *tables* are
values beside it that say which object each path of a release is; the *manifest* of a release is the same in the bucket,
with the headers; the *catalogue* lists the releases in the bucket.

Behind a distribution, ``publisher`` runs these stages in their order:

1. Read the pointer and the catalogue: which release is live, and which ones are in the bucket (``current``,
   ``pointer``, ``catalogue``).
2. Choose the release (``target``): the staged files, an earlier release (``rollback`` finds it), or a release of
   another stack (``promotion`` copies it). ``request`` has what the stack's config asks for.
3. Compare it with the live one, and count the changed files (``changes``).
4. Find what an interrupted publish has uploaded already (``resume``), plan the uploads that are left, and count the
   bytes to send (``upload_plan``). `pulumi preview` stops after this stage.
5. Write to the catalogue what this publish adds.
6. Upload the objects, then the manifest (``upload``, ``manifests``, ``layout``). A rollback has nothing to upload.
7. Write the tables, then the pointer, to the key value store: visitors get the release (``table``, ``switch``).
8. Delete what no release needs any more (``cleanup``).

The functions at the edge are ``release_function``: ``release.js`` finds the file of a path, ``releaseFiles.js`` reads a
table, ``releaseResponse.js`` sets headers. ``drift`` finds what a refresh of the resource has to repair.

Without a distribution, ``in_place`` replaces the files where S3's website serves them; ``in_place_resume`` finds what
an interrupted publish has uploaded. The bucket has the live release only, so there is no rollback.

A site can also be one branch or pull request of many (`previews:edge`): ``preview_site``, ``preview_base``,
``releasePreview.js``, ``marks`` and ``removal``. These have nothing to do with `pulumi preview`.
"""
