"""`<home>/bin/pulumi`: runs the real CLI, and undoes one of its effects in a git checkout.

With a file backend the CLI writes an `encryptionsalt` into Pulumi.<stack>.yaml, which git tracks. A later run with
Pulumi Cloud would then ask for a passphrase. The file needs the salt only if it has a `secure:` value. Otherwise this
module removes it again, and the CLI finds it in the stack's state (see `sandbox.environment`). The file's content
without the salt is kept in PULUMI_HOME, for when the last secret is removed, or when a killed command has left the
salt.

It runs with `python -I -S`, outside of the package, and imports next to nothing: every `pulumi` command waits for it.
"""

from __future__ import annotations

import os
import signal
import sys

_SALT = b"encryptionsalt:"
_EMPTY = (b"", b"{}")
_STACK_FILE = (".yaml", ".yml")
_FOLDER_OPTIONS = ("-C", "--cwd", "--dir")


def main() -> int:
    """Run the CLI named by the first argument with the other arguments; return its exit code."""
    engine, *arguments = sys.argv[1:]
    files = stack_configs(project_folder(arguments))
    before = {path: content_without_salt(path, content) for path, content in files.items()}
    code = _run(engine, arguments)
    # Read again: `pulumi new` creates the project.
    for path, after in stack_configs(project_folder(arguments)).items():
        cleaned = remove_salt(before.get(path), after)
        if cleaned != after:
            _write_or_delete(path, cleaned)
    return code


def remove_salt(before: bytes | None, after: bytes) -> bytes | None:
    """Return what a stack config should contain after a command; None: the file should not exist.

    Args:
        before: its content before the command, None if it did not exist.
        after: its content now.
    """
    added = _has_salt(after) and not (before and _has_salt(before))
    if not added or b"secure:" in after:
        return after
    rest = b"".join(line for line in after.splitlines(keepends=True) if not line.startswith(_SALT))
    if before is None:
        return None if rest.strip() in _EMPTY else rest
    if _comments(rest) <= _comments(before) and _same_settings(before, rest):
        return before
    # With the last setting the CLI removes all comments too.
    return rest if rest.strip() not in _EMPTY else b"".join(_leading_comments(before))


def content_without_salt(path: str, content: bytes) -> bytes:
    """Return a stack config's content before the sandbox added the salt, if that is known; else ``content``."""
    backup = _backup_file(path)
    if backup is None:
        return content
    if not _has_salt(content):
        if _read(backup) != content:
            os.makedirs(os.path.dirname(backup), exist_ok=True)  # noqa: PTH103, PTH120 - pathlib would triple the start-up time
            _write_or_delete(backup, content)
        return content
    saved = _read(backup)
    return saved if saved is not None and _is_salt_of_state(path, content) else content


def _backup_file(path: str) -> str | None:
    home = os.environ.get("PULUMI_HOME")
    return f"{home}/unsalted/{path.replace('/', '%')[-200:]}" if home else None


def _is_salt_of_state(path: str, content: bytes) -> bool:
    """Return whether the salt is that of the stack's state in this backend, and so the sandbox's own."""
    stacks = f"{os.environ.get('PULUMI_BACKEND_URL', '').removeprefix('file://')}/.pulumi/stacks"
    stack = path.rpartition("/")[2].removeprefix("Pulumi.").rpartition(".")[0]
    salts = [line.removeprefix(_SALT).strip() for line in content.splitlines() if line.startswith(_SALT)]
    projects = os.listdir(stacks) if os.path.isdir(stacks) else ()  # noqa: PTH112, PTH208 - the same
    states = [_read(f"{stacks}/{project}/{stack}.json") or b"" for project in projects]
    return any(salt in state for salt in salts for state in states)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the same
            return file.read()
    except OSError:
        return None


def _comments(content: bytes) -> set[bytes]:
    return {line.strip() for line in content.splitlines() if line.strip().startswith(b"#")}


def _leading_comments(content: bytes) -> list[bytes]:
    """Return the comments and empty lines at the start of a file."""
    lines = content.splitlines(keepends=True)
    ends = [number for number, line in enumerate(lines) if line.strip() and not line.startswith(b"#")]
    return lines[: ends[0]] if ends else lines


def project_folder(arguments: list[str]) -> str | None:
    """Return the folder of Pulumi.yaml: the working directory, the one that the arguments name, or one above it."""
    folder = os.path.abspath(_chosen_folder(arguments))  # noqa: PTH100 - pathlib would triple the start-up time
    while not any(os.path.exists(f"{folder}/Pulumi{suffix}") for suffix in _STACK_FILE):  # noqa: PTH110 - the same
        if folder == os.path.dirname(folder):  # noqa: PTH120 - the same
            return None
        folder = os.path.dirname(folder)  # noqa: PTH120 - the same
    return folder


def stack_configs(folder: str | None) -> dict[str, bytes]:
    """Return the content of each Pulumi.<stack>.yaml of a project."""
    found = {}
    for name in os.listdir(folder) if folder else ():  # noqa: PTH208 - pathlib would triple the start-up time
        if name.startswith("Pulumi.") and name.endswith(_STACK_FILE) and name.count(".") > 1:
            with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123 - the same
                found[f"{folder}/{name}"] = file.read()
    return found


def _chosen_folder(arguments: list[str]) -> str:
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name in _FOLDER_OPTIONS:
            return value or "".join(arguments[position + 1 : position + 2]) or "."
    return "."


def _run(engine: str, arguments: list[str]) -> int:
    # The CLI gets Ctrl-C itself, and decides what to do; unlike SIG_IGN, a handler is not inherited.
    signal.signal(signal.SIGINT, lambda *_: None)
    pid = os.posix_spawn(engine, [engine, *arguments], os.environ)
    signal.signal(signal.SIGTERM, lambda number, _: os.kill(pid, number))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code


def _has_salt(content: bytes) -> bool:
    return any(line.startswith(_SALT) for line in content.splitlines())


def _same_settings(before: bytes, after: bytes) -> bool:
    """Return whether two YAML files have the same content; the CLI writes other spaces and quotes than people do."""
    if before == after:
        return True
    # Only here: this interpreter was started without site-packages.
    import site  # noqa: PLC0415 - see above

    site.main()
    import yaml  # noqa: PLC0415 - see above

    # The CLI leaves out what is empty, such as `config: {}`.
    documents = [yaml.safe_load(content) or {} for content in (before, after)]
    old, new = ({key: value for key, value in document.items() if value} for document in documents)
    return bool(old == new)


def _write_or_delete(path: str, content: bytes | None) -> None:
    if content is None:
        os.unlink(path)  # noqa: PTH108 - pathlib would triple the start-up time
        return
    with open(path, "wb") as file:  # noqa: PTH123 - the same
        file.write(content)


if __name__ == "__main__":
    sys.exit(main())
