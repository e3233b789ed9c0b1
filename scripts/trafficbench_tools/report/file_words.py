"""What a row of files says of itself, as one line each: the page's table has no room for objects."""

import statistics


def file_system(row):
    """Where the files were; None in other rows."""
    found = row.get("file_system")
    return found and f"{found['type']} on {found['mount_point']}, folder {found['folder']}, {found['free_bytes']:,} bytes free before"


def phases(row):
    """The median of each phase, in milliseconds; None in other rows."""
    every = row.get("phase_seconds")
    if not every:
        return None
    return ", ".join(f"{name} {1e3 * statistics.median(phase[name] for phase in every):.3f} ms" for name in every[0])


def hints(row):
    """The hints in force; None where there are none."""
    return ", ".join(f"{name}={value}" for name, value in row.get("hints", {}).items()) or None
