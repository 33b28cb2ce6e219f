"""`pulumi-language-python`: the gRPC service by which the engine runs a Python program.

The official host is a Go module that the Go proxy does not serve. This one answers the same calls, for programs with
the `virtualenv` option or with the environment's Python. It starts at every `pulumi` command, so it imports little.
The program runs in a child process, started by the SDK's `pulumi-language-python-exec`.
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

# The SDK's script exits with this code if it has already shown the error: the engine adds nothing.
_ERROR_ALREADY_SHOWN = 32
_ORPHAN_CHECK_S = 2.0
_LIST_PACKAGES = (
    "import importlib.metadata as m, json; "
    "print(json.dumps(sorted({(d.name, d.version) for d in m.distributions() if d.name})))"
)
_FIXED_RESPONSES: dict[str, tuple[type[Message], Callable[..., Message]]] = {
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
    """Pulumi.yaml's `virtualenv` option names a folder without a Python; the message says how to create it."""


class LanguageHost:
    """The service.

    Args:
        script: the SDK's program runner.
        engine_address: where the program sends its log messages.
    """

    def __init__(self, script: Path, engine_address: str) -> None:
        self._script = script
        self._engine_address = engine_address
        self._programs: set[subprocess.Popen[bytes]] = set()

    def run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end; its output goes to this process's output, which the engine shows."""
        try:
            command = self.command_line(request)
            environment = program_environment(request)
        except VirtualenvError as error:
            return language_pb2.RunResponse(error=str(error))
        with subprocess.Popen(command, cwd=request.info.program_directory, env=environment) as program:
            self._programs.add(program)
            # An interrupted engine ends the call: then nothing reads the program's messages any more.
            context.add_callback(program.kill)
            code = program.wait()
            self._programs.discard(program)
        return run_response(code)

    def command_line(self, request: language_pb2.RunRequest) -> list[str]:
        """Return the program runner's arguments for this run.

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
        # -u: output appears at once, also if the program is killed.
        python = [program_python(request.info), "-u", str(self._script)]
        return [*python, *flags, request.info.entry_point or ".", *request.args]

    def cancel(self, _request: Message, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Kill the running programs."""
        for program in list(self._programs):
            program.kill()
        return empty_pb2.Empty()

    def install_dependencies(
        self, request: language_pb2.InstallDependenciesRequest, _context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Install requirements.txt into the program's virtualenv, created first if needed, and stream pip's output."""
        for command in _install_commands(request.info, request.directory):
            yield from _run_streamed(command, request.directory)

    def get_required_packages(
        self, request: language_pb2.GetRequiredPackagesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Return no packages: plugins are found when a resource first needs one.

        The engine calls this before it runs a program. Like the official host, it creates the virtualenv if needed:
        https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/python/toolchain/pip.go
        """
        virtualenv = _virtualenv(request.info)
        if virtualenv is not None and not any(virtualenv.glob("*")):
            for command in _install_commands(request.info, request.info.program_directory):
                for output in _run_streamed(command, request.info.program_directory):
                    print(output.stdout.decode(errors="replace"), end="", flush=True)
        return language_pb2.GetRequiredPackagesResponse()

    def about(self, request: language_pb2.AboutRequest, _context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Return the Python that the program runs with."""
        python = program_python(request.info)
        return language_pb2.AboutResponse(executable=python, version=_output_of([python, "--version"]).split()[-1])

    def get_program_dependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Return all packages that the program could import."""
        packages = json.loads(_output_of([program_python(request.info), "-c", _LIST_PACKAGES]))
        found = [language_pb2.DependencyInfo(name=name, version=version) for name, version in packages]
        return language_pb2.GetProgramDependenciesResponse(dependencies=found)

    def attach(self, server: grpc.Server) -> None:
        """Serve these calls; the engine accepts UNIMPLEMENTED for any other."""
        pb = language_pb2
        unary: dict[str, tuple[type[Message], Callable[..., Message]]] = {
            **_FIXED_RESPONSES,
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
    """Return the response that the engine expects for the program's exit code."""
    if code == 0:
        return language_pb2.RunResponse()
    if code == _ERROR_ALREADY_SHOWN:
        return language_pb2.RunResponse(bail=True)
    if code < 0:
        return language_pb2.RunResponse(error=f"Program was ended by signal {-code}")
    return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {code}")


def program_environment(request: language_pb2.RunRequest) -> dict[str, str]:
    """Return the program's environment: the stack's config for the SDK, and the virtualenv, if any, first on PATH."""
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
    """Return the Python that the program runs with.

    Raises:
        VirtualenvError: the `virtualenv` option names a folder without one.
    """
    virtualenv = _virtualenv(info)
    if virtualenv is None:
        return _default_python()
    if not _python_in(virtualenv).exists():
        raise VirtualenvError(
            f"The 'virtualenv' option in Pulumi.yaml names {virtualenv}, which is not a virtual environment. "
            f"Create it: python3 -m venv {virtualenv} && {_python_in(virtualenv)} -m pip install -r requirements.txt"
        )
    return str(_python_in(virtualenv))


def _virtualenv(info: language_pb2.ProgramInfo) -> Path | None:
    option = MessageToDict(info.options).get("virtualenv")
    return Path(info.root_directory) / option if option else None


def _python_in(virtualenv: Path) -> Path:
    return virtualenv / "bin" / "python"


def _default_python() -> str:
    return os.environ.get("PULUMI_PYTHON_CMD") or shutil.which("python3") or sys.executable


def _install_commands(info: language_pb2.ProgramInfo, directory: str) -> Iterator[list[str]]:
    """Yield the commands that install the program's requirements, into its virtualenv if it has one."""
    requirements, virtualenv = Path(directory) / "requirements.txt", _virtualenv(info)
    if virtualenv is not None and not _python_in(virtualenv).exists():
        yield [_default_python(), "-m", "venv", str(virtualenv)]
    if requirements.exists():
        python = _default_python() if virtualenv is None else str(_python_in(virtualenv))
        yield [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", str(requirements)]


def _output_of(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _run_streamed(command: list[str], cwd: str) -> Iterator[language_pb2.InstallDependenciesResponse]:
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout or ():
            yield language_pb2.InstallDependenciesResponse(stdout=line)
    if process.returncode != 0:
        raise RuntimeError(f"`{' '.join(command)}` failed with exit code {process.returncode}")


def _to_bytes(message: Message) -> bytes:
    return message.SerializeToString()


def main(script: str, *engine_arguments: str) -> None:
    """Serve until the engine interrupts this process, which is how it ends plugins, or until the engine has ended."""
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
    # Like the providers: there is nothing to save, and the engine waits for the interpreter to exit.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
