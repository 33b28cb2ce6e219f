"""`<home>/bin/pulumi`: the real engine, except for one thing that it would do in a checkout.

On a file backend the engine writes `encryptionsalt` into Pulumi.<stack>.yaml, which git tracks. Left there, it would
make a later run on Pulumi Cloud ask for a passphrase. It is needed there only where the file holds a `secure:` value:
elsewhere it is taken out again, and the engine finds it in the stack's state (see `sandbox.environment`). What the
file held without it is kept in PULUMI_HOME, for when the last secret goes, or a killed command has left the salt.

Runs with `python -I -S`, outside of the package: it imports next to nothing, as each `pulumi` command pays for it.
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
    """Run the engine named by the first argument on the others; return its exit code."""
    engine, *arguments = sys.argv[1:]
    before = {path: unsalted(path, held) for path, held in stack_configs(project_folder(arguments)).items()}
    code = _run(engine, arguments)
    # Looked up again: `pulumi new` makes the project.
    for path, after in stack_configs(project_folder(arguments)).items():
        tidied = without_salt(before.get(path), after)
        if tidied != after:
            _put(path, tidied)
    return code


def without_salt(before: bytes | None, after: bytes) -> bytes | None:
    """What a stack config should hold once the engine is done; None: the file should not be there at all.

    `before` is what it held, None if it was not there.
    """
    added = _has_salt(after) and not (before and _has_salt(before))
    if not added or b"secure:" in after:
        return after
    rest = b"".join(line for line in after.splitlines(keepends=True) if not line.startswith(_SALT))
    if before is None:
        return None if rest.strip() in _EMPTY else rest
    if _comments(rest) <= _comments(before) and _same_meaning(before, rest):
        return before
    # With the last setting the engine takes out all comments too.
    return rest if rest.strip() not in _EMPTY else b"".join(_head(before))


def unsalted(path: str, held: bytes) -> bytes:
    """What a stack config that holds ``held`` was before the sandbox salted it, as far as is known."""
    kept = _kept(path)
    if kept is None:
        return held
    if not _has_salt(held):
        if _read(kept) != held:
            os.makedirs(os.path.dirname(kept), exist_ok=True)  # noqa: PTH103, PTH120 - pathlib would triple the start-up time
            _put(kept, held)
        return held
    before = _read(kept)
    return before if before is not None and _is_in_state(path, held) else held


def _kept(path: str) -> str | None:
    home = os.environ.get("PULUMI_HOME")
    return f"{home}/unsalted/{path.replace('/', '%')[-200:]}" if home else None


def _is_in_state(path: str, held: bytes) -> bool:
    """Whether the salt is that of this backend's stack, and so the sandbox's own."""
    stacks = f"{os.environ.get('PULUMI_BACKEND_URL', '').removeprefix('file://')}/.pulumi/stacks"
    stack = path.rpartition("/")[2].removeprefix("Pulumi.").rpartition(".")[0]
    salts = [line.removeprefix(_SALT).strip() for line in held.splitlines() if line.startswith(_SALT)]
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


def _head(content: bytes) -> list[bytes]:
    """The comments and empty lines with which a file begins."""
    lines = content.splitlines(keepends=True)
    ends = [number for number, line in enumerate(lines) if line.strip() and not line.startswith(b"#")]
    return lines[: ends[0]] if ends else lines


def project_folder(arguments: list[str]) -> str | None:
    """The folder of Pulumi.yaml, from the working directory or the one that the arguments name, upwards."""
    folder = os.path.abspath(_chosen_folder(arguments))  # noqa: PTH100 - pathlib would triple the start-up time
    while not any(os.path.exists(f"{folder}/Pulumi{suffix}") for suffix in _STACK_FILE):  # noqa: PTH110 - the same
        if folder == os.path.dirname(folder):  # noqa: PTH120 - the same
            return None
        folder = os.path.dirname(folder)  # noqa: PTH120 - the same
    return folder


def stack_configs(folder: str | None) -> dict[str, bytes]:
    """The content of each Pulumi.<stack>.yaml of a project."""
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
    # Ctrl-C reaches the engine by itself, which asks its user what to do; a handler, unlike SIG_IGN, is not inherited.
    signal.signal(signal.SIGINT, lambda *_: None)
    pid = os.posix_spawn(engine, [engine, *arguments], os.environ)
    signal.signal(signal.SIGTERM, lambda number, _: os.kill(pid, number))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code


def _has_salt(content: bytes) -> bool:
    return any(line.startswith(_SALT) for line in content.splitlines())


def _same_meaning(before: bytes, after: bytes) -> bool:
    """Whether two YAML files say the same; the engine writes with other spaces and quotes than people do."""
    if before == after:
        return True
    # Rare, so only now: this interpreter was started without site-packages.
    import site  # noqa: PLC0415 - see above

    site.main()
    import yaml  # noqa: PLC0415 - see above

    # The engine leaves out what is empty, such as `config: {}`.
    meanings = [yaml.safe_load(content) or {} for content in (before, after)]
    said, says = ({key: value for key, value in meaning.items() if value} for meaning in meanings)
    return bool(said == says)


def _put(path: str, content: bytes | None) -> None:
    if content is None:
        os.unlink(path)  # noqa: PTH108 - pathlib would triple the start-up time
        return
    with open(path, "wb") as file:  # noqa: PTH123 - the same
        file.write(content)


if __name__ == "__main__":
    sys.exit(main())
