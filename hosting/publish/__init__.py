"""Publishing: how the distribution folder becomes the published site."""
