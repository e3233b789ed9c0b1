#!/usr/bin/env bash
# A pretend Slurm on this machine: the real daemons, with all their files in one folder.
set -euo pipefail

here="$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")"

usage() {
  cat <<'HELP'
Usage: tests/slurm/slurm.sh start FOLDER [--machine NAME] [--accounting]
       tests/slurm/slurm.sh stop FOLDER
       tests/slurm/slurm.sh run [--machine NAME] [--accounting] -- COMMAND...

Starts a Slurm that serves this machine alone: munged, slurmctld and, where jobs can run, one slurmd a pretend node. Their
configuration, state, sockets, logs and process ids lie in FOLDER, and their ports are free ones, so that a Slurm that is
installed here is not touched. Debian: apt-get install --no-install-recommends slurm-wlm munge (and slurmdbd, mariadb-server).

  start     starts it in FOLDER, which must not exist or be empty; then `export SLURM_CONF=FOLDER/slurm.conf` and use sbatch
  stop      ends every daemon that was started there; the folder stays
  run       starts it in a fresh folder, runs the command in it, stops it whatever happens, and removes the folder

  --machine NAME   pretend (the default): node1 to node4, on which jobs run; archer2, cirrus-ex: the shape and the
                   partitions of that machine, to check job headers with `sbatch --test-only`
  --accounting     slurmdbd and MariaDB beside it: the account "budget" and, for archer2 and cirrus-ex, their QoS and limits
                   are enforced
  --help           this text

Example:
  tests/slurm/slurm.sh run -- sbatch --wait --nodes=2 --wrap='srun hostname'

Exit status: 0 done; 1 a daemon did not start, its log is shown; 2 wrong use, or a package is missing; run: that of the command.
HELP
}

bad() {
  echo "slurm.sh: $*" >&2
  exit 2
}

