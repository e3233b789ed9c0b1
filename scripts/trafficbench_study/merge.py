"""Puts the reports of a study together, and the energy of its launches with them."""

import json
import os
import subprocess
import sys
import tempfile

from trafficbench_study import energy_table, scaling_table, slurm, store
from trafficbench_study.bad_input import BadInput
from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.files import check_target, write_text
from trafficbench_tools.reading import parse_json, read_json, read_text


def _why_not(study, jobs):
    """What stops the merge, in words for one line: of these jobs one that has stopped, else one that is under way."""
    states = slurm.states([job["id"] for job in jobs if job["id"]])
    stopped = [job for job in jobs if not slurm.is_alive(states.get(job["id"], ""))]
    job = (stopped or jobs)[0]
    text = "{} is not finished".format(job["name"])
    if job["id"] in states:
        text += " (job {}: {})".format(job["id"], states[job["id"]])
    last = store.last_state(study, job)
    if last:
        text += "; it said: " + last
    if stopped:
        text += "; to continue: {}".format(store.how_to(study, "--resume"))
    return text


def _records_of_meters(study):
    """What the jobs read from the nodes' own counters: {(job, step): [(source, joules)]}, in the order of launches."""
    records = {}
    folder = store.path_of(study["folder"], "energy")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        for line in read_text(store.path_of(folder, name)).splitlines():
            record = _record_of(line)
            # Else a job was killed while it wrote.
            if record is not None:
                records.setdefault((record["job"], record["step"]), []).append((record["source"], record["joules"]))
    return records


def _record_of(line):
    try:
        record = parse_json(line)
        is_record = all(isinstance(record[key], str) for key in ("job", "step", "source")) and isinstance(record["joules"], int)
    except (BadInput, LookupError, TypeError):
        return None
    return record if is_record and record["source"] == "pm_counters" else None


def _add_energy(study, report):
    """Writes into each run's `job` the joules of its launch: all nodes, the measuring of limits included."""
    meters = _records_of_meters(study)
    ids = {run["job"]["id"] for run in report["context"]["runs"] if run["job"]}
    accounts = {}
    if study["site"]["energy"]["sacct"]:
        for job in ids:
            for step, joules in slurm.energy_of_steps(job):
                accounts.setdefault((job, step), []).append(("sacct", joules))
    runs = {}
    for run in report["context"]["runs"]:
        if not run["job"] or "--output" not in run["argv"][:-1]:
            continue
        output = run["argv"][run["argv"].index("--output") + 1]
        step = os.path.basename(output)[: -len(".json")]
        runs.setdefault((run["job"]["id"], step), []).append(run)
    for records in (meters, accounts):
        for key, launches in runs.items():
            found = records.get(key, [])
            # A launch that was killed left no record: which is whose is then not known.
            if len(found) != len(launches):
                continue
            for run, (source, joules) in zip(launches, found):
                run["job"]["energy_joules_" + source] = joules


def merge(study, force):
    """Writes report.json; the exit status."""
    target = store.merged_path(study)
    if os.path.lexists(target) and not force:
        raise BadInput("{} already exists: give --force to replace it".format(target))
    missing = [job for job in study["jobs"] if not store.is_done(study, job)]
    if missing:
        raise BadInput(_why_not(study, missing))
    check_target(target, force)
    reports = [store.report_path(study, launch) for job in study["jobs"] for launch in job["launches"]]
    try:
        # A folder of its own: two merges at once do not meet.
        with tempfile.TemporaryDirectory(prefix=".merge-", dir=study["folder"]) as folder:
            status, report = _merged(study["program"], reports, os.path.join(folder, "report.json"))
    except OSError as error:
        raise FailedUnderWay("{}: cannot merge there: {}".format(study["folder"], error.strerror or error))
    try:
        _add_energy(study, report)
        rows = len(report["benchmarks"])
        tables = energy_table.lines_of(study, report["benchmarks"])
        tables += ([""] if tables else []) + scaling_table.lines_of(study, report["benchmarks"])
    except (LookupError, TypeError, AttributeError, ValueError):
        raise _no_report(study["program"], "it lacks rows or launches")
    write_text(target, json.dumps(report, indent=2, allow_nan=False) + "\n", replace=force)
    for line in tables:
        print(line)
    print("{} rows of {} report{}\nReport: {}".format(rows, len(reports), "" if len(reports) == 1 else "s", target))
    return status


def _no_report(program, why):
    return FailedUnderWay("{} is not a trafficbench program: what it merged is not a report: {}".format(program, why))


def _merged(program, reports, path):
    """(exit status, report) of `trafficbench merge`, which writes the report to `path`."""
    try:
        done = subprocess.run([program, "merge"] + reports + ["--output", path],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    except OSError as error:
        raise BadInput("program {} does not start: {}".format(program, error.strerror or error))
    said = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    if done.returncode in (0, 1) and os.path.exists(path):
        # Rows that failed their verification stay, marked.
        for line in said if said or done.returncode == 0 else ["study.sh: a row failed its verification"]:
            print(line, file=sys.stderr)
        try:
            return done.returncode, read_json(path)
        except BadInput as error:
            raise _no_report(program, error)
    why = said[-1] if said else "{} merge ended with status {} and made no report".format(program, done.returncode)
    kind = BadInput if done.returncode == 2 else FailedUnderWay
    raise kind(why.partition("trafficbench: ")[2] or why)
