"""Builds real sites, and compares what the program serves of them with each generator's own server: `make sites`."""
