# shellcheck shell=bash
# Sourced by cluster.sh: a Galera cluster of three nodes behind HAProxy and a Redis Cluster of six, on free loopback ports,
# with their files in a folder of the caller's. Needs servers.sh and `set -m` in the sourcing script.
#
# Each node has a folder with its program and arguments in `run`, which keep.sh runs again whenever it ends; see there for how to
# take a node down. Its `address` is host:port. Everything is small: it all runs on one machine.

galera_nodes=(galera1 galera2 galera3)
redis_nodes=(redis1 redis2 redis3 redis4 redis5 redis6)

# cluster_start DIR starts everything, writes DIR/database.url (through HAProxy, a user that may create databases) and
# DIR/redis.url, and exports TSS_TEST_CLUSTER=DIR.
cluster_start() {
  local dir=$1 node
  chmod 711 "$dir" # the user mysql has to pass through
  galera_start "$dir"
  redis_cluster_start "$dir"
  haproxy_start "$dir"
  redis_cluster_wait "$dir" # while the Galera nodes join each other
  for node in "${galera_nodes[@]}" haproxy; do
    galera_wait "$dir" "$node"
  done
  export TSS_TEST_CLUSTER=$dir
}

# node_start DIR/NODE runs a node, whose `run` reads the script from standard input, until servers_stop.
node_start() {
  cat >"$1/run"
  chmod 755 "$1/run"
  setpriv --pdeathsig=KILL "$BASH" "$deploy/keep.sh" "$1" &
  servers_groups+=($!)
}

galera_start() {
  local dir=$1 node peers=gcomm:// port
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  for node in "${galera_nodes[@]}"; do
    mkdir -m 711 "$dir/$node"
    echo "127.0.0.1:$(free_port)" >"$dir/$node/address"
    port=$(free_port)
    echo "$port" >"$dir/$node/group_port"
    peers+=127.0.0.1:$port,
  done
  (mariadb_user "$dir/galera1" true) # fails here and not in the background where the user mysql is missing
  galera_install "$dir/galera1" "$password"
  for node in galera2 galera3; do # one installation is enough; what is in it comes with the state transfer
    cp -a "$dir/galera1/data" "$dir/$node/data"
  done
  for node in "${galera_nodes[@]}"; do
    galera_config "$dir/$node" "${peers%,}" >"$dir/$node/my.cnf"
    ((EUID != 0)) || chown -R mysql: "$dir/$node"
  done
  touch "$dir/galera1/bootstrap"
  for node in "${galera_nodes[@]}"; do
    node_start "$dir/$node" < <(galera_run "$dir/$node")
    [[ $node != galera1 ]] || galera_wait "$dir" galera1 # there has to be a cluster to join
  done
}

# galera_install DIR PASSWORD makes the data folder, with the users that the nodes will have.
galera_install() {
  local dir=$1 password=$2
  ((EUID != 0)) || chown mysql: "$dir"
  (mariadb_user "$dir" mariadb-install-db --no-defaults --datadir="$dir/data" --skip-test-db --force \
    --auth-root-authentication-method=normal) >"$dir/install.log" 2>&1 || server_failed MariaDB "$dir/install.log"
  (mariadb_user "$dir" mariadbd --no-defaults --datadir="$dir/data" --bootstrap) >>"$dir/install.log" 2>&1 <<SQL || server_failed MariaDB "$dir/install.log"
USE mysql;
FLUSH PRIVILEGES;
SET PASSWORD FOR root@localhost = PASSWORD('$password');
CREATE OR REPLACE USER root@127.0.0.1 IDENTIFIED BY '$password';
GRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION;
CREATE USER haproxy@127.0.0.1;
SQL
}

