"""The command behind scripts/study.sh."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

from trafficbench_study import build, job_script, merge, plan, scaling_table, site_profile, slurm, status, store, summary
from trafficbench_study.bad_input import PLAIN, BadInput, is_one_line, is_plain
from trafficbench_tools.command_line import Parser, check_words
from trafficbench_tools.counts import parse_count
from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.files import write_text
from trafficbench_tools.launchers import launcher_of
from trafficbench_tools.printing import tell

HELP = """\
Usage: scripts/study.sh --site NAME --mode strong|weak [OPTION]... [-- OPTION OF THE SWEEP...]
       scripts/study.sh --site NAME --io [OPTION]... [-- OPTION OF IO...]
       scripts/study.sh --status|--table|--merge|--resume [STUDY]

Runs a scaling study. On a Slurm site: builds the program there, writes a job for each number of nodes and submits it, and a
job after them all that merges their reports. At --site local: builds, runs at once with mpiexec, and merges. The merge prints
speedup and efficiency of each kernel by number of nodes.

  --site NAME           {sites}; or a file of your own that ends in .json (docs/sites.md)
  --account NAME        the budget that is charged; some sites need it
  --mode strong|weak    the same road for every number of nodes, or the same cells per core
  --nodes LIST          numbers of nodes: 1,2,4,8 or 1:64 (times two each); default 1,2,4 (local: 1)
  --kernels LIST        default {kernels}
  --cells LIST          lengths of road, with --mode weak cells per core; default {slurm[strong]} and {slurm[weak]} (local: {none[strong]} and {none[weak]})
  --count LIST          counting modes: every (the moves of each iteration are counted), sampled (of the last one); default both
  --depth LIST          iterations between exchanges; default auto
  --exchange, --overlap, --reduce LIST
                        how ranks communicate (docs/mpi.md): exchanges and reductions as `trafficbench list` names them, overlap
                        off or on; default nonblocking, off and exchange
  --placement LIST      which cores workers get, as `trafficbench list` names it; default packed
  --ranks-per-node N    start only N ranks per node, with the threads per rank of --shapes; rows say so; default auto: all
  --energy              measure the joules of each row, where nodes have a meter, in one more run after its visits
  --shapes LIST         ranks per node x threads per rank, as in 128x1,16x8; default the site's
  --base core|node      core: measure one core too, as the base of every speedup; node: the fewest nodes are the base.
                        Default node (local: core)
  --time HH:MM:SS       wall time of a job; default the site's
  --warn SECONDS        how long before its end a job is told to stop; default a tenth of the time, 60 to 300
  --partition, --qos    default: the first of the site's that allows the nodes and the time
  --cpu-freq KHZ        one of the frequencies that the site offers
  --bind suite|srun     who binds ranks and threads to cores; default suite: trafficbench itself
  --cores N             cores per node, where the site does not say
  --io                  how fast the road gets into files and back (docs/io.md), in place of the sweep; one job after the other. Of
                        the options above it takes site, account, mode, nodes, shapes (128x1; default one rank per core) and those of jobs
  --bytes SIZE          with --io: of the road, with --mode weak, its default, per node; default 1Gi
  --directory FOLDER    with --io: where files go, default the study's folder `files`. On Lustre there are unstriped, striped
                        and fullstriped in it, of 1, 4 and all stripes
  --program FILE        use this program; nothing is built
  --output FOLDER       of the study; default studies/<site>-<mode>-<YYYYMMDDThhmmssZ>
  --dry-run             print a summary (jobs, nodes, node-hours, wall time), then the jobs; build, write and submit nothing

  --status [STUDY]      how far it is; STUDY is its folder, default the newest in studies/
  --table [STUDY]       speedup and efficiency by nodes, of every kernel and ranks x threads, once the reports are merged
  --merge [STUDY]       merge the reports into STUDY/report.json, if all are there; --force replaces it
  --resume [STUDY]      submit again what has stopped, and the merge; what is measured stays
  --help                this text

What follows -- is for `trafficbench sweep`, as in -- --visits 12 --min-seconds 0.1, or io: -- --methods process,posix

Example:
  scripts/study.sh --site cirrus-ex --account z19 --mode strong --nodes 1,2,4,8 --dry-run
  scripts/study.sh --site cirrus-ex --account z19 --io --nodes 1,2,4,8

