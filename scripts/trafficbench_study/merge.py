"""Puts the reports of a study together, and the energy of its launches with them."""

import json
import os
import subprocess

from trafficbench_study import slurm, store
from trafficbench_study.bad_input import BadInput


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
        text += "; scripts/study.sh --resume {} goes on".format(study["folder"])
    return text


def _records_of_meters(study):
    """What the jobs read from the nodes' own counters: {(job, step): [(source, joules)]}, in the order of launches."""
    records = {}
    folder = store.path_of(study["folder"], "energy")
    for name in sorted(os.listdir(folder)):
        with open(store.path_of(folder, name), encoding="utf-8") as file:
            for line in file:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue  # a job that was killed while it wrote
                records.setdefault((record["job"], record["step"]), []).append((record["source"], record["joules"]))
    return records


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
    if os.path.exists(target) and not force:
        raise BadInput("{} exists: --force makes it anew".format(target))
    missing = [job for job in study["jobs"] if not store.is_done(study, job)]
    if missing:
        raise BadInput(_why_not(study, missing))
    reports = [store.report_path(study, launch) for job in study["jobs"] for launch in job["launches"]]
    partial = target + ".merging"
    done = subprocess.run([study["program"], "merge"] + reports + ["--output", partial, "--force"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1) or not os.path.exists(partial):
        return done.returncode or 2
    with open(partial, encoding="utf-8") as file:
        report = json.load(file)
    _add_energy(study, report)
    store.write_file(target, json.dumps(report, indent=2, allow_nan=False) + "\n")
    os.remove(partial)
    print("{} rows of {} reports\nReport: {}".format(len(report["benchmarks"]), len(reports), target))
    return done.returncode
