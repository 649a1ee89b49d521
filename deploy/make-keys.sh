#!/usr/bin/env bash
# Makes what gate and warehouse keep secret, once: make-keys.sh GATE_FOLDER WAREHOUSE_FOLDER. Files that are there are left alone.
# GATE_ACCOUNT and WAREHOUSE_ACCOUNT (uid:gid) become the owners when they are set.
set -euo pipefail
umask 077
gate=$1 warehouse=$2

certificate() { # FILE_WITHOUT_SUFFIX
    [ -e "$1.key" ] && return
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 730 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 -addext extendedKeyUsage=serverAuth \
        -addext basicConstraints=critical,CA:FALSE -keyout "$1.key.new" -out "$1.crt" 2>/dev/null
    chmod 644 "$1.crt"
    mv "$1.key.new" "$1.key"
}

secret() { # FILE
    [ -e "$1" ] || openssl rand -hex 32 | tr -d '\n' >"$1"
}

certificate "$gate/server"
certificate "$warehouse/server"
secret "$gate/pseudonym.key"
secret "$gate/warehouse.password"
secret "$warehouse/superuser.password"
cp "$warehouse/server.crt" "$gate/warehouse-ca.crt"
cp "$gate/warehouse.password" "$warehouse/service.password"
chmod 644 "$gate/warehouse-ca.crt"
[ -z "${GATE_ACCOUNT:-}" ] || chown -R "$GATE_ACCOUNT" "$gate"
[ -z "${WAREHOUSE_ACCOUNT:-}" ] || chown -R "$WAREHOUSE_ACCOUNT" "$warehouse"
