# shellcheck shell=bash
# Sourced by scripts that need real servers: starts a private MariaDB and a private Redis on free loopback ports, with
# their files in a folder of the caller's, and ends them. Needs stage.sh and `set -m` in the sourcing script.
#
# Even if the script is killed outright, the kernel ends both servers with it (--pdeathsig).

PATH=$PATH:/usr/sbin:/sbin # where Debian keeps mariadbd, outside an ordinary user's PATH

servers_groups=() # process groups of the servers that run

# servers_start DIR starts both and exports TSS_TEST_MYSQL_URL (a user that may create databases) and TSS_TEST_REDIS_URL.
servers_start() {
  # The server doesn't run as root, and has to pass through a folder that mktemp made for root alone.
  chmod 711 "$1"
  mariadb_start "$1/mariadb"
  redis_start "$1/redis"
}

# servers_stop ends all. Their data is thrown away with the folder, so there is nothing to wait for.
servers_stop() {
  local group
  for group in "${servers_groups[@]}"; do # all at once, for each may take a second to be gone
    kill -KILL -- "-$group" 2>/dev/null || true
  done
  for group in "${servers_groups[@]}"; do
    end_group "$group" KILL
  done
  servers_groups=()
}

mariadb_start() {
  local dir=$1 port password
  mkdir -m 700 "$dir"
  ((EUID != 0)) || chown mysql: "$dir"
  port=$(free_port)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  # --force: a bare container can't look its own name up, and the name isn't needed.
  (mariadb_user "$dir" mariadb-install-db --no-defaults --datadir="$dir/data" --skip-test-db --force \
    --auth-root-authentication-method=normal) >"$dir/install.log" 2>&1 || server_failed MariaDB "$dir/install.log"
  # Names aren't resolved, so root@localhost is only the socket's; tests connect over TCP.
  cat >"$dir/init.sql" <<SQL
SET PASSWORD FOR root@localhost = PASSWORD('$password');
CREATE OR REPLACE USER root@127.0.0.1 IDENTIFIED BY '$password';
GRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION;
SQL
  ((EUID != 0)) || chown mysql: "$dir/init.sql"
  # A commit reaches the disk as in production; everything else is small.
  mariadb_user "$dir" mariadbd --no-defaults --datadir="$dir/data" --socket="$dir/sock" --pid-file="$dir/pid" \
    --tmpdir="$dir" --init-file="$dir/init.sql" --bind-address=127.0.0.1 --port="$port" --skip-name-resolve \
    --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci --max-connections=400 \
    --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=128M --innodb-log-file-size=64M \
    >"$dir/server.log" 2>&1 &
  servers_groups+=($!)
  MYSQL_PWD=$password server_wait MariaDB $! "$dir/server.log" \
    mariadb --no-defaults --host=127.0.0.1 --port="$port" --user=root --execute='SELECT 1'
  export TSS_TEST_MYSQL_URL="mysql://root:$password@127.0.0.1:$port/"
}

# mariadb_user DIR COMMAND… replaces the (sub)shell by the command, as the user mysql when started by root: MariaDB refuses
# to run as root.
mariadb_user() {
  local dir=$1 as=()
  shift
  cd / # the caller's folder may be closed to that user
  ((EUID != 0)) || as=(--reuid=mysql --regid=mysql --init-groups)
  TMPDIR=$dir exec setpriv "${as[@]}" --pdeathsig=KILL "$@"
}

redis_start() {
  local dir=$1 port
  mkdir -m 700 "$dir"
  port=$(free_port)
  setpriv --pdeathsig=KILL redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" --save '' --appendonly no \
    >"$dir/server.log" 2>&1 &
  servers_groups+=($!)
  server_wait Redis $! "$dir/server.log" redis-cli -h 127.0.0.1 -p "$port" ping
  export TSS_TEST_REDIS_URL="redis://127.0.0.1:$port/0"
}

# server_wait NAME PID LOG COMMAND… waits until the command, which asks the server something, succeeds.
server_wait() {
  local name=$1 pid=$2 log=$3 deadline=$((SECONDS + 60))
  shift 3
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)) || ! kill -0 "$pid" 2>/dev/null; then
      server_failed "$name" "$log"
    fi
    sleep 0.1
  done
  # Something else may have been quicker at the port.
  kill -0 "$pid" 2>/dev/null || server_failed "$name" "$log"
}

server_failed() {
  printf '%s did not start; the end of its log:\n' "$1" >&2
  tail -n 20 "$2" >&2
  exit 1
}

# free_port prints a loopback port at which nothing answers, below those the kernel gives to outgoing connections.
free_port() {
  local port
  while
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
  do :; done
  echo "$port"
}
