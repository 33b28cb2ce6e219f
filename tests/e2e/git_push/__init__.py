"""What Pulumi Deployments does on a git push, done here: a hook of a bare repository that deploys what is connected."""
