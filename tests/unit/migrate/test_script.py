"""Amplify's commands as one build command."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hosting.migrate.amplify_hosting.script import build_script, variables_read


@pytest.mark.parametrize(
    ("commands", "folder", "text"),
    [
        (["npm run build"], ".", "npm run build"),
        (["npm run build"], "../my app", "cd '../my app' && npm run build"),
        (["npm ci", "npm run build"], "..", "cd ..\nnpm ci\nnpm run build"),
        (["cd web && npm ci", "npm run build"], ".", "cd web\nnpm ci\nnpm run build"),
        (['cd "a b" && npm ci', "ls"], ".", 'cd "a b"\nnpm ci\nls'),
        (['[ -f x ] && echo "$(y)"'], ".", '[ -f x ]\necho "$(y)"'),
        (["a & b && c", "d"], ".", "a & b && c || exit\nd"),
        (["(cd a && b)", "d"], ".", "(cd a && b)\nd"),
        (["a; b", "c\nd && e"], "x", "cd x\na\nb\nc\nd\ne"),
        (["a; if b; then c; fi"], ".", "a; if b; then c; fi"),
        (["if a && b; then c; fi", "d"], ".", "if a && b; then c; fi\nd"),
        (["# a note", "npm ci"], ".", "# a note\nnpm ci"),
        (["# a note"], ".", ""),
        ([], "..", ""),
        (["cat > .env <<END\nA=1\nEND"], "..", "cd ..\ncat > .env <<END\nA=1\nEND"),
    ],
)
def test_the_commands_are_one_script(commands: list[str], folder: str, text: str) -> None:
    """One command stays a line, several are a script; a list of commands that fails ends it."""
    assert build_script(commands, folder, "..", Path()).text == text


@pytest.mark.parametrize(
    ("commands", "text"),
    [
        (["cd web", "npm ci", "cd web/", "hugo"], "cd web\nnpm ci\nhugo"),
        (["cd web", "cd ..", "cd web", "hugo"], "cd web\ncd ..\ncd web\nhugo"),
        (["cd web", "cd app", "hugo"], "cd web\ncd app\nhugo"),
        (["cd web && npm ci", "cd web/ && hugo"], "cd web\nnpm ci\nhugo"),
        (["cd web && npm ci && cd ..", "cd web && hugo"], "cd web\nnpm ci\ncd ..\ncd web\nhugo"),
    ],
)
def test_a_folder_is_entered_once(commands: list[str], text: str) -> None:
    """Some files change to a folder in each phase; `cd` carries over, so the second one would fail."""
    script = build_script(commands, ".", ".", Path())
    assert script.text == text
    assert any("the same folder twice" in note for note in script.notes) == ("cd web/" in " ".join(commands))


@pytest.mark.parametrize(
    ("folder", "commands", "text"),
    [
        ("apps/web", ["cd ../.. && pnpm i", "cd ../.. && pnpm b"], "cd apps/web\ncd ../..\npnpm i\npnpm b"),
        ("apps/web", ["cd ..", "cd ..", "cd ../", "make"], "cd apps/web\ncd ..\ncd ..\ncd apps\nmake"),
        (".", ["cd a/b", "make", "cd ../..", "cd c", "cd .."], "cd a/b\nmake\ncd ../..\ncd c\ncd .."),
        ("web", ["cd ../api", "make", "cd ../web", "cd ../../x"], "cd web\ncd ../api\nmake\ncd ../web"),
        ("web", ["cd $HOME", "cd ../..", "make"], "cd web\ncd $HOME\ncd ../..\nmake"),
    ],
)
def test_no_command_leaves_the_repository(folder: str, commands: list[str], text: str) -> None:
    """Some files go up to the root in each phase; the second time it would be a folder outside of the repository."""
    assert build_script(commands, folder, ".", Path()).text == text


def ran(script: str, folder: Path) -> tuple[int, str]:
    """Return exit code and output of a script as the build runs it."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("first", ["false && true", "true && (exit 3)", "echo 'a' && false"])
