"""Which AWS calls a command makes, and whether a policy allows them."""
