#!/bin/sh
# Make the root file system of a stand-in Debian base: rootfs.sh VARIANT OUT.tar
#   debian       what the full Python image starts from: manual pages, docs and translations in
#   debian-slim  what the slim one starts from: the same packages without those
# Needs mmdebstrap and, in practice, root. `docker import OUT.tar NAME` makes it an image.
set -eu
# apt drops its rights to download: it must be able to read its settings whatever the caller's mask.
umask 022

suite=trixie

if [ $# -ne 2 ]; then
    echo "usage: rootfs.sh debian|debian-slim OUT.tar" >&2
    exit 2
fi
variant=$1
out=$2
if ! command -v mmdebstrap >/dev/null; then
    echo "rootfs.sh: mmdebstrap is not installed; on Debian: apt-get install mmdebstrap" >&2
    exit 3
fi

# The excludes go through dpkg's own configuration, so that packages which a lab installs later
# lose their docs too, as they do in the official slim image.
set --
case $variant in
debian) ;;
debian-slim)
    for path in doc groff info linda lintian locale man; do
        set -- "$@" "--dpkgopt=path-exclude=/usr/share/$path/*"
    done
    set -- "$@" '--dpkgopt=path-include=/usr/share/doc/*/copyright'
    ;;
*)
    echo "rootfs.sh: unknown variant $variant (debian or debian-slim)" >&2
    exit 2
    ;;
esac

settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT
trap 'exit 130' INT TERM

# Same file names as in the official images: Dockerfiles in the wild delete docker-clean by name
# when they keep the downloaded packages in a cache mount.
cat >"$settings/docker-clean" <<'CONF'
// Without this every apt-get install layer would keep its downloaded packages.
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF
cat >"$settings/docker-gzip-indexes" <<'CONF'
// A layer in which the package lists were forgotten should hold them compressed.
Acquire::GzipIndexes "true";
CONF
cat >"$settings/docker-no-languages" <<'CONF'
// Nobody reads translated package descriptions in a build.
Acquire::Languages "none";
CONF
cat >"$settings/docker-autoremove-suggests" <<'CONF'
// So that purge --auto-remove really takes back what a build step had installed.
Apt::AutoRemove::SuggestsImportant "false";
CONF

# Runs on the finished tree ($1 is its path), before the archive is written.
cat >"$settings/finish" <<'FINISH'
set -eu
root=$1
for name in clean gzip-indexes no-languages autoremove-suggests; do
    install -m 644 "${0%/*}/docker-$name" "$root/etc/apt/apt.conf.d/"
done
# The official images use this form and file name, and Dockerfiles edit it (deb-src, components).
# The addresses are whatever the bootstrap chose by itself: none is written here.
awk '$1 == "deb" {
    if (!($2 in suites)) order[++n] = $2
    suites[$2] = suites[$2] " " $3
}
END {
    for (i = 1; i <= n; i++)
        printf "%sTypes: deb\nURIs: %s\nSuites:%s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.pgp\n",
            (i > 1 ? "\n" : ""), order[i], suites[order[i]]
}' "$root/etc/apt/sources.list" >"$root/etc/apt/sources.list.d/debian.sources"
rm "$root/etc/apt/sources.list"
test -s "$root/usr/share/keyrings/debian-archive-keyring.pgp"
if [ -e "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap" ]; then
    mv "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$root/etc/dpkg/dpkg.cfg.d/docker"
fi
# The builder's host name and resolver are nobody else's business; Docker mounts its own.
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
rm -f "$root"/var/cache/apt/*.bin
rm -f "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old "$root/var/cache/ldconfig/aux-cache"
find "$root/var/log" -type f -delete
FINISH

mmdebstrap --quiet --variant=minbase "$@" \
    --customize-hook="sh '$settings/finish' \"\$1\"" \
    "$suite" "$out"
