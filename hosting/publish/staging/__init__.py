"""How a folder becomes a staged tree with a manifest. Pure."""
