"""A git server on loopback, as a git host is for `pulumi new` and pip: `git http-backend` behind TLS."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from tests.repository import copy_files, repository_files

_SUBJECT = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
_IDENTITY = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")


class _Backend(BaseHTTPRequestHandler):
    """Hands each request to `git http-backend`."""

    def __init__(self, root: Path, *arguments: object) -> None:
        self._root = root
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server gives

    def do_GET(self) -> None:
        """Answer a request for refs or for an object."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a negotiation of what to send."""
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self._root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class GitServer:
    """Serves one bare repository with this package, under an address as of a git host: `https://<host>/<owner>/<name>`.

    Attributes:
        address: the repository's address.
        env: with it, git and the engine trust the server's certificate.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._work = folder / "work"
        self._bare = folder / "root/static-sites/hosting.git"
        self._bare.mkdir(parents=True)
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *_SUBJECT]
        subprocess.run([*request, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Backend, folder / "root"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"https://localhost:{self._server.server_port}/static-sites/hosting"
        trusted = folder / "trusted.pem"
        usual = ssl.get_default_verify_paths().cafile
        trusted.write_text((Path(usual).read_text() if usual else "") + certificate.read_text())
        self.env = {"GIT_SSL_CAINFO": str(trusted), "SSL_CERT_FILE": str(trusted), "GIT_TERMINAL_PROMPT": "0"}
        self._copy()

    def _copy(self) -> None:
        """Copy the repository's files, with this server as the public address, and without history."""
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self._bare), at=self._folder)
        published = ("hosting/", "template/", "pyproject", "README")
        copy_files([name for name in repository_files() if name.startswith(published)], self._work)
        self._git("init", "--quiet")

    def tag(self, version: str) -> None:
        """Commit the package as ``version``, and push its tag."""
        requirement = f"hosting @ git+{self.address}@v{version}\n"
        (self._work / "template/requirements.txt").write_text(requirement)
        constant = self._work / "hosting/version.py"
        constant.write_text(re.sub(r'VERSION = ".*"', f'VERSION = "{version}"', constant.read_text()))
        self._git("add", "--all")
        self._git(*_IDENTITY, "commit", "--quiet", "--message", version)
        self._git("tag", f"v{version}")
        self._git("push", "--quiet", str(self._bare), "HEAD:refs/heads/main", f"v{version}")

    def _git(self, *arguments: str, at: Path | None = None) -> None:
        subprocess.run(["git", *arguments], cwd=at or self._work, check=True)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
