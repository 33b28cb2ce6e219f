"""The Amplify CLI's hosting with S3 and CloudFront (Gen 1, category hosting/S3AndCloudFront)."""
