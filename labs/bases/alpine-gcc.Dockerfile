# Stands in for a stage of `FROM python:3.14-alpine` with `RUN apk add gcc musl-dev`, where apk is
# not there to be run: the stand-in for Alpine with a C compiler for musl on top, from Debian.
# The compiler is gcc as Debian ships it, a glibc program, so glibc lies beside musl for it alone.
# What it makes is linked to musl. FROM names are local images: see README.md for the commands.

FROM stand-in/debian-slim AS tools
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends \
        binutils gcc-14 libgcc-14-dev linux-libc-dev musl-dev
WORKDIR /tools
RUN set -eux; \
    mkdir -p lib64 usr/bin usr/include usr/lib/x86_64-linux-gnu usr/libexec; \
    for name in ar as ld nm objcopy objdump ranlib readelf strip; do \
        cp "$(readlink -f "/usr/bin/$name")" "usr/bin/$name"; \
    done; \
    cp "$(readlink -f /usr/bin/gcc-14)" usr/bin/x86_64-linux-gnu-gcc-14; \
    cp -a /usr/libexec/gcc usr/libexec/; \
    # libgcc and the start files. Sanitizers and OpenMP are made for glibc.
    gcc=usr/lib/gcc/x86_64-linux-gnu/14; \
    mkdir -p "$gcc"; \
    cp -a /$gcc/crt*.o /$gcc/include /$gcc/libgcc.a /$gcc/libgcc_eh.a "$gcc/"; \
    cp -a /usr/include/x86_64-linux-musl usr/include/; \
    cp -a /usr/lib/x86_64-linux-musl usr/lib/; \
    # As Alpine's musl-dev has it: the library to link with is the loader itself.
    ln -sf /lib/ld-musl-x86_64.so.1 usr/lib/x86_64-linux-musl/libc.so; \
    # musl's own headers leave the kernel's out.
    cp -a /usr/include/linux /usr/include/asm-generic /usr/include/mtd \
        /usr/include/x86_64-linux-gnu/asm usr/include/x86_64-linux-musl/; \
    # The libraries of glibc that these programs load, and its loader where they look for it.
    find usr/bin usr/libexec -type f -exec ldd '{}' + \
        | awk '$2 == "=>" { print $3 }' | sort -u \
        | xargs -I '{}' cp -L '{}' usr/lib/x86_64-linux-gnu/; \
    cp -L /lib64/ld-linux-x86-64.so.2 lib64/
COPY --chmod=755 <<'EOF' /tools/usr/bin/gcc
#!/bin/sh
case " $* " in *" -print-multiarch "*|*" --print-multiarch "*) echo x86_64-linux-musl; exit ;; esac
exec x86_64-linux-gnu-gcc-14 "$@" -specs /usr/lib/x86_64-linux-musl/musl-gcc.specs
EOF
RUN ln -s gcc usr/bin/cc


FROM stand-in/python-alpine
COPY --from=tools /tools/ /
