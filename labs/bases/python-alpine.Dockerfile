# Stand-in for python:3.14-alpine: musl and BusyBox, made FROM scratch out of Debian's packages and
# sources, for linux/amd64. It is not Alpine: it has no apk, so nothing can be added to it but
# Python packages. The builder is a local image: see README.md for the command.

FROM stand-in/debian-slim AS musl
RUN set -eux; \
    sed -i 's/^Types: deb$/& deb-src/' /etc/apt/sources.list.d/debian.sources; \
    apt-get update; \
    apt-get install -y --no-install-recommends \
        autoconf automake bzip2 ca-certificates gcc libc6-dev libltdl-dev libtool linux-libc-dev \
        make musl-dev musl-tools perl tcl tzdata xz-utils; \
    # musl's own headers leave the kernel's out.
    ln -s /usr/include/linux /usr/include/asm-generic /usr/include/mtd \
        /usr/include/x86_64-linux-gnu/asm /usr/include/x86_64-linux-musl/
# Named gcc, because CPython remembers its compiler's name and pip looks for it when it must build
# a package. CPython's configure asks for the multiarch name, and Debian's answer is glibc's; the
# linker looks for a library's own libraries among glibc's, unless it is told.
RUN set -eux; \
    mkdir -p /opt/musl/bin; \
    printf '%s\n' '#!/bin/sh' \
        'case " $* " in *" -print-multiarch "*|*" --print-multiarch "*)' \
        '    echo x86_64-linux-musl; exit ;; esac' \
        'exec musl-gcc -Wl,-rpath-link,/opt/musl/lib "$@"' >/opt/musl/bin/gcc; \
    chmod +x /opt/musl/bin/gcc; \
    # One place with the shape that CPython's --with-openssl expects.
    ln -s /usr/include/x86_64-linux-musl /opt/musl/include; \
    ln -s /usr/lib/x86_64-linux-musl /opt/musl/lib
ENV PATH=/opt/musl/bin:$PATH \
    CC=gcc
WORKDIR /usr/src
# Newest first, and an older version where that fails: on the days after a Debian update, mirrors
# can list a source that they do not hold yet. Upstream's tarballs only, without Debian's patches.
RUN set -eu; \
    for name in busybox bzip2 libffi libzstd ncurses openssl readline sqlite3 xz-utils zlib; do \
        for version in $(apt-cache showsrc --only-source "$name" \
                | sed -n 's/^Version: //p' | sort -rVu); do \
            apt-get source -q --tar-only --download-only "$name=$version" && break; \
        done; \
        mkdir "$name"; \
        tar -xf "$name"_*.orig.tar.* -C "$name" --strip-components=1; \
    done
COPY python-source.sh /
RUN /python-source.sh 3.14 /usr/src/python


FROM musl AS busybox
WORKDIR /usr/src/busybox
RUN set -eux; \
    make defconfig HOSTCC=/usr/bin/gcc >/dev/null; \
    # tc wants kernel headers of before Linux 6.8.
    sed -i 's/^CONFIG_TC=y/CONFIG_TC=n/' .config; \
    make -j "$(nproc)" CC=gcc HOSTCC=/usr/bin/gcc; \
    make install CC=gcc HOSTCC=/usr/bin/gcc CONFIG_PREFIX=/rootfs


# OpenSSL with the options that Alpine gives it, where they change what is in it.
FROM musl AS openssl
WORKDIR /usr/src/openssl
RUN set -eux; \
    ./Configure linux-x86_64 --prefix=/usr --libdir=lib --openssldir=/etc/ssl -O2 \
        shared no-apps no-async no-comp no-docs no-ec2m no-idea no-mdc2 no-module no-rc5 no-seed \
        no-ssl3 no-tests no-weak-ssl-ciphers no-zlib; \
    # Only the shared libraries: the static ones would be a second compilation of everything.
    make -j "$(nproc)" build_generated; \
    make -j "$(nproc)" libcrypto.so libssl.so; \
    mkdir -p /out/usr/lib; \
    cp -a libcrypto.so* libssl.so* /out/usr/lib/; \
    cp -a include /out/usr/