Exit status: 0 done; 1 a row failed its verification, a job has stopped, or something under way failed (the build, a full
disk); 2 bad input: one line says what, and nothing was submitted; 4 interrupted, --resume continues.
"""

# Of whole numbers; a frequency is in kHz.
MOST = {"cores": site_profile.MOST_CORES, "warn": 100000, "cpu_freq": 10**8}
# What a path may have beside letters and digits: in a list of folders, and in the header of a job.
MARKS_OF_A_LIST = "_.:+@=~/-"
MARKS_OF_A_HEADER = MARKS_OF_A_LIST + ","


def read_options(words):
    for word in words:
        if not is_one_line(word):
            raise BadInput("{} has a line break or another control character, which a job cannot have: leave it out".format(ascii(word)))
    parser = Parser("study.sh", prog="study.sh", add_help=False)
    check_words(words, "study.sh")
    sweep = []
    if "--" in words:
        sweep = words[words.index("--") + 1:]
        words = words[:words.index("--")]
    parser.add_argument("--help", "-h", action="store_true")
    for name in ("--site", "--account", "--mode", "--nodes", "--cells", "--count", "--depth", "--shapes", "--time",
                 "--exchange", "--overlap", "--reduce", "--placement", "--ranks-per-node",
                 "--partition", "--qos", "--program", "--output", "--kernels", "--bytes", "--directory"):
        parser.add_argument(name)
    parser.add_argument("--io", action="store_true")
    parser.add_argument("--base", choices=("core", "node"))
    parser.add_argument("--bind", choices=("suite", "srun"), default="suite")
    for name in ("--warn", "--cpu-freq", "--cores"):
        parser.add_argument(name)
    parser.add_argument("--energy", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--force", action="store_true")
    for name in ("--status", "--table", "--merge", "--resume"):
        parser.add_argument(name, nargs="?", const="", metavar="STUDY")
    options = parser.parse_args(words)
    options.sweep = sweep
    return options


def check_letters(path, what, marks):
    if not re.fullmatch("[A-Za-z0-9{}]+".format(re.escape(marks)), path):
        raise BadInput("{} is '{}': expected letters, digits and {} only".format(what, path, " ".join(marks)))


def check_kind(options):
    """Of the sweep or of io: what the other one takes is refused, and what is not given gets its default."""
    for name in plan.SWEEP_ONLY if options.io else ("bytes", "directory"):
        if getattr(options, name) not in (None, False):
            raise BadInput("--{} {}".format(name.replace("_", "-"), "is not for --io: it takes --bytes, --directory, and options of trafficbench "
                                            "io after --" if options.io else "is for --io alone: give --io too, or leave it out"))
    if options.io:
        options.mode = "weak" if options.mode is None else options.mode
        options.bytes = "1Gi" if options.bytes is None else options.bytes
        if options.directory is not None:
            check_letters(options.directory, "directory", MARKS_OF_A_LIST)
    elif options.kernels is None:
        options.kernels = plan.KERNELS


def check_options(options, site):
    check_kind(options)
    if options.mode not in ("strong", "weak"):
        raise BadInput("mode is {}: give --mode strong (the same road for every number of nodes) or --mode weak (the same cells "
                       "per core)".format("missing" if options.mode is None else "'{}'".format(options.mode)))
    for name in ("account", "partition", "qos"):
        value = getattr(options, name)
        if value is not None and not is_plain(value):
            raise BadInput("{} is '{}': expected {}".format(name, value, PLAIN))
    if site["account"] and not options.account:
        raise BadInput("{} charges every job to a budget: give --account NAME".format(site["name"]))
    if options.nodes is None:
        options.nodes = "1" if site["scheduler"] == "none" else "1,2,4"
    for name in ("cores", "warn", "cpu_freq"):
        if getattr(options, name) is not None:
            setattr(options, name, parse_count(getattr(options, name), name.replace("_", "-"), 1, MOST[name]))
    freq = site["cpu_freq"]
    if options.cpu_freq is not None and (freq is None or options.cpu_freq not in freq["choices"]):
        raise BadInput("cpu-freq {} is not offered by {}: {}".format(
            options.cpu_freq, site["name"],
            "choose from " + ", ".join(map(str, freq["choices"])) if freq else "leave it out"))


def check_place(site, path, what):
    """Compute nodes must see it."""
    for forbidden in map(os.path.normpath, site["not_on_compute_nodes"]):
        for name in (os.path.abspath(path), os.path.realpath(path)):
            if os.path.commonpath([forbidden, name]) == forbidden:
                raise BadInput("{} {} is on {}, which compute nodes of {} do not have: put it on the work file system".format(
                    what, name, forbidden, site["name"]))


def check_folder(folder):
    """Says what create_folders would refuse, before anything is built."""
    try:
        os.lstat(folder)
        raise BadInput("{} already exists: name another folder with --output, or continue it with --resume".format(folder))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:  # its name is too long, say
        raise BadInput("cannot make {}: {}: name another folder with --output".format(folder, error.strerror))
    above = os.path.dirname(folder)
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above):
        raise BadInput("cannot make {}: {} is not a folder: name another with --output".format(folder, above))
    if not os.access(above, os.W_OK | os.X_OK):
        raise BadInput("cannot make {}: no permission to write into {}: name another with --output".format(folder, above))


def check_launches(study):
    """Lets the program itself look at the options. Why it did not, where it cannot start on this host; else an empty text."""
    program = study["program"]
    if not os.path.exists(program):
        return "{} is not built yet".format(program)
    command, more = ("io", []) if study["io"] else ("sweep", ["--ranks", "1", "--threads", "1"])
    try:
        done = subprocess.run([program, command] + study["sweep"] + more + ["--dry-run"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "{} does not start on this host".format(program)
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    lines = [line for line in err.splitlines() if line.startswith("trafficbench: ")]
    if done.returncode != 0 and lines:
        raise BadInput(lines[0][len("trafficbench: "):])
    if done.returncode == 0 and not out.startswith(command + "/"):
        raise BadInput("{} is not a trafficbench program: it does not list what {} would measure".format(program, command))
    return "{} does not start on this host".format(program) if done.returncode != 0 else ""


def make_study(options, site):
    """Everything that was asked for, worked out; nothing is written yet."""
    cores, jobs, merge_job = plan.plan(options, site)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    kind = "io" if options.io else options.mode
    folder = options.output or os.path.join(build.ROOT, "studies", "{}-{}-{}".format(site["name"], kind, stamp))
    if site["scheduler"] == "slurm":
        check_letters(os.path.abspath(folder), "the study's folder (--output)", MARKS_OF_A_HEADER)
    for path in (folder, options.program or "", build.ROOT):
        if not is_one_line(os.path.abspath(path)):
            raise BadInput("{} has a control character, which a job cannot have: name another".format(ascii(os.path.abspath(path))))
    freq = site["cpu_freq"]
    for job in jobs:
        if options.warn is not None and job["wall_seconds"] is not None and options.warn >= job["wall_seconds"]:
            raise BadInput("warn is {}: expected less than {}, the seconds of job {}".format(options.warn, job["wall_seconds"], job["name"]))
    program = os.path.abspath(options.program or build.program_of(site, options.io))
    study = {
        "version": store.VERSION, "folder": os.path.abspath(folder), "created": stamp, "site": site, "mode": options.mode,
        "kernels": "files" if options.io else options.kernels, "account": options.account, "cores": cores, "bind": options.bind,
        "cpu_freq": options.cpu_freq or (freq["default"] if freq else None), "warn_seconds": options.warn,
        "program": program, "launcher": [],
        "sweep": plan.launch_options(options, site), "io": None, "jobs": jobs, "merge": merge_job,
    }
    if options.io:
        study["io"] = {"bytes": plan.bytes_of(options, jobs),
                       "directory": os.path.abspath(options.directory or store.path_of(folder, "files"))}
    store.STUDY.check("the study", study)  # what could not be read again
    return study


def take_launcher(study):
    """Here, without a scheduler, it is that of the program, once there is one."""
    if study["site"]["scheduler"] == "none" and os.path.exists(study["program"]):
        study["launcher"] = launcher_of(study["program"])


def scripts_of(study):
    """[(name, text)] of every job, the merge last."""
    scripts = [(job["name"], job_script.job_text(study, job)) for job in study["jobs"]]
    if study["site"]["scheduler"] == "slurm":
        scripts.append(("merge", job_script.merge_text(study, study["merge"])))
    return scripts


def script_path(study, name):
    return store.path_of(study["folder"], "jobs", name + ".sh")


def _job_before(study, job):
    """The job that this one waits for: with --io they would write to one file system at once. None if it waits for none."""
    before = [other["id"] for other in study["jobs"][:study["jobs"].index(job)] if not store.is_done(study, other)]
    return before[-1] if study["io"] and before else None


def submit(study, jobs):
    """Submits these jobs and the merge after all that are not done; what Slurm refuses leaves nothing behind."""
    submitted = []
    try:
        for job in jobs:
            job["id"] = slurm.submit(script_path(study, job["name"]), behind=_job_before(study, job))
            submitted.append(job["id"])
        waits_for = [job["id"] for job in study["jobs"] if not store.is_done(study, job)]
        study["merge"]["id"] = slurm.submit(script_path(study, "merge"), waits_for)
        submitted.append(study["merge"]["id"])
        store.save(study)
    except BaseException:
        # Refused, interrupted from the keyboard, or not to be written down: no job stays that the study does not know.
        slurm.cancel(submitted)
        raise
    for job in jobs:
        print("  {:11} job {}".format(job["name"], job["id"]))
    print("  merge       job {}, after these".format(study["merge"]["id"]))
    print("To follow it:  {}\nLogs:          {}\nReport, then:  {}".format(
        store.how_to(study, "--status"), store.path_of(study["folder"], "logs"), store.merged_path(study)))


def _to_its_end(words):
    """Exit status of a process. Ctrl-C goes to it as well: it ends in order, and this waits for it."""
    process = subprocess.Popen(words)

    def pass_on(number, _frame):
        process.send_signal(number)

    # Of these it hears through this process alone.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, pass_on)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass


def run_here(study):
    """Runs the jobs one after the other, then merges."""
    for job in study["jobs"]:
        if store.is_done(study, job):
            continue
        code = _to_its_end(["bash", script_path(study, job["name"])])
        if code != 0:
            return code if code in (1, 2, 4) else 1
        if not store.is_done(study, job):
            # The launcher of an MPI may end with status 0 all the same.
            tell("study.sh", "{} ended without all its reports; to continue: {}".format(
                job["name"], store.how_to(study, "--resume")))
            return 4
    return merge.merge(study, False)


def start(options):
    site = site_profile.load(options.site)
    check_options(options, site)
    study = make_study(options, site)
    if options.output or not options.dry_run:
        check_place(site, study["folder"], "the study's folder")
    check_folder(study["folder"])
    if options.directory:
        check_place(site, study["io"]["directory"], "the folder for files")
    if options.program:
        build.check_program(options.program)
    if options.dry_run:
        # What the site's login node has (Slurm, a file system that nodes see) is all that a dry run elsewhere cannot look at.
        why_not = check_launches(study)
        take_launcher(study)
        if why_not:
            tell("study.sh", "note: the program did not check the options of {}, those after -- among them: {}".format(
                "io" if study["io"] else "the sweep", why_not))
        print("\n".join(summary.lines_of(study)) + "\n")
        if not options.program:
            print("# build, in {}:".format(build.ROOT))
            print("\n".join(build.commands(site, options.io)))
        for name, text in scripts_of(study):
            print("# ==== jobs/{}.sh\n{}".format(name, text))
        return 0
    uses_slurm = site["scheduler"] == "slurm"
    if uses_slurm:
        slurm.need()
    check_place(site, build.ROOT, "this repository")
    if options.directory and not os.access(options.directory, os.W_OK | os.X_OK):
        raise BadInput("directory {} is not a folder that can be written: make it, or name another".format(options.directory))
    if not options.program:
        build.build(site, options.io)
    why_not = check_launches(study)
    if why_not and not uses_slurm:
        raise BadInput(why_not)
    take_launcher(study)
    # Printed before anything is written or submitted, in case it cannot be.
    for sentence in site["to_check"] if uses_slurm else []:
        print("Please check at {}: {}".format(site["name"], sentence))
    print("\n".join(summary.lines_of(study)))
    print("Study {}".format(study["folder"]), flush=True)
    store.create_folders(study["folder"])
    try:
        for name, text in scripts_of(study):
            write_text(script_path(study, name), text, executable=True)
        store.save(study)
        if uses_slurm:
            for name, _ in scripts_of(study):
                slurm.check(script_path(study, name))
            submit(study, study["jobs"])
    except (BadInput, FailedUnderWay):
        shutil.rmtree(study["folder"], ignore_errors=True)
        raise
    return 0 if uses_slurm else run_here(study)


def resume(study):
    if os.path.exists(store.merged_path(study)):
        print("The study is complete: {} is there, nothing is left to do".format(store.merged_path(study)))
        return 0
    if study["site"]["scheduler"] != "slurm":
        return run_here(study)
    slurm.need()
    states = slurm.states([job["id"] for job in study["jobs"] + [study["merge"]] if job["id"]])
    missing = [job for job in study["jobs"]
               if not store.is_done(study, job) and not slurm.is_alive(states.get(job["id"], "UNKNOWN"))]
    if not missing and slurm.is_alive(states.get(study["merge"]["id"], "UNKNOWN")):
        print("No job has stopped: there is nothing to resume")
        return 0
    if slurm.is_alive(states.get(study["merge"]["id"], "UNKNOWN")):
        slurm.cancel([study["merge"]["id"]])
    submit(study, missing)
    return 0


def carry_out(options):
    wanted = [name for name in ("site", "status", "table", "merge", "resume") if getattr(options, name) is not None]
    if len(wanted) != 1:
        raise BadInput("expected one of --site, --status, --table, --merge and --resume; see scripts/study.sh --help")
    if wanted[0] == "site":
        return start(options)
    folder = getattr(options, wanted[0]) or store.newest(os.path.join(build.ROOT, "studies"))
    study = store.load(folder)
    if wanted[0] == "status":
        return status.print_status(study)
    if wanted[0] == "table":
        return scaling_table.print_table(study)
    if wanted[0] == "merge":
        return merge.merge(study, options.force)
    return resume(study)


def main():
    """Carries out the command line; returns the exit status."""
    options = read_options(sys.argv[1:])
    if options.help:
        print(HELP.format(sites=", ".join(site_profile.names()), kernels=plan.KERNELS, **plan.CELLS), end="")
        return 0
    try:
        return carry_out(options)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted; --resume continues a study that was begun")
