"""Writes the stack's file and the other files; what exists with another content is replaced only with ``--force``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.accepted_settings import config_text
from hosting.migrate.findings import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hosting.migrate.stackfile import StackFile


@dataclass(frozen=True)
class Changes:
    """What is to be written.

    Attributes:
        stack_file: the stack's file as it is.
        written: the settings to write into it.
        files: the other files by their names in ``home``.
        home: the program's folder.
    """

    stack_file: StackFile
    written: Mapping[str, Any]
    files: Mapping[str, str]
    home: Path

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the stack's file does not have yet. A map of variables keeps those that it has."""
        config = self.stack_file.config
        merged = {
            key: {**config[key], **value} if key == ENVIRONMENT and isinstance(config.get(key), dict) else value
            for key, value in self.written.items()
        }
        return {
            key: value
            for key, value in merged.items()
            if key not in config or config_text(config[key]) != config_text(value)
        }

    def check_text(self) -> None:
        """Raise ValueError if a text can't be written, such as half a surrogate pair."""
        for text in (*self.files.values(), self.stack_file.with_values(self.settings) if self.settings else ""):
            text.encode()

    def refuse_to_replace(self) -> None:
        """Refuse to replace settings and files.

        Raises:
            HostingError: there are such; nothing was written.
        """
        conflicts = [*self._settings_that_differ(), *self._files_that_differ()]
        if conflicts:
            listed = "\n".join(f"  - {conflict}" for conflict in conflicts)
            raise HostingError(
                f"This would replace existing values; nothing was written:\n{listed}\n"
                "To replace them, add --force; to keep them, use another --stack"
            )

    def _settings_that_differ(self) -> Iterator[str]:
        config, name = self.stack_file.config, self.stack_file.path.name
        for key, value in self.settings.items():
            old = config.get(key)
            if key == ENVIRONMENT and isinstance(old, dict):
                # Their values are not shown.
                for variable in self.written[key]:
                    if variable in old and old[variable] != self.written[key][variable]:
                        yield f"'{key}.{variable}' has another value in {name}"
            elif key in config:
                yield f"'{key}' is {config_text(old)} in {name}, and {config_text(value)} in the project"

    def _files_that_differ(self) -> Iterator[str]:
        for name, text in self.files.items():
            path = self.home / name
            if path.exists() and path.read_bytes() != text.encode():
                yield f"'{name}' exists and would change"

    def write(self) -> None:
        """Write all files."""
        if self.settings:
            self.stack_file.write(self.settings)
        for name, text in self.files.items():
            (self.home / name).parent.mkdir(exist_ok=True)
            (self.home / name).write_text(text, encoding="utf-8", newline="")
