"""What a study will do, before it does it: jobs, nodes, node-hours, wall time, and what they measure."""

from trafficbench_study import plan
from trafficbench_study.durations import text_of
from trafficbench_tools.reading import shortened

# Of a list that somebody gave.
MOST_LETTERS = 200


def lines_of(study):
    """The lines of the summary."""
    site, jobs = study["site"], study["jobs"]
    lines = ["{} at {}: {}".format(_title(study), site["name"], site["description"])]
    lines += ["  {:15} {}".format(name, shortened(text, MOST_LETTERS)) for name, text in _measured(study)]
    if site["scheduler"] != "slurm":
        return lines + ["  {:15} {} (one after the other, on this machine)".format("launches", _launches(jobs[0]))]
    lines += ["", "  {:11}  {:>5}  {:10}  {:10}  {:>9}  {:>10}  {}".format(
        "job", "nodes", "partition", "QoS", "wall time", "node-hours", "ranks per node x threads")]
    for job in jobs + [study["merge"]]:
        is_merge = job is study["merge"]
        lines.append("  {:11}  {:>5}  {:10}  {:10}  {:>9}  {:>10}  {}".format(
            job["name"], "-" if is_merge else job["nodes"], job["partition"] or "-", job["qos"] or "-", text_of(job["wall_seconds"]),
            "-" if is_merge else "{:.1f}".format(_node_hours(job)), "one core: merges the reports" if is_merge else _launches(job)))
    budget = " of the budget {}".format(study["account"]) if study["account"] else ""
    lines += ["", "  At most {:.1f} node-hours{}. A job that its wall time cuts short goes back into the queue,".format(
        sum(map(_node_hours, jobs)), budget), "  goes on where it was, and uses node-hours again."]
    return lines


def _title(study):
    return "Files, {} scaling".format(study["mode"]) if study["io"] else "{} scaling".format(study["mode"].capitalize())


def _measured(study):
    """[(what, its values)]: what a launch measures."""
    if study["io"]:
        sizes = sorted({plan.bytes_on(job["nodes"], study["mode"], study["io"]["bytes"]) for job in study["jobs"]})
        yield "bytes", ", ".join("{:,}".format(size) for size in sizes)
        yield "folder", study["io"]["directory"]
        return
    options = plan.values_of(study["sweep"])
    yield "kernels", options.pop("--kernels")
    yield "cells", options.pop("--cells") + (" per core" if options.pop("--mode") == "weak" else "")
    yield "counting modes", options.pop("--count", "every,sampled")
    for name, value in options.items():
        yield name[2:], value


def _launches(job):
    shapes = ["{}x{}".format(launch["ranks_per_node"], launch["threads"]) for launch in job["launches"] if launch["nodes"]]
    return ", ".join(shapes + ["one core" for launch in job["launches"] if not launch["nodes"]])


def _node_hours(job):
    return job["nodes"] * job["wall_seconds"] / 3600
