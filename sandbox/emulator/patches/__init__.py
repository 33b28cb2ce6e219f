"""The places in MiniStack that are replaced."""
