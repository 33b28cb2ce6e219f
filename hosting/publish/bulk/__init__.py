"""Bulk mode: the whole site as one resource, ``Release``, published with our own calls.

- ``layout``     which key holds what.
- ``records``    what the bucket remembers of its releases, and how that is written down.
- ``shared``     which files live in the prefix that all releases share.
- ``changes``    how many files a publish adds, changes and removes, and whether that is too many.
- ``key_checks``   files that bulk mode can't publish.
- ``base``, ``planning``   from what is held and what is wanted to what is sent. Pure.
- ``leftovers``, ``arrived``   what interrupted publishes have left behind: behind a distribution, and in place.
- ``tidying``    what goes at the end of a publish.
- ``signing``, ``put``, ``parallel``, ``bucket``   S3, lean.
- ``lock``, ``atomic``, ``in_place``   the publishers.
- ``note``, ``error_pages``   what visitors see.
- ``provider``, ``live``, ``bulk``, ``pointer``, ``edge_piece``   what is declared, and what the edge is told.
"""