machine=pretend
accounting=0
read_options() {
  while (($#)); do
    case "$1" in
      --machine)
        (($# > 1)) || bad "--machine needs a name"
        machine="$2"
        shift
        ;;
      --accounting) accounting=1 ;;
      *) bad "unknown option \"$1\"; see tests/slurm/slurm.sh --help" ;;
    esac
    shift
  done
  [[ -f "$here/machines/$machine.conf" ]] ||
    bad "no machine \"$machine\"; there are: $(cd "$here/machines" && printf '%s ' *.conf | sed 's/\.conf//g')"
}

need() {
  local program missing=()
  for program in "$@"; do
    PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || missing+=("$program")
  done
  ((${#missing[@]} == 0)) ||
    bad "missing: ${missing[*]} (Debian: apt-get install --no-install-recommends slurm-wlm munge slurmdbd mariadb-server)"
}

# So many ports in a row on which nothing listens, the first one printed.
free_ports() {
  local first port
  while true; do
    first=$((20000 + RANDOM % 12000))
    for ((port = first; port < first + $1; ++port)); do
      if (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue 2; fi
    done
    echo "$first"
    return
  done
}

# wait_for WHAT LOG COMMAND...: until the command succeeds; after half a minute the log is shown.
wait_for() {
  local what="$1" log="$2" end=$((SECONDS + 30))
  shift 2
  while ((SECONDS < end)); do
    if timeout 5 "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  echo "slurm.sh: $what did not start; the end of $log:" >&2
  tail -n 20 "$log" >&2
  return 1
}

# Fills in a machine's file for this host.
machine_lines() {
  sed -e '/^#/d' -e "s/\bHOST\b/$(hostname)/g" -e "s/\bCORES\b/$(nproc)/" -e "s/FIRST_PORT/$((port + 2))/" \
    -e "s/LAST_PORT/$((port + 5))/" "$here/machines/$machine.conf" |
    if ((accounting)); then cat; else sed 's/ AllowQos=[^ ]*//'; fi
}

write_configuration() {
  local user
  user="$(id -un)"
  {
    echo "ClusterName=pretend"
    echo "SlurmctldHost=$(hostname)(127.0.0.1)"
    echo "SlurmUser=$user"
    echo "SlurmdUser=$user"
    echo "SlurmctldPort=$port"
    echo "AuthType=auth/munge"
    # A job that is put back into the queue starts again once its old credential has expired: two minutes otherwise.
    echo "AuthInfo=socket=$folder/munge/socket,cred_expire=5"
    echo "MpiDefault=pmi2"
    echo "ProctrackType=proctrack/linuxproc"
    echo "TaskPlugin=task/none"
    echo "SelectType=select/cons_tres"
    echo "SelectTypeParameters=CR_CPU"
    echo "SlurmdParameters=config_overrides"
    echo "SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=2,bf_interval=1"
    echo "EnforcePartLimits=ALL"
    echo "ReturnToService=2"
    echo "KillWait=5"
    echo "StateSaveLocation=$folder/state"
    echo "SlurmdSpoolDir=$folder/spool.%n"
    echo "SlurmctldPidFile=$folder/slurmctld.pid"
    echo "SlurmdPidFile=$folder/slurmd.%n.pid"
    echo "SlurmctldLogFile=$folder/slurmctld.log"
    echo "SlurmdLogFile=$folder/slurmd.%n.log"
    echo "JobAcctGatherType=jobacct_gather/none"
    echo "ResumeProgram=/bin/true"
    echo "SuspendProgram=/bin/true"
    echo "SuspendTime=300"
    if ((accounting)); then
      echo "AccountingStorageType=accounting_storage/slurmdbd"
      echo "AccountingStorageHost=127.0.0.1"
      echo "AccountingStoragePort=$((port + 1))"
      echo "AccountingStoragePass=$folder/munge/socket"  # where munged is, in this one
      echo "AccountingStorageEnforce=associations,limits,qos"
    else
      echo "AccountingStorageType=accounting_storage/none"
    fi
    machine_lines
  } >"$folder/slurm.conf"
}

start_munge() {
  mkdir -m 700 "$folder/munge"
  head -c 128 /dev/urandom >"$folder/munge/key"
  chmod 400 "$folder/munge/key"
  # By force: it asks root whether it means it, and others that the folder be open to all users, whom it does not serve here.
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/munged.pid" \
    --log-file="$folder/munge/munged.log" --seed-file="$folder/munge/seed" 2>"$folder/munge/start.log" ||
    cat "$folder/munge/start.log" >&2
  wait_for munged "$folder/munge/start.log" munge --socket="$folder/munge/socket" --no-input
}

start_database() {
  local data="$folder/mariadb" database_port
  database_port="$(free_ports 1)"
  mkdir "$data"
  mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$data/data" --auth-root-authentication-method=normal \
    --skip-test-db >"$data/install.log" 2>&1
  mariadbd --no-defaults --user="$(id -un)" --datadir="$data/data" --socket="$data/socket" --pid-file="$data/mariadbd.pid" \
    --bind-address=127.0.0.1 --port="$database_port" --innodb-buffer-pool-size=64M >"$data/mariadbd.log" 2>&1 </dev/null &
  local sql=(mariadb --no-defaults --socket="$data/socket" --user=root)
  wait_for MariaDB "$data/mariadbd.log" "${sql[@]}" -e 'SELECT 1'
  "${sql[@]}" -e "CREATE USER 'slurm'@'%' IDENTIFIED BY 'pretend'; GRANT ALL ON slurm_acct_db.* TO 'slurm'@'%';"
  cat >"$folder/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$((port + 1))
SlurmUser=$(id -un)
PidFile=$folder/slurmdbd.pid
LogFile=$folder/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$database_port
StorageUser=slurm
StoragePass=pretend
CONF
  chmod 600 "$folder/slurmdbd.conf"
  slurmdbd
  wait_for slurmdbd "$folder/slurmdbd.log" sacctmgr -n list cluster
}

# One account, and the machine's QoS with their limits; a job beyond them is refused when it is submitted.
fill_accounts() {
  sacctmgr -i add cluster pretend
  local names=normal name least most time
  if [[ -f "$here/machines/$machine.qos" ]]; then
    names=""
    while read -r name least most time; do
      sacctmgr -i add qos "$name" set MinTRESPerJob="node=$least" MaxTRESPerJob="node=$most" MaxWall="$time" Flags=DenyOnLimit
      names+="${names:+,}$name"
    done < <(grep -v '^#' "$here/machines/$machine.qos")
  fi
  sacctmgr -i add account budget Description=pretend Organization=pretend
  sacctmgr -i add user "$(id -un)" Account=budget Qos="$names" DefaultQos="${names%%,*}"
}

start() {
  need munged munge slurmctld slurmd sbatch
  if ((accounting)); then need slurmdbd mariadbd mariadb-install-db mariadb; fi
  if [[ -e "$folder" && -n "$(ls -A "$folder")" ]]; then bad "$folder is not empty: name another folder"; fi
  mkdir -p "$folder/state"
  folder="$(cd "$folder" && pwd)"
  export SLURM_CONF="$folder/slurm.conf"
  # Debian has the daemons where a user's path need not lead.
  PATH="$PATH:/usr/sbin"
  trap 'stop' ERR
  port="$(free_ports 6)"
  write_configuration
  start_munge
  if ((accounting)); then
    start_database
    fill_accounts >"$folder/accounts.log" 2>&1
  fi
  slurmctld
  wait_for slurmctld "$folder/slurmctld.log" scontrol ping
  if [[ "$machine" == pretend ]]; then
    local node
    for node in 1 2 3 4; do
      mkdir "$folder/spool.node$node"
      slurmd -N "node$node"
    done
    # shellcheck disable=SC2016  # expanded by the shell that is started
    wait_for slurmd "$folder/slurmd.node1.log" bash -c '[[ "$(sinfo -h -t idle -o %D)" == 4 ]]'
  fi
  trap - ERR
}

# Jobs first, then every daemon that left a process id in the folder, in the order in which they need each other.
stop() {
  local file pid try
  export SLURM_CONF="$folder/slurm.conf"
  if [[ -s "$folder/slurmctld.pid" && -d "$folder/spool.node1" ]]; then
    timeout 5 scancel --user="$(id -un)" 2>/dev/null || true
    for ((try = 0; try < 50; ++try)); do
      [[ -n "$(timeout 5 squeue --noheader --states=RUNNING,COMPLETING 2>/dev/null)" ]] || break
      sleep 0.2
    done
  fi
  for file in "$folder"/slurmd.*.pid "$folder"/slurmctld.pid "$folder"/slurmdbd.pid "$folder"/mariadb/mariadbd.pid \
    "$folder"/munge/munged.pid; do
    [[ -s "$file" ]] || continue
    pid="$(tr -d '[:space:]' <"$file")"
    kill "$pid" 2>/dev/null || continue
    # Nobody needs their state again.
    for ((try = 0; try < 20; ++try)); do
      # Nothing is left to read of one that has ended, even where nobody has collected it.
      readlink "/proc/$pid/exe" >/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    rm -f "$file"
  done
}

case "${1:-}" in
  --help | -h) usage ;;
  start)
    (($# > 1)) || bad "start needs a folder"
    folder="$2"
    read_options "${@:3}"
    start
    echo "export SLURM_CONF=$folder/slurm.conf"
    ;;
  stop)
    (($# == 2)) || bad "stop needs a folder, and nothing else"
    folder="$2"
    [[ -f "$folder/slurm.conf" ]] || bad "no Slurm was started in $folder"
    stop
    ;;
  run)
    shift
    options=()
    while (($#)) && [[ "$1" != -- ]]; do
      options+=("$1")
      shift
    done
    (($# > 1)) || bad "run needs -- and a command"
    shift
    read_options "${options[@]}"
    folder="$(mktemp -d)"
    trap 'stop; rm -rf "$folder"' EXIT
    start
    "$@"
    ;;
  *) bad "expected start, stop or run; see tests/slurm/slurm.sh --help" ;;
esac
