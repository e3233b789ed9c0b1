"""Files that appear whole or not at all, and that replace nothing unless asked.

Understood by Python 3.6 too, which login nodes have.
"""

import contextlib
import os
import stat
import tempfile

from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.reading import kind_of

# Of the name of a temporary file, which bears the whole name of the file as far as a file system takes it.
MOST_BYTES_OF_PREFIX = 100


def check_target(path, replace):
    """Refuses, before any work is done, what new_file would refuse after it. Raises BadInput."""
    path = os.fspath(path)
    try:
        _refuse_target(path, replace)
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise BadInput("cannot write {}: there is no folder {}: make it, or name another file".format(path, folder))
        with tempfile.NamedTemporaryFile(dir=folder, prefix=_prefix(path)):
            pass
    except OSError as error:
        raise BadInput("cannot write {}: {}".format(path, error.strerror or error)) from error


def _refuse_target(path, replace):
    """What is no plain file (a device, a pipe, a folder, a link to a missing file) is not replaced, even if it may be."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        return  # told as a missing folder
    if stat.S_ISLNK(found.st_mode):
        try:
            found = os.stat(path)
        except OSError as error:
            why = "to a missing file" if isinstance(error, FileNotFoundError) else "that cannot be followed ({})".format(error.strerror)
            raise BadInput("cannot write {}: it is a symbolic link {}: name another file".format(path, why)) from error
    kind = kind_of(found.st_mode)
    if kind:
        raise BadInput("cannot write {}: it is {}: name a file".format(path, kind))
    if not replace:
        raise _exists(path)


def _exists(path):
    return BadInput("{} already exists: name another file, or replace it with --force".format(path))


@contextlib.contextmanager
def new_file(path, replace=False, executable=False):
    """Yields a binary file to write into. At its end, what was written appears under the name `path`.

    Until then it has a name of its own in the same folder, so that nobody reads half of it, and two that write the same file do
    not meet. If anything goes wrong, it is removed. A link is replaced, not followed. Raises BadInput where `path` exists and is
    not to be replaced, FailedUnderWay where it cannot be written.
    """
    path = os.fspath(path)
    temporary = None
    try:
        _refuse_target(path, replace)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=_prefix(path))
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # Some file systems know no rights.
        with contextlib.suppress(OSError):
            os.chmod(temporary, (0o777 if executable else 0o666) & ~_umask())
        if replace or not _link(temporary, path):
            os.replace(temporary, path)
            temporary = None
        _keep_name(path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise FailedUnderWay("cannot write {}: {}".format(path, error.strerror or error)) from error
    finally:
        if temporary is not None:
            # What went wrong before is what is told.
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def write_text(path, text, replace=False, executable=False):
    """Writes a text file as new_file does."""
    with new_file(path, replace, executable) as file:
        file.write(text.encode("utf-8"))


def make_folder(path):
    """Makes a folder, and those above it; one that is there is taken. Raises FailedUnderWay."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise FailedUnderWay("cannot make the folder {}: {}".format(path, error.strerror or error)) from error


def _prefix(path):
    name = os.fsencode(os.path.basename(path))[:MOST_BYTES_OF_PREFIX]
    return os.fsdecode(b"." + name + b".")


def _link(temporary, path):
    """Gives the file its name too, if there is none of that name. False where the file system knows no links."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        return False
    return True


def _keep_name(path):
    """A machine that fails now loses the name no more, as far as the file system can promise that."""
    with contextlib.suppress(OSError):
        folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
