#!/usr/bin/env bash
# Starts a Galera cluster of three nodes behind HAProxy and a Redis Cluster of six on this machine, runs the cluster tests of
# cmd/tongshishang on them, which start three instances of the service and kill everything in turn under load, and leaves nothing running.
#
#   deploy/cluster.sh [ROUNDS]   all cluster tests; under load each kind of node is killed so often (default 10, half an hour at most)
#   deploy/cluster.sh --short    what deploy/test.sh runs: one round under load, about a minute
#   deploy/cluster.sh --up       only starts the servers, prints their addresses and keeps them until Ctrl-C
#
# On Debian 12 it needs only Go; what else is missing it installs when run as root.
set -euo pipefail
set -m # see stage.sh
cd "$(dirname "${BASH_SOURCE[0]}")/.."
deploy=$PWD/deploy
# shellcheck source=deploy/stage.sh
. deploy/stage.sh
# shellcheck source=deploy/packages.sh
. deploy/packages.sh
# shellcheck source=deploy/servers.sh
. deploy/servers.sh
# shellcheck source=deploy/cluster_nodes.sh
. deploy/cluster_nodes.sh

work= # temporary folder of this run

main() {
  local form=${1:-10}
  [[ $form =~ ^([1-9][0-9]*|--short|--up)$ ]] || {
    echo 'usage: deploy/cluster.sh [ROUNDS | --short | --up]' >&2
    exit 2
  }
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  work=$(mktemp -d /tmp/tss-cluster.XXXXXX) # not in TMPDIR, which may be closed to the database's user
  packages_install "$work" base cluster
  printf '\n== cluster\n'
  mkdir "$work/nodes"
  chmod 711 "$work"
  cluster_start "$work/nodes"
  printf '== cluster: three Galera nodes and six of Redis answer, %d s\n' "$SECONDS"
  case $form in
  --up) hold ;;
  --short) cluster_test 1 'TestCluster_NodesAreKilled$' ;;
  *) cluster_test "$form" 'TestCluster_' ;;
  esac
  stage_summary
}

# cluster_test ROUNDS PATTERN runs the tests.
cluster_test() {
  mkdir "$work/tmp" # what tests leave behind goes with this folder
  export TMPDIR=$work/tmp CGO_ENABLED=1 TSS_TEST_CLUSTER_ROUNDS=$1
  stage "cluster tests, rounds: $1" go test -race -count=1 -v -timeout="$((10 + $1))m" -run "$2" ./cmd/tongshishang
}

# hold says where everything is, and waits.
hold() {
  local node
  printf 'database: %s (HAProxy)\nredis:    %s\n' "$(cat "$TSS_TEST_CLUSTER/database.url")" "$(cat "$TSS_TEST_CLUSTER/redis.url")"
  for node in "${galera_nodes[@]}" "${redis_nodes[@]}"; do
    printf '%-9s %s\n' "$node:" "$(cat "$TSS_TEST_CLUSTER/$node/address")"
  done
  printf 'logs and settings: %s\nCtrl-C ends it.\n' "$TSS_TEST_CLUSTER"
  wait "${servers_groups[0]}"
}

cleanup() {
  trap '' INT TERM HUP
  stage_stop
  servers_stop
  packages_cleanup
  [[ -z $work ]] || rm -rf "$work"
}

main "$@"
