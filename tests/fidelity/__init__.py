"""`make fidelity`: Terraform's AWS provider and the sandbox's own on what the stacks of tests/program declare.

- `recorder`: a pytest plugin that records what the stacks of tests/program declare.
- `translation`: Pulumi's resources as Terraform's JSON.
- `changed_inputs`: another valid value for each property that the stacks set.
- `verdicts`: what both providers make of each change: nothing, an update or a replacement.
- `terraform`: finds Terraform and its provider, and runs them.
"""
