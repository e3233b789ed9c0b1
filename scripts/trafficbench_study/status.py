"""Says how far a study is."""

import os

from trafficbench_study import slurm, store
from trafficbench_tools.reading import shortened


def _progress(study, job):
    done = sum(1 for launch in job["launches"] if os.path.isfile(store.report_path(study, launch)))
    begun = [launch["name"] for launch in job["launches"]
             if os.path.isfile(store.report_path(study, launch) + ".journal")]
    return "{} of {} launches".format(done, len(job["launches"])) + (", begun: " + ", ".join(begun) if begun else "")


def print_status(study):
    """Prints it; 0 when the study is complete or under way, 1 when something has stopped it."""
    ids = [job["id"] for job in study["jobs"] + [study["merge"]] if job["id"]]
    states = slurm.states(ids) if study["site"]["scheduler"] == "slurm" else {}
    stopped = False
    print("Study {}: {} scaling of {} at {}".format(study["folder"], study["mode"], shortened(study["kernels"], 100), study["site"]["name"]))
    for job in study["jobs"]:
        done = store.is_done(study, job)
        state = states.get(job["id"], "unknown to Slurm" if job["id"] else "not submitted")
        line = "  {:11} {}".format(job["name"], _progress(study, job))
        if study["site"]["scheduler"] == "slurm":
            line += "; job {}: {}".format(job["id"], state)
        print(line)
        last = store.last_state(study, job)
        if not done and last:
            print("              " + last)
        if not done and not slurm.is_alive(state):
            stopped = True
    merged = os.path.isfile(store.merged_path(study))
    if merged:
        print("  merged      {}".format(store.merged_path(study)))
        if not study["io"]:
            print("  speedups    {}".format(store.how_to(study, "--table")))
        return 0
    if stopped:
        print("  The merge will not run: a job has stopped. Its log is in {}. To continue: {}".format(
            store.path_of(study["folder"], "logs"), store.how_to(study, "--resume")))
        return 1
    state = states.get(study["merge"]["id"], "")
    if all(store.is_done(study, job) for job in study["jobs"]) and not slurm.is_alive(state):
        print("  merge       to do: {}".format(store.how_to(study, "--merge")))
        return 1
    print("  merge       job {}: {}".format(study["merge"]["id"], state or "unknown to Slurm"))
    return 0
