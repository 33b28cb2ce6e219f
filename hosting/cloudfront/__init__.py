"""The distribution in front of the bucket. Knows nothing of files."""
