#!/usr/bin/env bash
# Runs every test of the project against real servers that it starts for itself, and leaves nothing running.
#
#   deploy/test.sh                       everything: vet, all tests with the race detector, every fuzz target and the
#                                        benchmark briefly
#   deploy/test.sh ./store/... -run X    only `go test -race` with these arguments
#
# On Debian 12 it needs only Go; what else is missing it installs when run as root. FUZZTIME (default 3s) is the time of
# each fuzz target; FUZZTIME=0 leaves fuzzing out.
set -euo pipefail
set -m # see stage.sh
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/stage.sh
. deploy/stage.sh
# shellcheck source=deploy/servers.sh
. deploy/servers.sh

work=        # temporary folder of this run
service_ban= # the policy-rc.d that this run put up

main() {
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  work=$(mktemp -d /tmp/tss-test.XXXXXX) # not in TMPDIR, which may be closed to the database's user
  install_missing
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
}

# bench_short shows that the benchmark works and that its load leaves the tables right; it judges no times.
bench_short() {
  CGO_ENABLED=0 go build -o "$work/bench" ./cmd/tongshishang-bench
  CGO_ENABLED=0 "$work/bench" -short -mysql-pid "${servers_groups[0]}"
}

cleanup() {
  trap '' INT TERM HUP
  stage_stop
  servers_stop
  [[ -z $service_ban ]] || rm -f "$service_ban"
  [[ -z $work ]] || rm -rf "$work"
}

# install_missing brings the Debian packages whose programs aren't there.
install_missing() {
  local need=()
  command -v go >/dev/null || fail "Go is missing: install the version that go.mod names from https://go.dev/dl/"
  command -v mariadbd >/dev/null || need+=(mariadb-server)
  command -v mariadb >/dev/null || need+=(mariadb-client)
  command -v redis-server >/dev/null || need+=(redis-server)
  command -v redis-cli >/dev/null || need+=(redis-tools)
  command -v node >/dev/null || need+=(nodejs)
  command -v npm >/dev/null || need+=(npm)
  command -v gcc >/dev/null || need+=(gcc libc6-dev) # for the race detector
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || need+=(ca-certificates)
  ((${#need[@]} > 0)) || return 0
  ((EUID == 0)) || fail "missing: ${need[*]}. Run this script once as root, or: sudo apt-get install ${need[*]}"
  command -v apt-get >/dev/null || fail "missing: ${need[*]}, and this isn't Debian: install them by hand"
  ban_services
  stage "install ${need[*]}" apt_install "${need[@]}"
  [[ -z $service_ban ]] || rm -f "$service_ban"
}

# ban_services keeps freshly installed packages from starting the system's own MariaDB and Redis (invoke-rc.d(8)).
ban_services() {
  [[ ! -e /usr/sbin/policy-rc.d ]] || return 0
  service_ban=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' >"$service_ban"
  chmod 755 "$service_ban"
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"
  } >"$work/apt.log" 2>&1 || {
    tail -n 20 "$work/apt.log" >&2
    return 1
  }
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

fail() {
  printf 'deploy/test.sh: %s\n' "$1" >&2
  exit 1
}

main "$@"
