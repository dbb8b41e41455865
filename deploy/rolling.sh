#!/usr/bin/env bash
# Replaces running instances under load: three of them behind HAProxy (deploy/haproxy/haproxy.cfg as it is shipped), people who talk
# through it, each message sent once, while the instances are stopped with SIGTERM and started again with another binary, one
# after the other, ROUNDS times (default 10, about 20 seconds a round), and killed. No request may fail, and nothing may be lost,
# doubled or sent twice.
#
#   deploy/rolling.sh [ROUNDS]
#
# The short form is part of deploy/test.sh, which this script uses: it starts the servers and leaves nothing running.
set -euo pipefail
rounds=${1:-10}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || {
  echo "usage: deploy/rolling.sh [ROUNDS]" >&2
  exit 2
}
export TSS_TEST_ROLLING_ROUNDS=$rounds
exec "$(dirname "${BASH_SOURCE[0]}")/test.sh" ./cmd/tongshishang -v -run 'Rolling|Serve_Drains' -timeout="$((10 + rounds))m"
