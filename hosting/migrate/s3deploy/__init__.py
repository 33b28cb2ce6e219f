"""Sites that s3deploy uploads (https://github.com/bep/s3deploy): .s3deploy.yml, and the flags of its command."""
