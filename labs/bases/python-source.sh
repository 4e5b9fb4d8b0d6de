#!/bin/sh
# Unpack CPython's source from Debian's archive: python-source.sh LINE FOLDER
# This Python is newer than Debian's release, so its source, and only that, comes from where the next
# release grows. The tarballs are python.org's own, without Debian's patches.
set -eu

line=$1
folder=$2
# Tried first, so that machines build the same: what the official images had on the day that
# bases.toml names, with the checksum that python.org publishes.
version=3.14.7
checksum=3b48dac8fb59f62eaa67ac83c1eb12bda1b7a08406dd286e252c11a66be27f81

cd "$(mktemp -d)"
chmod 755 .
archive=$(sed -n 's/^URIs: //p' /etc/apt/sources.list.d/debian.sources | head -n 1)
file="python${line}_$version.orig.tar.xz"
if /usr/lib/apt/apt-helper download-file \
    "${archive%/}/pool/main/p/python$line/$file" "$file" "SHA256:$checksum"; then
    echo "CPython $version, as pinned"
else
    # Debian keeps a version or two at a time: the newest one, which apt checks by the archive's
    # signature. By that a mirror that lags some weeks is right too.
    sed '/^$/,$d; s/^Types:.*/Types: deb-src/; s/^Suites:.*/Suites: forky sid\nCheck-Valid-Until: no/' \
        /etc/apt/sources.list.d/debian.sources >/etc/apt/sources.list.d/next.sources
    apt-get update
    for version in $(apt-cache showsrc --only-source "python$line" |
        sed -n 's/^Version: //p' | sort -rVu); do
        apt-get source --tar-only --download-only "python$line=$version" && break
    done
fi
mkdir -p "$folder"
tar -xJf "python${line}_"*.orig.tar.xz -C "$folder" --strip-components=1