# galera_config DIR PEERS prints the node's configuration. A commit is on the node's own disk before it is acknowledged, so that
# even all nodes may be killed at once. See deploy/README.md for what a real cluster needs besides.
galera_config() {
  local dir=$1 peers=$2
  cat <<CNF
[mariadbd]
datadir = $dir/data
socket = $dir/sock
pid-file = $dir/mariadbd.pid
tmpdir = $dir
bind-address = 127.0.0.1
port = $(port_of "$dir")
skip-name-resolve
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_ci
max-connections = 200
innodb-buffer-pool-size = 64M
innodb-log-file-size = 32M
innodb-flush-log-at-trx-commit = 1
innodb-autoinc-lock-mode = 2
binlog-format = ROW
wsrep-on = ON
wsrep-provider = $(galera_library)
wsrep-cluster-name = tongshishang
wsrep-cluster-address = $peers
wsrep-node-name = ${dir##*/}
wsrep-node-address = 127.0.0.1:$(cat "$dir/group_port")
wsrep-sst-method = rsync
wsrep-sst-receive-address = 127.0.0.1:$(free_port)
wsrep-slave-threads = 2
wsrep-sync-wait = ${TSS_CLUSTER_SYNC_WAIT:-1}
wsrep-provider-options = "base_host=127.0.0.1;base_port=$(cat "$dir/group_port");gmcast.listen_addr=tcp://127.0.0.1:$(cat "$dir/group_port");ist.recv_addr=127.0.0.1:$(free_port);gcache.size=16M;gcache.recover=yes;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT6S;evs.keepalive_period=PT0.5S"
CNF
}

# galera_library prints where Debian keeps Galera, which depends on the processor.
galera_library() {
  local path
  for path in /usr/lib/galera/libgalera_smm.so /usr/lib/*/galera/libgalera_smm.so; do
    [[ ! -e $path ]] || break
  done
  echo "$path"
}

# galera_run DIR prints the script that runs the node. It asks the data folder first how far the node had come, so that after a
# kill the node gets only what it missed and not everything.
galera_run() {
  local dir=$1 as=
  ((EUID != 0)) || as='--reuid=mysql --regid=mysql --init-groups'
  cat <<RUN
#!/bin/bash
cd /
export TMPDIR=$dir
as='setpriv $as --pdeathsig=KILL'
if [[ -e $dir/bootstrap ]]; then
  rm $dir/bootstrap
  new=--wsrep-new-cluster
else
  position=\$(\$as mariadbd --defaults-file=$dir/my.cnf --wsrep-recover 2>&1 | sed -n 's/.*WSREP: Recovered position:* *//p' | tail -n 1)
fi
exec \$as mariadbd --defaults-file=$dir/my.cnf \$new \${position:+--wsrep-start-position="\$position"}
RUN
}

# galera_wait DIR NODE waits until the node (or HAProxy before it) answers as part of the cluster.
galera_wait() {
  local dir=$1 node=$2
  MYSQL_PWD=$password server_wait "$node" "${servers_groups[-1]}" "$dir/$node/log" galera_synced "$(port_of "$dir/$node")"
}

galera_synced() {
  [[ $(mariadb --no-defaults --host=127.0.0.1 --port="$1" --user=root --batch --skip-column-names \
    --execute="SHOW STATUS LIKE 'wsrep_local_state'") == *$'\t4' ]]
}

haproxy_start() {
  local dir=$1
  mkdir "$dir/haproxy"
  echo "127.0.0.1:$(free_port)" >"$dir/haproxy/address"
  echo "mysql://root:$password@$(cat "$dir/haproxy/address")/" >"$dir/database.url"
  node_start "$dir/haproxy" <<RUN
#!/bin/bash
export TSS_CLUSTER_ADDRESS=$(cat "$dir/haproxy/address")
export TSS_CLUSTER_GALERA1=$(cat "$dir/galera1/address") TSS_CLUSTER_GALERA2=$(cat "$dir/galera2/address") TSS_CLUSTER_GALERA3=$(cat "$dir/galera3/address")
exec setpriv --pdeathsig=KILL haproxy -db -f $deploy/haproxy/galera.cfg
RUN
}

redis_cluster_start() {
  local dir=$1 node
  for node in "${redis_nodes[@]}"; do
    mkdir -m 700 "$dir/$node"
    echo "127.0.0.1:$(free_port)" >"$dir/$node/address"
    node_start "$dir/$node" <<RUN
#!/bin/bash
exec setpriv --pdeathsig=KILL redis-server --bind 127.0.0.1 --port $(port_of "$dir/$node") --dir $dir/$node --save '' \\
  --cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 2000
RUN
  done
}

# redis_cluster_wait DIR makes the six nodes a cluster, three masters with a replica each, and waits until it answers.
redis_cluster_wait() {
  local dir=$1 node addresses=()
  for node in "${redis_nodes[@]}"; do
    server_wait "$node" "${servers_groups[-1]}" "$dir/$node/log" redis-cli -h 127.0.0.1 -p "$(port_of "$dir/$node")" ping
    addresses+=("$(cat "$dir/$node/address")")
  done
  redis-cli --cluster create "${addresses[@]}" --cluster-replicas 1 --cluster-yes >"$dir/redis-create.log" || server_failed 'Redis Cluster' "$dir/redis-create.log"
  server_wait 'Redis Cluster' "${servers_groups[-1]}" "$dir/redis1/log" redis_cluster_ok "$(port_of "$dir/redis1")"
  (IFS=,; echo "redis+cluster://${addresses[*]}") >"$dir/redis.url"
}

redis_cluster_ok() {
  [[ $(redis-cli -h 127.0.0.1 -p "$1" cluster info) == *cluster_state:ok* ]]
}

# port_of DIR prints the port of a node's address.
port_of() {
  local address
  address=$(cat "$1/address")
  echo "${address##*:}"
}
