"""Reads many files in worker processes.

A worker is a new process, never a fork: the program's process has the threads of gRPC.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from hosting.review.examine import Content, Job, Options, examine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import IO

_Batch: TypeAlias = "tuple[Sequence[Job], list[Content]]"
# A worker takes some tenths of a second to start, in which this process reads this many files.
_FEW = 300
_BATCH = 250
_MOST_WORKERS = 8
_ENDED = "a worker process ended before it had read its files"


def read_files(
    jobs: Sequence[Job], options: Options, progress: Callable[[int, int], None]
) -> Iterator[tuple[Job, Content]]:
    """Yield what each file contains, in any order.

    Args:
        jobs: the files.
        options: what is the same for all files.
        progress: is called with the number of files that were read, and of all files.
    """
    if len(jobs) <= _FEW:
        yield from ((job, examine(job, options)) for job in jobs)
        return
    batches = [jobs[start : start + _BATCH] for start in range(0, len(jobs), _BATCH)]
    count = min(os.cpu_count() or 1, _MOST_WORKERS, len(batches))
    results: SimpleQueue[_Batch | BaseException] = SimpleQueue()
    with ThreadPoolExecutor(count) as threads:
        for number in range(count):
            threads.submit(_work, batches[number::count], options, results)
        for done in range(1, len(batches) + 1):
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            yield from zip(*result, strict=True)
            progress(min(done * _BATCH, len(jobs)), len(jobs))


def _work(batches: Sequence[Sequence[Job]], options: Options, results: SimpleQueue[_Batch | BaseException]) -> None:
    """Put what the files of each batch contain; one worker reads them."""
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "hosting.review.worker"]
    environment = {**os.environ, "PYTHONPATH": paths}
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as worker:  # noqa: S603 - our own module
            send, receive = _pipes(worker)
            _write(send, options)
            for batch in batches:
                _write(send, batch)
                results.put((batch, unpacked(json.loads(_line(receive)))))
            send.close()
    except BrokenPipeError:
        results.put(ChildProcessError(_ENDED))
    except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
        results.put(error)


def _pipes(worker: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if worker.stdin is None or worker.stdout is None:  # pragma: no cover - Popen was asked for both
        raise RuntimeError("a worker has no pipes")
    return worker.stdin, worker.stdout


def _line(stream: IO[bytes]) -> bytes:
    """Return the next line.

    Raises:
        ChildProcessError: the worker has ended without an answer.
    """
    line = stream.readline()
    if not line:
        raise ChildProcessError(_ENDED)
    return line


def _write(stream: IO[bytes], value: object) -> None:
    stream.write(json.dumps(value).encode() + b"\n")
    stream.flush()


def packed(contents: Sequence[Content]) -> dict[str, Any]:
    """Return contents with each text once, as a worker sends them."""
    numbers: dict[str, int] = {}
    rows = [[*_fields(content), *(_numbered(texts, numbers) for texts in _lists(content))] for content in contents]
    return {"texts": list(numbers), "rows": rows}


def _fields(content: Content) -> tuple[str, str, int, str]:
    return (content.title, content.canonical, content.sent, content.unread)


def _lists(content: Content) -> tuple[list[str], ...]:
    return (content.links, content.anchors, content.styles, content.scripts, content.images)


def _numbered(texts: Sequence[str], numbers: dict[str, int]) -> list[int]:
    return [numbers.setdefault(text, len(numbers)) for text in texts]


def unpacked(value: dict[str, Any]) -> list[Content]:
    """Return what ``packed`` was given."""
    texts: list[str] = value["texts"]
    contents = []
    for title, canonical, sent, unread, *lists in value["rows"]:
        links, anchors, styles, scripts, images = ([texts[number] for number in numbers] for numbers in lists)
        contents.append(Content(title, canonical, links, anchors, styles, scripts, images, sent, unread))
    return contents