def test_a_list_that_fails_ends_the_script(tmp_path: Path, first: str) -> None:
    """As on Amplify, where each command has to succeed."""
    code, out = ran(build_script([first, "echo after"], ".", ".", Path()).text, tmp_path)
    assert code != 0
    assert "after" not in out


@pytest.mark.parametrize(("has_nvm", "out"), [(True, "nvm use 20\n"), (False, "There is no nvm")])
def test_nvm_is_used_where_it_is(tmp_path: Path, out: str, has_nvm: bool) -> None:  # noqa: FBT001 - a parameter
    """Amplify's machine has nvm, which is a function of the shell; without it the build uses the installed Node."""
    if has_nvm:
        (tmp_path / ".nvm").mkdir()
        (tmp_path / ".nvm/nvm.sh").write_text('nvm() { echo "nvm $*"; }\n')
    script = build_script(["nvm use 20", "echo done"], ".", ".", Path())
    code, printed = ran(script.text, tmp_path)
    assert (code, printed.startswith(out), printed.endswith("done\n")) == (0, True, True)
    assert script.notes[0].startswith("The build switches to Node 20 with nvm")


def test_the_repositorys_folder_is_known(tmp_path: Path) -> None:
    """Amplify sets CODEBUILD_SRC_DIR to the repository's root."""
    (tmp_path / "infra").mkdir()
    commands = ["cd sub 2>/dev/null || true", 'basename "$CODEBUILD_SRC_DIR"']
    script = build_script(commands, "..", "..", Path())
    assert ran(script.text, tmp_path / "infra") == (0, f"{tmp_path.name}\n")
    assert variables_read(commands) == ()


def test_commands_of_amplifys_machine_are_dropped() -> None:
    """Commands that exist only there, or deploy the backend, are not run, and packages of the system are noted."""
    script = build_script(
        ["amplifyPush --simple", "envCache --set stackInfo ''", "yum install -y jq", "nvm install", "npm ci"],
        ".",
        ".",
        Path(),
    )
    assert script.dropped == ("amplifyPush --simple", "envCache --set stackInfo ''")
    assert script.notes[0].startswith("The build switches to Node with nvm")
    assert "installs packages of the system" in script.notes[1]


@pytest.mark.parametrize(
    ("command", "is_said"),
    [
        ("sudo tar -xf go.tar.gz", True),
        ("rm -rf /usr/bin/hugo", True),
        ("mv hugo /usr/local/bin/", True),
        ("rm -rf dist; echo /usr/bin/", False),
        ("export PATH=/usr/local/go/bin:$PATH", False),
    ],
)
def test_commands_that_change_the_system(command: str, is_said: bool) -> None:  # noqa: FBT001 - a parameter
    """They are for Amplify's machine, and would change that of the user."""
    notes = build_script([command], ".", ".", Path()).notes
    assert any("changes its folders" in note for note in notes) == is_said


def test_the_variables_that_are_read() -> None:
    """Variables that the commands set, and those of every shell, need no value."""
    commands = ["export A=1 && echo $A $HOME ${API_URL} $API_URL", "for f in *; do echo $f $1; done"]
    assert variables_read(commands) == ("API_URL",)


@pytest.mark.parametrize(
    ("command", "reads"),
    [
        ("API=$API npm run build", ("API",)),
        ("API=${API}", ("API",)),
        ('export API="${API}"', ("API",)),
        ("echo API=$API >> .env", ("API",)),
        ("API=$API_URL", ("API_URL",)),
        ("env | grep -e API_URL -e NEXT_PUBLIC_ >> .env.production", ("API_URL",)),
        ("printenv | egrep '^(API|KEY_2)=' | sort > .env", ("API", "KEY_2")),
        ("env && grep API x", ()),
        ("API=$API/v1", ()),
        ("export API=x\necho API=$API >> .env", ()),
    ],
)
def test_a_variable_that_is_set_to_itself(command: str, reads: tuple[str, ...]) -> None:
    """Such a command sets nothing, so the app in Amplify has the value."""
    assert variables_read([command]) == reads
