"""Text that users write, parsed. Pure; knows no settings."""
