"""What things cost: `make bench` runs them."""
