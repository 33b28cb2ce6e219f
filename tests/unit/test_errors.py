"""How mistakes are told."""

from __future__ import annotations

from hosting.errors import for_stack


def test_commands_name_the_stack_that_the_message_is_about() -> None:
    """Without it, a command would change the selected stack, which may be another."""
    said = "x: pulumi config set publish:directory dist, or pulumi config rm --stack dev publish:ignore"
    assert for_stack(said, "prod") == (
        "x: pulumi config set --stack prod publish:directory dist, or pulumi config rm --stack dev publish:ignore"
    )
