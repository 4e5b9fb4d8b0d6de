# Stand-in for postgres:17, from Debian's own packages. It answers to the variables of the official
# image that the labs use; see README.md for what it does not do.
# FROM names are local images: see README.md for the commands.

FROM stand-in/debian-slim
# Ids of the official image. Made first, for the packages would make the user with others.
RUN set -eux; \
    groupadd --system --gid 999 postgres; \
    useradd --system --uid 999 --gid postgres --home-dir /var/lib/postgresql --shell /bin/bash \
        postgres; \
    install -d -m 755 -o postgres -g postgres /var/lib/postgresql
RUN set -eux; \
    apt-get update; \
    # Debian's package makes a cluster at once, unless it is told not to.
    mkdir -p /etc/postgresql-common; \
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf; \
    apt-get install -y --no-install-recommends postgresql-17 locales tzdata; \
    apt-get dist-clean; \
    localedef -i en_US -c -f UTF-8 -A /etc/locale.alias en_US.UTF-8; \
    # As in the official image: it listens on every address, and any user may start the server.
    sed -ri "s/^#?(listen_addresses)\s*=\s*\S+.*/\1 = '*'/" \
        /usr/share/postgresql/17/postgresql.conf.sample; \
    install -d -m 3777 -o postgres -g postgres /var/run/postgresql; \
    install -d -m 1777 -o postgres -g postgres /var/lib/postgresql/data
ENV LANG=en_US.utf8 \
    PATH=$PATH:/usr/lib/postgresql/17/bin \
    PGDATA=/var/lib/postgresql/data
COPY --chmod=755 <<'EOF' /usr/local/bin/docker-entrypoint.sh
#!/bin/sh
# Make a database cluster at the first start, then become the server.
set -eu

case ${1-} in -*) set -- postgres "$@" ;; esac
if [ "${1-}" != postgres ]; then
    exec "$@"
fi
for word in "$@"; do
    case $word in --help | --version | -V) exec "$@" ;; esac
done

if [ "$(id -u)" = 0 ]; then
    install -d -m 700 -o postgres -g postgres "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    user=${POSTGRES_USER:-postgres}
    database=${POSTGRES_DB:-$user}
    method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
    if [ -z "${POSTGRES_PASSWORD-}" ] && [ "$method" != trust ]; then
        echo 'postgres: POSTGRES_PASSWORD is not set; a new database needs one' >&2
        exit 1
    fi
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" 2>/dev/null || :
    password=$(mktemp)
    trap 'rm -f "$password"' EXIT
    printf '%s\n' "${POSTGRES_PASSWORD-}" >"$password"
    if [ -n "${POSTGRES_PASSWORD-}" ]; then
        initdb --username="$user" --pwfile="$password"
    else
        initdb --username="$user"
    fi
    rm -f "$password"
    trap - EXIT
    printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
    if [ "$database" != postgres ]; then
        # In single-user mode: nobody can connect before the server proper is up.
        printf 'CREATE DATABASE "%s"\n' "$(printf %s "$database" | sed 's/"/""/g')" \
            | postgres --single -j -D "$PGDATA" postgres >/dev/null
    fi
fi

exec "$@"
EOF
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
# A fast shutdown: open connections are ended, data is written.
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
