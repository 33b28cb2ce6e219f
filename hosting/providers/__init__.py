"""The dynamic providers. Stacks' states refer to them by module and class."""
