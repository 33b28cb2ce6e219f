"""The patterns of files that are never published, unless a pattern of the user's includes them again."""

from __future__ import annotations

IGNORE_FILE = ".publishignore"

# Version control, files of desktops and editors, and secrets are never meant for visitors. Every other name that
# begins with a dot is published, because `.well-known` has to be.
NEVER_PUBLISHED = (
    ".git",
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".hg",
    ".svn",
    ".DS_Store",
    "._*",
    "Thumbs.db",
    "desktop.ini",
    "*~",
    "*.swp",
    "*.swo",
    ".#*",
    r"\#*#",
    ".env",
    ".env.*",
    f"/{IGNORE_FILE}",
)
