"""Counters of energy that count at a constant power, for tests of the program: files in a folder that stands for the system's."""

import os
import threading
import time

PERIOD_SECONDS = 0.1


class Meters:
    """A tree that TRAFFICBENCH_ENERGY_ROOT names, whose counter changes ten times a second while it is entered.

    `spoil` may be called under way with what the counter then does: "still", "gone", "back".
    """

    def __init__(self, folder, watts, kind="pm_counters", busy=0.0, cpus=2):
        self.root, self.watts, self.kind, self.busy, self.cpus = folder, watts, kind, busy, cpus
        self.changes, self.spoilt = 0, None
        self._began = time.time()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._count)
        self._change()

    def environment(self):
        return {"TRAFFICBENCH_ENERGY_ROOT": str(self.root)}

    def spoil(self, how):
        self.spoilt = how

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _count(self):
        while not self._over.wait(PERIOD_SECONDS):
            self._change()

    def _change(self):
        now = time.time()
        self._stat(now)
        if self.spoilt == "still":
            return
        joules = self.watts * (now - self._began)
        if self.spoilt == "back":
            joules = 0 if self.changes % 2 else joules
        if self.kind == "pm_counters":
            path = self.root / "sys/cray/pm_counters/energy"
            text = f"{5000 + joules:.0f} J {now * 1e6:.0f} us\n"
        else:
            package = self.root / "sys/class/powercap/intel-rapl:0"
            self._write(package / "name", "package-0\n")
            # So that it begins anew every second or so.
            span = int(1e6 * self.watts)
            self._write(package / "max_energy_range_uj", f"{span}\n")
            path, text = package / "energy_uj", f"{int(1e6 * joules) % span}\n"
        if self.spoilt == "gone":
            path.unlink(missing_ok=True)
            return
        self._write(path, text)
        self.changes += 1

    def _stat(self, now):
        """`busy` CPUs are at work for others."""
        ticks = int(os.sysconf("SC_CLK_TCK") * self.busy * (now - self._began))
        lines = [f"cpu {ticks} 0 0 0 0 0 0 0 0 0", *(f"cpu{cpu} 0 0 0 0 0 0 0 0 0 0" for cpu in range(self.cpus))]
        self._write(self.root / "proc/stat", "\n".join(lines) + "\n")

    @staticmethod
    def _write(path, text):
        """At once, as the system's own files change."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        new.write_text(text, encoding="ascii")
        os.replace(new, path)
