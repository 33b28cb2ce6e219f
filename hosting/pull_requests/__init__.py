"""Previews of pull requests on GitHub, and comments about them on GitLab: `python -m hosting.pull_requests`.

A pull request, also one of a fork, is built by a workflow without credentials, which uploads an artifact. Then a
workflow of the base branch publishes the artifact. It runs no code of the pull request, and has each fact from the
event or from GitHub's API: https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/

On GitLab, a job of the merge request's own pipeline publishes, and one without its code comments.
"""
