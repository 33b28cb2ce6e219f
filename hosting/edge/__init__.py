"""The code that runs at CloudFront's edge, and everything that is computed for it. Pure."""
