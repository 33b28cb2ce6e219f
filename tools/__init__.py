"""Scripts of `make`, and the smoke test on AWS."""
