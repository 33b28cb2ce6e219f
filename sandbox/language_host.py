"""`pulumi-language-python`: what the engine asks to run a Python program, over gRPC.

The official host is a Go module that no registry serves; this one answers the same calls, for programs that use the
`virtualenv` option or the Python of the environment. It starts at every `pulumi` command, so it imports little.
It never runs the program in its own process: the SDK's `pulumi-language-python-exec` does, in a child.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2, plugin_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from google.protobuf.message import Message

# The SDK's script exits with this after it has shown the user an error: the engine adds nothing to it.
_ERROR_ALREADY_SHOWN = 32
_ORPHAN_CHECK_S = 2.0
_LIST_PACKAGES = (
    "import importlib.metadata as m, json; "
    "print(json.dumps(sorted({(d.name, d.version) for d in m.distributions() if d.name})))"
)
_FIXED_ANSWERS: dict[str, tuple[type[Message], Callable[..., Message]]] = {
    "Handshake": (language_pb2.LanguageHandshakeRequest, lambda *_: language_pb2.LanguageHandshakeResponse()),
    "GetPluginInfo": (empty_pb2.Empty, lambda *_: plugin_pb2.PluginInfo(version="1.0.0")),
    # `pulumi new` asks for no toolchain: a template names the one that it needs.
    "RuntimeOptionsPrompts": (
        language_pb2.RuntimeOptionsRequest,
        lambda *_: language_pb2.RuntimeOptionsResponse(),
    ),
    "Template": (language_pb2.TemplateRequest, lambda *_: language_pb2.TemplateResponse()),
}


class VirtualenvError(Exception):
    """Pulumi.yaml's `virtualenv` option names a folder that has no Python; says how to make it."""


