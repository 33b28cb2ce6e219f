"""The error of a site that can't be verified."""

from hosting.errors import HostingError


class VerifyError(HostingError):
    """The site can't be verified; the message says what to type next."""
