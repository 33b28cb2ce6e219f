"""The bucket and what makes it a website. Its rules for paths become pieces of the edge's functions."""
