#!/usr/bin/env bash
# Runs every test of the project against real servers that it starts for itself, and leaves nothing running.
#
#   deploy/test.sh                       everything: vet, all tests with the race detector, every fuzz target, the
#                                        benchmark and the cluster briefly, the alert rules and the Kubernetes manifests
#   deploy/test.sh ./store/... -run X    only `go test -race` with these arguments
#
# On Debian 12 it needs only Go; what else is missing it installs when run as root. FUZZTIME (default 3s) is the time of
# each fuzz target; FUZZTIME=0 leaves fuzzing out.
set -euo pipefail
set -m # see stage.sh
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/stage.sh
. deploy/stage.sh
# shellcheck source=deploy/packages.sh
. deploy/packages.sh
# shellcheck source=deploy/servers.sh
. deploy/servers.sh

work= # temporary folder of this run

main() {
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  work=$(mktemp -d /tmp/tss-test.XXXXXX) # not in TMPDIR, which may be closed to the database's user
  packages_install "$work" base npm
  stage 'npm clients' npm_clients
  TSS_TEST_NPM=$(readlink -f "$work/npm")
  export TSS_TEST_NPM
  printf '\n== servers\n'
  servers_start "$work"
  printf '== servers: MariaDB and Redis answer\n'
  # What tests leave behind goes with this folder.
  mkdir "$work/tmp"
  export TMPDIR=$work/tmp CGO_ENABLED=1 # the race detector needs cgo
  if (($# > 0)); then
    stage "go test $*" go test -race -count=1 "$@"
  else
    everything
  fi
  stage_summary
}

everything() {
  stage 'go vet' go vet ./...
  stage 'go test -race' go test -race -count=1 -timeout=20m ./...
  [[ ${FUZZTIME:=3s} == 0 ]] || stage "fuzz targets, $FUZZTIME each" fuzz_all
  stage 'benchmark, briefly' bench_short
  stage 'cluster, briefly' deploy/cluster.sh --short
  stage 'alert rules' alerts
  stage 'Kubernetes manifests' manifests
}

# bench_short shows that the benchmark works and that its load leaves the tables right; it judges no times.
bench_short() {
  CGO_ENABLED=0 go build -o "$work/bench" ./cmd/tongshishang-bench
  CGO_ENABLED=0 "$work/bench" -short -mysql-pid "${servers_groups[0]}"
}

# alerts tries every alert rule on figures made up for it, by Prometheus's own tool.
alerts() {
  local promtool
  promtool=$(promtool)
  "$promtool" check config deploy/prometheus/prometheus.yml
  "$promtool" test rules deploy/prometheus/rules_test.yml
}

# promtool prints where that tool is: the system's, or the one file taken out of Debian's package, kept for the next run. The
# package itself would bring a server and a web page.
promtool() {
  local cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/tongshishang new
  type -P promtool && return
  mkdir -p "$cache" 2>/dev/null || cache=$work
  if [[ ! -x $cache/promtool ]]; then
    new=$(mktemp -d "$cache/promtool-new.XXXXXX")
    (
      cd "$new"
      apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }
      dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
    ) >&2
    mv "$new/usr/bin/promtool" "$cache/promtool"
    rm -rf "$new"
  fi
  printf '%s\n' "$cache/promtool"
}

# manifests builds and checks them with Kubernetes' own types, in a module of their own.
manifests() {
  (cd deploy/k8s && go test -count=1 ./...)
}

cleanup() {
  trap '' INT TERM HUP
  stage_stop
  servers_stop
  packages_cleanup
  [[ -z $work ]] || rm -rf "$work"
}

# npm_clients installs the foreign WeChat clients that a test talks to, and links $work/npm to them. They are kept for the
# next run under the lock file's digest.
npm_clients() {
  local from=bot/channel/wechat/testdata/npm cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/tongshishang kept new
  mkdir -p "$cache" 2>/dev/null || cache=$work
  kept=$cache/npm-$(sha256sum "$from/package-lock.json" | cut -c1-16)
  if [[ ! -d $kept ]]; then
    new=$(mktemp -d "$cache/npm-new.XXXXXX")
    cp "$from/package.json" "$from/package-lock.json" "$new"
    (cd "$new" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || {
      rm -rf "$new"
      return 1
    }
    # Another run may have been quicker; its folder is as good.
    mv -T "$new" "$kept" 2>/dev/null || rm -rf "$new"
  fi
  ln -s "$kept" "$work/npm"
}

# fuzz_all runs each target; go test takes only one at a time. They are found by their names in the source, because asking
# `go test -list` would link every test of the project once more.
fuzz_all() {
  local line
  while read -r line; do
    fuzz "${line%/*}" "${line##*func }"
  done < <(grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' bot cmd config store | sort)
}

# fuzz PACKAGE NAME runs one target. For go test it is no failure when there is nothing to run, so its count is asked for; on a
# busy machine the time may end with the inputs that are known already. Without a bound on it, go spends the time on
# shrinking interesting inputs.
fuzz() {
  local log=$work/fuzz.log count
  if go test -run='^$' -fuzz="^$2\$" -fuzztime="$FUZZTIME" -fuzzminimizetime=10x "./$1" >"$log" 2>&1 || fuzz_ended "$log"; then
    if count=$(grep -oE 'execs: [0-9]+|baseline coverage: [1-9][0-9]*/[0-9]+' "$log" | tail -n 1); then
      printf 'ok  %s %s (%s)\n' "$1" "$2" "$count"
      return 0
    fi
  fi
  cat "$log"
  return 1
}

# fuzz_ended tells whether all that failed was the end of the time itself: up to Go 1.26 that is now and then reported as
# a failure (golang/go#75804). A real finding always comes with the input that it failed on.
fuzz_ended() {
  grep -qE '^ +context deadline exceeded$' "$1" && ! grep -qE 'Failing input written|seed corpus entry' "$1"
}

main "$@"