FROM musl AS libraries
ENV CFLAGS="-O2 -fPIC"
RUN set -eux; \
    cd /usr/src/zlib; \
    ./configure --prefix=/usr; \
    make -j "$(nproc)" install DESTDIR=/out
RUN set -eux; \
    cd /usr/src/bzip2; \
    make -f Makefile-libbz2_so CC=gcc; \
    install -D -m 755 libbz2.so.1.0.* /out/usr/lib/libbz2.so.1.0; \
    ln -s libbz2.so.1.0 /out/usr/lib/libbz2.so; \
    install -D -m 644 bzlib.h /out/usr/include/bzlib.h
RUN set -eux; \
    cd /usr/src/xz-utils; \
    ./configure --prefix=/usr --disable-static --disable-doc --disable-nls --disable-scripts \
        --disable-xz --disable-xzdec --disable-lzmadec --disable-lzmainfo --disable-lzma-links; \
    make -j "$(nproc)" install DESTDIR=/out
RUN set -eux; \
    cd /usr/src/libzstd; \
    make -C lib -j "$(nproc)" libzstd; \
    make -C lib install-shared install-includes PREFIX=/usr DESTDIR=/out
RUN set -eux; \
    cd /usr/src/libffi; \
    autoreconf -fi; \
    ./configure --prefix=/usr --disable-static --disable-docs --disable-multi-os-directory; \
    make -j "$(nproc)" install DESTDIR=/out
RUN set -eux; \
    cd /usr/src/ncurses; \
    ./configure --prefix=/usr --enable-widec --enable-overwrite --with-shared --without-normal \
        --without-debug --without-ada --without-cxx --without-cxx-binding --without-manpages \
        --without-progs --without-tests --disable-db-install --disable-stripping \
        --with-default-terminfo-dir=/etc/terminfo --with-terminfo-dirs=/etc/terminfo; \
    make -j "$(nproc)" libs; \
    make install.libs install.includes DESTDIR=/out; \
    cp -a /out/usr/include/. /opt/musl/include/; \
    cp -a /out/usr/lib/. /opt/musl/lib/
RUN set -eux; \
    cd /usr/src/readline; \
    ./configure --prefix=/usr --disable-static --disable-install-examples --with-curses; \
    make -j "$(nproc)" shared SHLIB_LIBS=-lncursesw; \
    make install-shared install-headers SHLIB_LIBS=-lncursesw DESTDIR=/out
# Compiled by hand: its own makefile would compile the whole library twice, for a shell not wanted.
RUN set -eux; \
    cd /usr/src/sqlite3; \
    ./configure --disable-tcl; \
    make sqlite3.c sqlite3.h; \
    gcc $CFLAGS -shared -Wl,-soname,libsqlite3.so.0 -DSQLITE_THREADSAFE=1 \
        -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_MATH_FUNCTIONS \
        -DSQLITE_ENABLE_RTREE \
        -o /out/usr/lib/libsqlite3.so.0 sqlite3.c; \
    ln -s libsqlite3.so.0 /out/usr/lib/libsqlite3.so; \
    cp sqlite3.h /out/usr/include/


FROM musl AS cpython
COPY --from=openssl /out/usr/include/ /usr/include/x86_64-linux-musl/
COPY --from=openssl /out/usr/lib/ /usr/lib/x86_64-linux-musl/
COPY --from=libraries /out/usr/include/ /usr/include/x86_64-linux-musl/
COPY --from=libraries /out/usr/lib/ /usr/lib/x86_64-linux-musl/
WORKDIR /usr/src/python
RUN set -eux; \
    ./configure \
        --build=x86_64-linux-musl \
        --enable-loadable-sqlite-extensions \
        --enable-option-checking=fatal \
        --enable-shared \
        --with-openssl=/opt/musl \
        --without-ensurepip \
        --disable-test-modules
