"""The distribution in front of the bucket, with its functions, policies, logs and alarm."""