class LanguageHost:
    """The service. `script` is the SDK's program runner, `engine_address` where the program sends its messages."""

    def __init__(self, script: Path, engine_address: str) -> None:
        self._script = script
        self._engine_address = engine_address
        self._programs: set[subprocess.Popen[bytes]] = set()

    def run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end. Its output is ours, and ours is what the engine displays."""
        try:
            command = self.command_line(request)
            environment = program_environment(request)
        except VirtualenvError as error:
            return language_pb2.RunResponse(error=str(error))
        with subprocess.Popen(command, cwd=request.info.program_directory, env=environment) as program:
            self._programs.add(program)
            # The engine gives up on a call when it is interrupted: the program has nobody left to talk to.
            context.add_callback(program.kill)
            code = program.wait()
            self._programs.discard(program)
        return run_response(code)

    def command_line(self, request: language_pb2.RunRequest) -> list[str]:
        """The program runner's arguments for this run.

        Raises:
            VirtualenvError: the program's virtualenv does not exist.
        """
        arguments = {
            "monitor": request.monitor_address,
            "engine": self._engine_address,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.info.program_directory,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        flags = [part for name, value in arguments.items() if value for part in (f"--{name}", value)]
        # -u: what the program prints is seen when it prints it, also when it is killed.
        python = [program_python(request.info), "-u", str(self._script)]
        return [*python, *flags, request.info.entry_point or ".", *request.args]

    def cancel(self, _request: Message, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End the running programs."""
        for program in list(self._programs):
            program.kill()
        return empty_pb2.Empty()

    def install_dependencies(
        self, request: language_pb2.InstallDependenciesRequest, _context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Install requirements.txt into the program's virtualenv, made first if need be, streaming pip's output."""
        for command in _installing(request.info, request.directory):
            yield from _streamed(command, request.directory)

    def get_required_packages(
        self, request: language_pb2.GetRequiredPackagesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Tell none: plugins are found when a resource first asks for one.

        The first call before a program runs. As the official host, it makes a virtualenv that is missing or empty:
        https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/python/toolchain/pip.go
        """
        virtualenv = _virtualenv(request.info)
        if virtualenv is not None and not any(virtualenv.glob("*")):
            for command in _installing(request.info, request.info.program_directory):
                for answer in _streamed(command, request.info.program_directory):
                    print(answer.stdout.decode(errors="replace"), end="", flush=True)
        return language_pb2.GetRequiredPackagesResponse()

    def about(self, request: language_pb2.AboutRequest, _context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Which Python the program runs with."""
        python = program_python(request.info)
        return language_pb2.AboutResponse(executable=python, version=_answer([python, "--version"]).split()[-1])

    def get_program_dependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """All packages that the program could import."""
        packages = json.loads(_answer([program_python(request.info), "-c", _LIST_PACKAGES]))
        found = [language_pb2.DependencyInfo(name=name, version=version) for name, version in packages]
        return language_pb2.GetProgramDependenciesResponse(dependencies=found)

    def attach(self, server: grpc.Server) -> None:
        """Serve these calls; to any other the engine hears UNIMPLEMENTED, which it knows how to take."""
        pb = language_pb2
        unary: dict[str, tuple[type[Message], Callable[..., Message]]] = {
            **_FIXED_ANSWERS,
            "Run": (pb.RunRequest, self.run),
            "About": (pb.AboutRequest, self.about),
            "GetProgramDependencies": (pb.GetProgramDependenciesRequest, self.get_program_dependencies),
            "GetRequiredPackages": (pb.GetRequiredPackagesRequest, self.get_required_packages),
            "Cancel": (empty_pb2.Empty, self.cancel),
        }
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(call, kind.FromString, _to_bytes)
            for name, (kind, call) in unary.items()
        }
        handlers["InstallDependencies"] = grpc.unary_stream_rpc_method_handler(
            self.install_dependencies, pb.InstallDependenciesRequest.FromString, _to_bytes
        )
        service = grpc.method_handlers_generic_handler("pulumirpc.LanguageRuntime", handlers)
        server.add_generic_rpc_handlers((service,))


def run_response(code: int) -> language_pb2.RunResponse:
    """What the program's exit code means to the engine."""
    if code == 0:
        return language_pb2.RunResponse()
    if code == _ERROR_ALREADY_SHOWN:
        return language_pb2.RunResponse(bail=True)
    if code < 0:
        return language_pb2.RunResponse(error=f"Program was ended by signal {-code}")
    return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {code}")


def program_environment(request: language_pb2.RunRequest) -> dict[str, str]:
    """Our environment, with the stack's config for the SDK and the virtualenv, if any, in front on PATH."""
    environment = dict(os.environ)
    environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
    environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
    virtualenv = _virtualenv(request.info)
    if virtualenv is not None:
        environment["VIRTUAL_ENV"] = str(virtualenv)
        environment["PATH"] = f"{virtualenv / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
        environment.pop("PYTHONHOME", None)
    return environment


def program_python(info: language_pb2.ProgramInfo) -> str:
    """The Python that the program runs with.

    Raises:
        VirtualenvError: the `virtualenv` option names a folder without one.
    """
    virtualenv = _virtualenv(info)
    if virtualenv is None:
        return _ambient_python()
    if not _python_in(virtualenv).exists():
        raise VirtualenvError(
            f"The 'virtualenv' option in Pulumi.yaml names {virtualenv}, which is not a virtual environment. "
            f"Make it: python3 -m venv {virtualenv} && {_python_in(virtualenv)} -m pip install -r requirements.txt"
        )
    return str(_python_in(virtualenv))


def _virtualenv(info: language_pb2.ProgramInfo) -> Path | None:
    option = MessageToDict(info.options).get("virtualenv")
    return Path(info.root_directory) / option if option else None


def _python_in(virtualenv: Path) -> Path:
    return virtualenv / "bin" / "python"


def _ambient_python() -> str:
    return os.environ.get("PULUMI_PYTHON_CMD") or shutil.which("python3") or sys.executable


def _installing(info: language_pb2.ProgramInfo, directory: str) -> Iterator[list[str]]:
    """Yield the commands that install the program's requirements, into its virtualenv if it has one."""
    requirements, virtualenv = Path(directory) / "requirements.txt", _virtualenv(info)
    if virtualenv is not None and not _python_in(virtualenv).exists():
        yield [_ambient_python(), "-m", "venv", str(virtualenv)]
    if requirements.exists():
        python = _ambient_python() if virtualenv is None else str(_python_in(virtualenv))
        yield [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", str(requirements)]


def _answer(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _streamed(command: list[str], cwd: str) -> Iterator[language_pb2.InstallDependenciesResponse]:
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout or ():
            yield language_pb2.InstallDependenciesResponse(stdout=line)
    if process.returncode != 0:
        raise RuntimeError(f"`{' '.join(command)}` failed with exit code {process.returncode}")


def _to_bytes(message: Message) -> bytes:
    return message.SerializeToString()


def main(script: str, *engine_arguments: str) -> None:
    """Serve until the engine interrupts us, which is how it ends its plugins, or is gone."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    host = LanguageHost(Path(script), engine_arguments[-1])
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=[("grpc.max_receive_message_length", -1)])
    host.attach(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    engine = os.getppid()
    while not stop.wait(_ORPHAN_CHECK_S) and os.getppid() == engine:
        pass
    server.stop(grace=None)
    # As the providers do: the engine waits, and there is nothing to be saved.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
