# shellcheck shell=bash
# Sourced by test.sh and .ci/run: runs commands as named stages and ends process groups for certain.
#
# The sourcing script needs `set -m`, so that every stage is a process group of its own: Ctrl-C then reaches the script
# alone, whose trap ends the stage as a whole, and the servers behind it outlive the last request of a test.

stage_group=      # process group of the stage that runs now
stages_done=()    # "name, 12 s" of every stage that passed

# stage NAME COMMAND… runs the command and prints its name and duration; when it fails the script ends with its status.
stage() {
  local name=$1 start=$SECONDS status=0
  shift
  printf '\n== %s\n' "$name"
  "$@" </dev/null &
  stage_group=$!
  wait "$stage_group" || status=$?
  stage_group=
  if ((status != 0)); then
    printf '== %s: FAILED after %d s (exit %d)\n' "$name" $((SECONDS - start)) "$status" >&2
    exit "$status"
  fi
  printf '== %s: ok, %d s\n' "$name" $((SECONDS - start))
  stages_done+=("$name, $((SECONDS - start)) s")
}

# stage_stop ends the running stage, if any; for traps.
stage_stop() {
  [[ -z $stage_group ]] || end_group "$stage_group" TERM
  stage_group=
}

# stage_summary prints what passed.
stage_summary() {
  printf '\nAll passed in %d s:\n' "$SECONDS"
  printf '  %s\n' "${stages_done[@]}"
}

# end_group PGID SIGNAL signals a process group of this script and waits until all of it is gone; what is still there
# after 15 s, longer than a graceful stop may take, is killed.
end_group() {
  local group=$1 signal=$2 deadline=$((SECONDS + 15))
  kill -s "$signal" -- "-$group" || return 0
  while kill -0 -- "-$group" && ((SECONDS < deadline)); do
    sleep 0.1
  done
  kill -KILL -- "-$group" || true
  wait "$group" || true
} 2>/dev/null # a group that is gone, and the shell's notes on jobs that were killed
