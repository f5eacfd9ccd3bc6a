"""How a run ends that an error of the program ended."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

_HERE = str(Path(__file__).parent)


def end(error: BaseException) -> NoReturn:
    """Prints the error with its stack, innermost call last, and traps.

    Letting it through would trap too, and print it with words of the runtime's own behind it; the host shows the last
    lines of what was printed, and they are better the error's.
    """
    sys.stdout.flush()
    print(*words(error), sep="", end="", file=sys.stderr, flush=True)
    os.abort()


def words(error: BaseException) -> list[str]:
    """The traceback as Python has it, without the calls of this package that led to the probe, and with files named
    from the project's folder."""
    told = traceback.TracebackException.from_exception(error)
    while told.stack and told.stack[0].filename.startswith(_HERE):
        del told.stack[0]
    lines = [_from_folder(line) for line in told.format()]
    if isinstance(error, ImportError):
        lines.append("(imports stand at the top of a module: at run time a component has no files to import from)\n")
    return lines


def _from_folder(line: str) -> str:
    for folder in filter(None, sys.path):
        line = line.replace(f'File "{folder}/', 'File "')
    return line


# Whatever Python imports for it at its first use is imported now, when the component is built and there are files.
words(ImportError("tried"))
