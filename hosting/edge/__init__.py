"""Everything that runs at CloudFront's edge, or is computed for it. Pure."""
