# shellcheck shell=bash
# Sourced by test.sh and cluster.sh: brings the Debian packages that they need and that aren't there.

packages_ban= # the policy-rc.d that this run put up

# packages_install DIR SET… installs what is missing of the sets base, npm and cluster; DIR takes apt's log.
packages_install() {
  local dir=$1 need=() set
  shift
  command -v go >/dev/null || packages_fail "Go is missing: install the version that go.mod names from https://go.dev/dl/"
  for set in "$@"; do
    "packages_$set"
  done
  ((${#need[@]} > 0)) || return 0
  ((EUID == 0)) || packages_fail "missing: ${need[*]}. Run this script once as root, or: sudo apt-get install ${need[*]}"
  command -v apt-get >/dev/null || packages_fail "missing: ${need[*]}, and this isn't Debian: install them by hand"
  packages_ban_services
  stage "install ${need[*]}" packages_apt "$dir/apt.log" "${need[@]}"
  packages_cleanup
}

packages_base() {
  need_unless mariadbd mariadb-server
  need_unless mariadb mariadb-client
  need_unless redis-server redis-server
  need_unless redis-cli redis-tools
  need_unless haproxy haproxy # in front of instances, and of Galera
  need_unless gcc gcc libc6-dev # for the race detector
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || need+=(ca-certificates)
}

packages_npm() {
  need_unless node nodejs
  need_unless npm npm
}

packages_cluster() {
  compgen -G '/usr/lib/galera/libgalera_smm.so' >/dev/null || compgen -G '/usr/lib/*/galera/libgalera_smm.so' >/dev/null || need+=(galera-4)
  need_unless rsync rsync # and what else wsrep_sst_rsync asks for
  need_unless lsof lsof
  need_unless ip iproute2
}

# need_unless PROGRAM PACKAGE… notes the packages when there is no such program.
need_unless() {
  local program=$1
  shift
  command -v "$program" >/dev/null || need+=("$@")
}

# packages_ban_services keeps freshly installed packages from starting the system's own servers (invoke-rc.d(8)).
packages_ban_services() {
  [[ ! -e /usr/sbin/policy-rc.d ]] || return 0
  packages_ban=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' >"$packages_ban"
  chmod 755 "$packages_ban"
}

# packages_cleanup lifts the ban; for traps, too.
packages_cleanup() {
  [[ -z $packages_ban ]] || rm -f "$packages_ban"
  packages_ban=
}

packages_apt() {
  local log=$1
  shift
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"
  } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    return 1
  }
}

packages_fail() {
  printf '%s: %s\n' "$0" "$1" >&2
  exit 1
}