# The stack size of threads is the official image's: musl's own is too small for deep recursion.
RUN set -eux; \
    cflags='-DTHREAD_STACK_SIZE=0x100000 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer'; \
    make -j "$(nproc)" EXTRA_CFLAGS="$cflags" LDFLAGS=-Wl,--strip-all; \
    rm python; \
    make EXTRA_CFLAGS="$cflags" LDFLAGS="-Wl,--strip-all,-rpath='\$\$ORIGIN/../lib'" python; \
    make install; \
    PYTHONDONTWRITEBYTECODE=1 python3 -m ensurepip; \
    find /usr/local -depth \
        \( -type d \( -name test -o -name tests -o -name idle_test -o -name __pycache__ \) \
        -o -type f -name 'libpython*.a' \) -exec rm -rf '{}' +; \
    # The libraries go with CPython, as the packages do that the official image installs for it.
    mkdir -p /python/usr/lib; \
    cp -a /usr/local /python/usr/; \
    cp -a /opt/musl/lib/libbz2.so.* /opt/musl/lib/libffi.so.* /opt/musl/lib/liblzma.so.* \
        /opt/musl/lib/libncursesw.so.* /opt/musl/lib/libpanelw.so.* /opt/musl/lib/libreadline.so.* \
        /opt/musl/lib/libsqlite3.so.* /opt/musl/lib/libzstd.so.* /python/usr/lib/; \
    find /python/usr/lib -type f -exec strip --strip-unneeded '{}' +; \
    mkdir -p /python/etc; \
    cp -a /usr/share/terminfo /python/etc/


# What Alpine has in its own root file system: musl, BusyBox, OpenSSL, zlib and certificates.
FROM musl AS rootfs
COPY --from=busybox /rootfs/ /rootfs/
COPY --from=openssl /out/usr/lib/ /openssl/
COPY --from=libraries /out/usr/lib/ /libraries/
WORKDIR /rootfs
RUN set -eux; \
    rm -f linuxrc; \
    mkdir -p dev etc/ssl/certs home lib media mnt opt proc root run srv sys tmp usr/lib \
        usr/local/bin usr/local/lib usr/local/share \
        var/cache var/empty var/lib var/log var/spool var/tmp; \
    chmod 700 root; \
    chmod 1777 tmp var/tmp; \
    ln -s ../run var/run; \
    cp /usr/lib/x86_64-linux-musl/libc.so lib/ld-musl-x86_64.so.1; \
    ln -s ld-musl-x86_64.so.1 lib/libc.musl-x86_64.so.1; \
    ln -s ../../lib/ld-musl-x86_64.so.1 usr/bin/ldd; \
    cp -a /openssl/libcrypto.so.* /openssl/libssl.so.* /libraries/libz.so.* usr/lib/; \
    strip --strip-unneeded lib/ld-musl-x86_64.so.1 usr/lib/*; \
    cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/; \
    ln -s certs/ca-certificates.crt etc/ssl/cert.pem
COPY <<EOF /rootfs/etc/passwd
root:x:0:0:root:/root:/bin/sh
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
EOF
COPY <<EOF /rootfs/etc/group
root:x:0:root
bin:x:1:root,bin,daemon
daemon:x:2:root,bin,daemon
adm:x:4:root,daemon
tty:x:5:
mail:x:12:
users:x:100:
www-data:x:82:
nogroup:x:65533:
nobody:x:65534:
EOF
COPY --chmod=640 <<EOF /rootfs/etc/shadow
root:*::0:::::
bin:!::0:::::
daemon:!::0:::::
nobody:!::0:::::
EOF
COPY <<EOF /rootfs/etc/shells
/bin/sh
/bin/ash
EOF
# Not Alpine's name: a scanner that trusts this file must not look for Alpine's packages here.
COPY <<EOF /rootfs/etc/os-release
NAME="Stand-in for Alpine Linux"
ID=stand-in-alpine
PRETTY_NAME="Stand-in for Alpine Linux: musl and BusyBox from Debian's sources, no apk"
EOF


FROM scratch
COPY --from=rootfs /rootfs/ /
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY --from=musl /usr/share/zoneinfo/ /usr/share/zoneinfo/
COPY --from=cpython /python/ /
RUN set -eux; \
    for name in idle pip pydoc python python-config; do \
        ln -s "$(echo "$name" | sed 's/^[a-z]*/&3/')" "/usr/local/bin/$name"; \
    done
CMD ["python3"]
