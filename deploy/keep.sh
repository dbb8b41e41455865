#!/usr/bin/env bash
# Runs DIR/run, and again whenever it ends, however it ends, except while there is a file DIR/down: what systemd's
# Restart=always does, for a node of cluster.sh. DIR/pid names the running process. A test takes a node down by making
# DIR/down and killing the process, and lets it come back by removing the file.
set -u
dir=$1
exec 2>>"$dir/log" # what the shell has to say of killed processes
while :; do
  until [[ ! -e $dir/down ]]; do
    sleep 0.1
  done
  "$dir/run" >>"$dir/log" &
  echo $! >"$dir/pid.new"
  mv "$dir/pid.new" "$dir/pid" # whole or not at all
  wait $!
  sleep 0.2
done
