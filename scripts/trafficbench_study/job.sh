# shellcheck shell=bash
# shellcheck disable=SC2154  # set by the script that sources this
# What a job of a study does; the scripts that scripts/study.sh writes set the variables and source this.
#
#   study job nodes cores program scheduler pm_counters measures placement launches
#   measures=sweep: sweep_options; measures=io: io_options files stripes
#   under Slurm: wall_seconds warn_seconds srun_options; else launcher

set -u
cd "$study" || exit 2
# An end in the middle of a visit loses no more than that visit: the sweep keeps a journal.
report_of() { echo "reports/$1.json"; }

# What to type, to go on.
printf -v resume_study 'scripts/study.sh --resume %q' "$study"

tell() {
  local line
  line="$(date -u +%Y-%m-%dT%H:%M:%SZ) job ${SLURM_JOB_ID:-none} $*"
  echo "$line"
  echo "$line" >>"state/$job"
}

# Sets command: how to start the given launch. Each launch is one shape: the task counts are the step's own.
command=()
launch_command() {
  local name="$1" on_nodes="$2" ranks="$3" per_node="$4" threads="$5"
  export OMP_NUM_THREADS="$threads"
  if [[ "$scheduler" == none ]]; then
    command=()
    if ((${#launcher[@]})); then command=("${launcher[@]}" "$ranks"); fi
    # Out of reach of a terminal's Ctrl-C, which this script passes on: at a second signal within seconds Open MPI's
    # launcher leaves at once, and its ranks work on for a while.
    command=(setsid "${command[@]}")
    return
  fi
  # A step gets the cores that it counts and no others: all of the node, over which the suite places its workers. srun does
  # not take this over from the job's header.
  local cpus=$((cores / per_node))
  if ((cpus < threads)); then cpus="$threads"; fi
  export SRUN_CPUS_PER_TASK="$cpus"
  command=(srun --nodes="$on_nodes" --ntasks="$ranks" --ntasks-per-node="$per_node" --cpus-per-task="$cpus"
           --job-name="$name" --kill-on-bad-exit=1 "${srun_options[@]}")
}

seconds_left() { echo $((wall_seconds - SECONDS)); }

# Joules that all nodes of the job have used since they started, or nothing where there is no such counter.
energy_now() {
  [[ -n "$pm_counters" && "$scheduler" == slurm ]] || return 0
  # shellcheck disable=SC2016  # expanded by the step's own shell
  srun --nodes="$nodes" --ntasks="$nodes" --ntasks-per-node=1 --cpus-per-task=1 --cpu-bind=none --job-name=energy \
    bash -c 'if [[ -r "$0" ]]; then awk "{print \$1; exit}" "$0"; fi' "$pm_counters" 2>/dev/null |
    awk -v nodes="$nodes" '/^[0-9]+$/ {sum += $1; ++read} END {if (read == nodes) printf "%d\n", sum}'
}

record_energy() {
  local name="$1" before="$2" after
  [[ -n "$before" ]] || return 0
  after="$(energy_now)"
  [[ -n "$after" ]] || return 0
  printf '{"job": "%s", "step": "%s", "source": "pm_counters", "joules": %d}\n' "$SLURM_JOB_ID" "$name" \
    $((after - before)) >>"energy/$name.jsonl"
}

# Visits and energy runs of this job's launches that are finished, and launches: what a run of the job has got done.
progress() {
  local launch name done=0
  for launch in "${launches[@]}"; do
    name="$(report_of "${launch%% *}")"
    if [[ -f "$name" ]]; then
      done=$((done + 1000000))
    elif [[ -f "$name.journal" ]]; then
      done=$((done + $(grep -cE '^\{"(visit|rows?|energy)"' "$name.journal")))
    fi
  done
  echo "$done"
}

# Back into the queue under the same job id, so that the merge job, which waits for this id, waits on.
requeue() {
  local why="$1"
  if [[ "$scheduler" == none ]]; then
    tell "interrupted: $why; to continue: $resume_study"
    exit 4
  fi
  # Twice, because Slurm may warn up to a minute early, and once may be bad luck.
  if [[ "$(progress)" == "$(cat "state/$job.progress" 2>/dev/null)" ]]; then
    tell "failed: no visit was finished since the job last went back into the queue; give it more --time, or fewer cells"
    exit 1
  fi
  progress >"state/$job.progress"
  tell "requeued: $why"
  if ! scontrol requeue "$SLURM_JOB_ID"; then
    tell "failed: this Slurm does not requeue jobs; to continue: $resume_study"
    exit 4
  fi
  # Slurm ends the job in a moment.
  sleep 60
  exit 4
}

warned=""
cancelled=""
step=""
# srun passes a signal on to every rank: the sweep leaves in order, with status 4.
pass_on() {
  if [[ -n "$step" ]]; then kill -s "$1" "$step" 2>/dev/null; fi
}
on_warning() {
  warned="the wall time is nearly over"
  pass_on USR1
}
# SIGTERM comes at the end of the wall time, and from somebody who cancels the job, which then is not to come back.
on_end() {
  if [[ "$scheduler" == slurm ]] && (($(seconds_left) < 5)); then
    warned="the wall time is over"
  else
    cancelled=1
  fi
  pass_on TERM
}
stop_if_cancelled() {
  [[ -n "$cancelled" ]] || return 0
  tell "cancelled; to continue: $resume_study"
  exit 4
}

# Sets measurement: what the program does in a launch of so many ranks and threads.
measurement=()
measurement_of() {
  local ranks="$1" threads="$2"
  if [[ "$measures" == io ]]; then
    measurement=(io "${io_options[@]}" --directory "$folders")
    return
  fi
  measurement=(sweep "${sweep_options[@]}" --allow-none --ranks "$ranks" --threads "$threads")
  if [[ "$scheduler" == slurm ]]; then measurement+=(--time-limit $(($(seconds_left) - warn_seconds))); fi
}

# lfs, which waits for ever where a server is gone.
ask_lustre() { timeout 60 lfs "$@"; }

# Sets folders, a list as --directory takes it: on Lustre one for each striping, whose stripes are what was asked for; else the
# one that is there.
folders=""
make_folders() {
  local entry folder count found
  if ! mkdir -p "$files"; then
    tell "failed: cannot make the folder $files"
    return 1
  fi
  if ! command -v lfs >/dev/null || ! ask_lustre getstripe -d "$files" >/dev/null 2>&1; then
    echo "Files: $files, one folder, since it is not on Lustre"
    folders="$files"
    return
  fi
  for entry in "${stripes[@]}"; do
    folder="$files/${entry% *}" count="${entry##* }"
    found="$(mkdir -p "$folder" && ask_lustre setstripe -c "$count" "$folder" && ask_lustre getstripe -d -c "$folder")"
    if [[ "${found//[[:space:]]/}" != "$count" ]]; then
      tell "failed: expected $count stripes (-1: all) of $folder, but lfs says '$found' (above)"
      return 1
    fi
    echo "Files: $folder, stripes: $count (-1: all)"
    folders="${folders:+$folders,}$folder"
  done
}

run_launch() {
  local name="$1" ranks="$3" threads="$5" status before
  if [[ -f "$(report_of "$name")" ]]; then
    echo "$name: done before"
    return 0
  fi
  launch_command "$@"
  if [[ "$scheduler" == slurm ]]; then
    if (($(seconds_left) < warn_seconds + 10)); then requeue "no time is left for $name"; fi
  fi
  local resume=()
  if [[ -f "$(report_of "$name").journal" ]]; then resume=(--resume); fi
  before="$(energy_now)"
  measurement_of "$ranks" "$threads"
  "${command[@]}" "$program" "${measurement[@]}" --output "$(report_of "$name")" "${resume[@]}" &
  step=$!
  while true; do
    wait "$step"
    status=$?
    # A signal that was trapped ends the wait, not the step.
    kill -0 "$step" 2>/dev/null || break
  done
  # Did the step end while a trap ran, its own status is still to be had.
  if ((status > 128)); then
    wait "$step" 2>/dev/null
    local own=$?
    if ((own != 127)); then status=$own; fi
  fi
  step=""
  record_energy "$name" "$before"
  stop_if_cancelled
  if [[ -n "$warned" && ! -f "$(report_of "$name")" ]]; then requeue "$warned"; fi
  case "$status" in
    0)
      # Launchers say so of a launch that was interrupted too: the report is what tells.
      if [[ ! -f "$(report_of "$name")" ]]; then requeue "$name ended with status 0, but without its report"; fi
      echo "$name: done"
      ;;
    4) requeue "not enough time was left for $name" ;;
    1 | 2)
      tell "failed: $name ended with status $status (above); the merge will not run. Once the cause is removed:" \
        "$resume_study"
      return "$status"
      ;;
    *)
      tell "failed: $name died with status $status (above); the merge will not run." \
        "To continue: $resume_study"
      return 1
      ;;
  esac
}

