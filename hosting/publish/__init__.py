"""What is uploaded, how it is cached, and when the edge is told. Knows nothing of buckets or distributions."""
