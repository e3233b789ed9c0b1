"""Files that appear whole or not at all, and that replace nothing unless asked."""

import contextlib
import os
import tempfile
from pathlib import Path

from trafficbench_tools.errors import BadInput


def check_target(path, replace):
    """Refuses, before any work is done, what new_file would refuse after it. Raises BadInput."""
    path = Path(path)
    if path.is_dir():
        raise BadInput(f"{path} is a folder: name a file")
    if path.exists() and not replace:
        raise BadInput(f"{path} exists: name another file, or replace it with --force")
    if not path.parent.is_dir():
        raise BadInput(f"there is no folder {path.parent} to write {path.name} into")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."):
            pass
    except OSError as error:
        raise BadInput(f"cannot write into the folder {path.parent}: {error.strerror}") from error


@contextlib.contextmanager
def new_file(path, replace=False):
    """Yields a binary file to write into. At its end, what was written appears under the name `path`.

    Until then it has a name of its own in the same folder, so that nobody reads half of it. If anything goes wrong, it is
    removed. Raises BadInput where `path` exists and is not to be replaced, or cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        if replace or not _link(temporary, path):
            os.replace(temporary, path)
            temporary = None
    except FileExistsError as error:
        raise BadInput(f"{path} exists: name another file, or replace it with --force") from error
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def write_text(path, text, replace=False):
    """Writes a text file as new_file does."""
    with new_file(path, replace) as file:
        file.write(text.encode("utf-8"))


def _link(temporary, path):
    """Gives the file its name too, if there is none of that name. False where the file system knows no links."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(path) from None
        return False
    return True


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
