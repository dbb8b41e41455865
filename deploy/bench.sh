#!/usr/bin/env bash
# Measures the service against what this machine can do, on a MariaDB and a Redis that it starts for itself, and prints a table.
# It leaves nothing running. Nothing else should be busy on the machine meanwhile.
#
#   deploy/bench.sh                    the table, in about five minutes
#   deploy/bench.sh --short            everything briefly, in about a minute: that it works, not how fast
#   deploy/bench.sh -soak 10m          also ten minutes of load; all flags: deploy/bench.sh -help
#   deploy/bench.sh -scale 5000000     also with five million messages stored
#   deploy/bench.sh -o FILE            the table into a file, too
#
# Needs Go, MariaDB and Redis; deploy/test.sh installs what is missing on Debian.
set -euo pipefail
set -m # see stage.sh
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/stage.sh
. deploy/stage.sh
# shellcheck source=deploy/servers.sh
. deploy/servers.sh

work= # temporary folder of this run

main() {
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  work=$(mktemp -d /tmp/tss-bench.XXXXXX) # not in TMPDIR, which may be closed to the database's user
  servers_start "$work"
  mkdir "$work/tmp"
  export TMPDIR=$work/tmp CGO_ENABLED=0
  go build -o "$work/bench" ./cmd/tongshishang-bench
  stage 'benchmark' "$work/bench" -mysql-pid "${servers_groups[0]}" "$@"
}

cleanup() {
  trap '' INT TERM HUP
  stage_stop
  servers_stop
  [[ -z $work ]] || rm -rf "$work"
}

main "$@"
