# Stand-ins for python:3.14-slim (target slim) and python:3.14 (target full).
# Their layers are shaped like the official ones. CPython is compiled once, with debug symbols as
# in the full image; the slim image gets the same files stripped.
# FROM names are local images: see README.md for the commands.

FROM stand-in/debian-slim AS cpython
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends \
        dpkg-dev gcc libc6-dev make xz-utils \
        libbluetooth-dev libbz2-dev libdb-dev libffi-dev libgdbm-dev liblzma-dev libncursesw5-dev \
        libreadline-dev libsqlite3-dev libssl-dev libzstd-dev tk-dev uuid-dev zlib1g-dev
COPY python-source.sh /
RUN /python-source.sh 3.14 /usr/src/python
WORKDIR /usr/src/python
# No --enable-optimizations and no --with-lto: they multiply the build time, and no lab measures
# the speed of the interpreter. The rest follows the official build.
RUN set -eux; \
    ./configure \
        --build="$(dpkg-architecture --query DEB_BUILD_GNU_TYPE)" \
        --enable-loadable-sqlite-extensions \
        --enable-option-checking=fatal \
        --enable-shared \
        --without-ensurepip \
        --disable-test-modules
RUN set -eux; \
    cflags="$(dpkg-buildflags --get CFLAGS) -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer"; \
    ldflags="$(dpkg-buildflags --get LDFLAGS)"; \
    make -j "$(nproc)" EXTRA_CFLAGS="$cflags" LDFLAGS="$ldflags"; \
    # Linked again with a path of its own, so that it never picks up another libpython3.14.
    rm python; \
    make EXTRA_CFLAGS="$cflags" LDFLAGS="$ldflags -Wl,-rpath='\$\$ORIGIN/../lib'" python
RUN set -eux; \
    make install; \
    ldconfig; \
    PYTHONDONTWRITEBYTECODE=1 python3 -m ensurepip; \
    find /usr/local -depth \
        \( -type d \( -name test -o -name tests -o -name idle_test -o -name __pycache__ \) \
        -o -type f -name 'libpython*.a' \) -exec rm -rf '{}' +
RUN set -eux; \
    cp -a /usr/local /stripped; \
    find /stripped -type f \( -name '*.so*' -o -name python3.14 \) \
        -exec strip --strip-unneeded '{}' +; \
    # The packages whose libraries the interpreter loads; tkinter is left without its own in slim.
    find /usr/local -type f \( -name '*.so*' -o -name python3.14 \) -not -name '*tkinter*' \
        -exec ldd '{}' + \
        | awk '$2 == "=>" && $3 !~ "^/usr/local/" { sub("^/(usr/)?", "", $3); print "*" $3 }' \
        | sort -u | xargs -r dpkg-query --search \
        | awk -F: '!/^diversion/ { print $1 }' | sort -u >/runtime-packages; \
    cat /runtime-packages


FROM stand-in/debian-slim AS slim
ENV PATH=/usr/local/bin:$PATH
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends ca-certificates netbase tzdata; \
    apt-get dist-clean
# Mounted, not copied: files and libraries make one layer, as in the official image.
RUN --mount=type=bind,from=cpython,target=/cpython set -eux; \
    apt-get update; \
    xargs apt-get install -y --no-install-recommends </cpython/runtime-packages; \
    apt-get dist-clean; \
    cp -a /cpython/stripped/. /usr/local/; \
    ldconfig; \
    export PYTHONDONTWRITEBYTECODE=1; \
    python3 --version; \
    pip3 --version
RUN set -eux; \
    for name in idle pip pydoc python python-config; do \
        ln -sT "$(echo "$name" | sed 's/^[a-z]*/&3/')" "/usr/local/bin/$name"; \
    done
CMD ["python3"]


# The package lists of buildpack-deps, in its layers: what the full image adds to Debian.
FROM stand-in/debian AS full
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends ca-certificates curl gnupg netbase sq wget; \
    apt-get dist-clean
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends git mercurial openssh-client procps subversion; \
    apt-get dist-clean
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends \
        autoconf automake bzip2 default-libmysqlclient-dev dpkg-dev file g++ gcc imagemagick \
        libbz2-dev libc6-dev libcurl4-openssl-dev libdb-dev libevent-dev libffi-dev libgdbm-dev \
        libglib2.0-dev libgmp-dev libjpeg-dev libkrb5-dev liblzma-dev libmagickcore-dev \
        libmagickwand-dev libmaxminddb-dev libncurses5-dev libncursesw5-dev libpng-dev libpq-dev \
        libreadline-dev libsqlite3-dev libssl-dev libtool libwebp-dev libxml2-dev libxslt-dev \
        libyaml-dev make patch unzip xz-utils zlib1g-dev; \
    apt-get dist-clean
ENV PATH=/usr/local/bin:$PATH
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends libbluetooth-dev tk-dev uuid-dev; \
    apt-get dist-clean
RUN --mount=type=bind,from=cpython,target=/cpython set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends libzstd-dev; \
    apt-get dist-clean; \
    cp -a /cpython/usr/local/. /usr/local/; \
    ldconfig; \
    export PYTHONDONTWRITEBYTECODE=1; \
    python3 --version; \
    pip3 --version
RUN set -eux; \
    for name in idle pip pydoc python python-config; do \
        ln -sT "$(echo "$name" | sed 's/^[a-z]*/&3/')" "/usr/local/bin/$name"; \
    done
CMD ["python3"]
