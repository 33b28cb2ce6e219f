"""Bulk mode: the whole site as one resource, ``Release``, published with our own calls.

- ``layout``     which key holds what.
- ``records``    what the bucket remembers of its releases, and how that is written down.
- ``shared``     which files live in the prefix that all releases share.
- ``changes``    how many files a publish adds, changes and removes, and whether that is too many.
- ``planning``   from what is held and what is wanted to what is sent. Pure.
- ``arrived``    what an interrupted publish has left behind. Pure.
- ``signing``, ``transfer``, ``sending``, ``store``   S3, lean.
- ``lock``, ``atomic``, ``in_place``, ``provider``, ``live``, ``edge_piece``   the publishers, and what is declared.
"""
