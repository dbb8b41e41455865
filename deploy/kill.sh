#!/usr/bin/env bash
# Runs the kill tests in their long form: under load, MariaDB and Redis are killed and started again ROUNDS times each
# (default 50, about four seconds a round); then everything acknowledged must have been handled exactly once.
#
#   deploy/kill.sh [ROUNDS]
#
# The short form is part of deploy/test.sh, which this script uses: it starts the servers and leaves nothing running.
set -euo pipefail
rounds=${1:-50}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || {
  echo "usage: deploy/kill.sh [ROUNDS]" >&2
  exit 2
}
export TSS_TEST_KILL_ROUNDS=$rounds
exec "$(dirname "${BASH_SOURCE[0]}")/test.sh" ./cmd/tongshishang ./bot/intake -v -run 'Kill|Spool|DatabaseAway' -timeout="$((10 + rounds))m"