# Where ranks and threads really are, before anything is measured.
show_placement() {
  local name="$1" threads="$5" here
  [[ ! -f "$(report_of "$name")" ]] || return 0
  here="$(dirname "${BASH_SOURCE[0]}")"
  # Under a name of its own: a launch's energy is looked up by the step's name.
  launch_command placement "${@:2}"
  echo "Placement of $name${placement:+, $placement}:"
  "${command[@]}" "$program" run --kernel branchless --cells 1000000 --steps 1 --threads "$threads" \
    ${placement:+--placement "$placement"} --json |
    {
      choose_python
      "$python" "$here/placement.py"
    }
}

# shellcheck source-path=SCRIPTDIR source=../python.sh
source "$(dirname "${BASH_SOURCE[0]}")/../python.sh"

trap on_warning USR1
trap on_end TERM INT

tell "started on ${SLURM_JOB_NODELIST:-$(hostname)}${SLURM_RESTART_COUNT:+, restart $SLURM_RESTART_COUNT}"
if [[ "$measures" == io ]]; then make_folders || exit; fi
for launch in "${launches[@]}"; do
  read -ra words <<<"$launch"
  show_placement "${words[@]}"
  stop_if_cancelled
done
for launch in "${launches[@]}"; do
  read -ra words <<<"$launch"
  run_launch "${words[@]}" || exit
done
tell "done"
