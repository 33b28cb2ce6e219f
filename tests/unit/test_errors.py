"""The messages of errors."""

from __future__ import annotations

from hosting.errors import HostingError, for_stack


def test_commands_name_the_stack_that_the_message_is_about() -> None:
    """Without the option, a command would change the selected stack, which may be another."""
    message = "x: pulumi config set publish:directory dist, or pulumi config rm --stack dev publish:ignore"
    assert for_stack(message, "prod") == (
        "x: pulumi config set --stack prod publish:directory dist, or pulumi config rm --stack dev publish:ignore"
    )


def test_a_stack_name_is_inserted_as_it_is() -> None:
    """A backslash in it is not an escape of the pattern."""
    assert for_stack("pulumi config get publish:ignore", r"a\1") == r"pulumi config get --stack a\1 publish:ignore"


def test_a_message_can_always_be_printed() -> None:
    """Protobuf refuses an unpaired surrogate, and a terminal may stop at a NUL."""
    assert str(HostingError("a\ud800b\0c")) == r"a\ud800b\u0000c"
