"""Dockerfiles that a reader by pattern gets wrong, by what is odd about each."""

BODY = "FROM nobody:1\nRUN rm -r /\nUSER root\n"

ODD = {
    "lower case": "from python:3.14 as build\nrun id\nfrom build\ncopy --from=build /a /b\n",
    "mixed case": "From a:1 aS B\nRuN id\nfRoM b\nCoPy --from=B /a /b\nEnv A=1\n",
    "CRLF": "FROM a:1\r\nRUN one \\\r\n    && two\r\nENV A=1 B=2\r\n",
    "CRLF with a heredoc": f"FROM a:1\nRUN <<EOF\n{BODY}EOF\nUSER 1\n".replace("\n", "\r\n"),
    "byte order mark": "\ufeffFROM a:1\nRUN id\n",
    "byte order mark before a directive": "\ufeff# escape=`\nFROM a:1\nRUN a `\n  b\n",
    "escape is a backtick": "# escape=`\nFROM a:1\nCOPY a C:\\\nRUN dir `\n  C:\\\nUSER x\n",
    "escape after a blank line is a comment": "\n# escape=`\nFROM a:1\nRUN a \\\n  b\n",
    "escape in capitals": "# ESCAPE = `\nFROM a:1\nRUN a `\n  b\n",
    "syntax": "# syntax=docker/dockerfile:1\n# escape=`\nFROM a:1\nRUN a `\n b\n",
    "syntax and check": "#syntax=docker/dockerfile:1\n#check=skip=all\nFROM a:1\n",
    "comments in a continued line": (
        "FROM a:1\nRUN one \\\n# FROM b:2\n  # USER c\n  && two\nUSER d\n"
    ),
    "blank lines in a continued line": "FROM a:1\nRUN one \\\n\n   \n  && two\nUSER d\n",
    "an indented comment": "FROM a:1\n   # RUN no\n\t# RUN no\nRUN yes # RUN tail\n",
    "indented instructions": "  FROM a:1\n\tRUN id\n   USER 1\n",
    "a continued keyword": "FR\\\nOM a:1\nRU\\\nN id\n",
    "a continued FROM": "FROM \\\n  --platform=linux/amd64 \\\n  a:1 \\\n  AS \\\n  b\nRUN id\n",
    "whitespace behind the continuation": "FROM a:1\nRUN one \\  \t\n  two\nUSER x\n",
    "an escaped continuation": "FROM a:1\nRUN echo \\\\\nUSER x\n",
    "the last line is continued": "FROM a:1\nRUN one \\\n",
    "no newline at the end": "FROM a:1\nRUN one",
    "JSON forms": 'FROM a:1\nRUN ["pip", "install", "x y"]\nCMD [ "a" , "b\\"c" ]\nENTRYPOINT []\n',
    "JSON that is none": "FROM a:1\nCMD [ 'a', 'b' ]\nRUN [ -f x ] && id\nENTRYPOINT [\"a\",]\n",
    "JSON over lines": 'FROM a:1\nCMD ["a", \\\n  # USER root\n  "b"]\n',
    "JSON copies": (
        'FROM a:1\nCOPY ["a b", "/c d"]\nADD ["x", "/"]\nVOLUME ["/a", "/b"]\nSHELL ["s"]\n'
    ),
    "heredoc": f"FROM a:1\nRUN <<EOF\n{BODY}EOF\nUSER 1\n",
    "heredoc of a copy": f"FROM a:1\nCOPY --chmod=755 <<'EOF' /x\n#!/bin/sh\n{BODY}EOF\nUSER 1\n",
    "two heredocs": f"FROM a:1\nCOPY <<A <<B /d/\n{BODY}A\nRUN no\n# no\nB\nUSER 1\n",
    "heredoc with tabs": f"FROM a:1\nRUN <<-EOF\n\t{BODY}\tEOF\nUSER 1\n",
    "heredoc in quotes": f'FROM a:1\nRUN <<"E O F" cat\n{BODY}E O F\nUSER 1\n',
    "heredoc into a program": f"FROM a:1\nRUN python3 - <<EOF && id\n{BODY}EOF\nUSER 1\n",
    "heredoc with a continued line": "FROM a:1\nRUN <<EOF\nFROM b:2 \\\nEOF\nUSER 1\n",
    "heredoc of a continued instruction": f"FROM a:1\nRUN cat \\\n  <<EOF\n{BODY}EOF\nUSER 1\n",
    "here-string and shift": "FROM a:1\nRUN cat <<<EOF\nRUN echo $((1<<2))\nUSER 1\n",
    "shifts with spaces": "FROM a:1\nRUN echo $((1 << 2)) $((1<< 2))\nRUN <<A\n1 << 2\nA\nUSER 1\n",
    "heredoc for a later build": (
        f"FROM a:1\nONBUILD RUN <<EOF\n{BODY}EOF\nonbuild copy <<A <<B /d/\nA\nRUN no\nB\nUSER 1\n"
    ),
    "heredoc in JSON is none": 'FROM a:1\nRUN ["cat", "<<EOF"]\nUSER 1\n',
    "several names in one ENV": (
        'FROM a:1\nENV A=1 B="two words" C=\'x=y\' \\\n    D=a\\ b\nLABEL a.b=1 c="d e"\n'
    ),
    "ENV without the equals sign": (
        "FROM a:1\nENV TZ Europe/Helsinki \\\n    PYTHONUNBUFFERED=1\nENV A  b  c \n"
    ),
    "flags": (
        "FROM --platform=$BUILDPLATFORM a:1 AS b\nFROM a:1\n"
        "COPY --link --chmod=0644 --chown=1:1 --exclude=*.md --exclude=x --from=b /a /b /c/\n"
        "ADD --checksum=sha256:aa --keep-git-dir=true https://example.com/a.git /a\n"
    ),
    "mounts": (
        "FROM a:1 AS b\nFROM a:1\nRUN --mount=type=cache,target=/c \\\n"
        "    --mount=type=bind,from=b,source=/w,target=/w --network=none --security=sandbox id\n"
        'RUN --mount="type=bind,from=b,target=/with a space" id\n'
    ),
    "flags that belong to the command": "FROM a:1\nRUN --mount=type=tmpfs,target=/t ls --from=b\n",
    "health checks": (
        "FROM a:1\nHEALTHCHECK --interval=5s --retries=3 CMD curl -f x || exit 1\n"
        'HEALTHCHECK CMD ["a", "b"]\nHEALTHCHECK NONE\n'
    ),
    "stages by number and by name": (
        "FROM a:1\nFROM a:1 AS Two\nFROM two AS three\nCOPY --from=0 /a /a\nCOPY --from=TWO /b /b\n"
    ),
    "ARG before FROM": "ARG PY=3.14\nARG V=${PY}-slim W\nFROM python:${V} AS a\nARG PY\nRUN $PY\n",
    "ARG in quotes": "ARG A=\"a b\" B='c' C\nFROM ${C:-x}\n",
    "what comes later": "FROM a:1\nONBUILD RUN id\nonbuild copy --chown=1 . .\n",
    "words and signals": (
        "FROM a:1\nMAINTAINER a b\nSTOPSIGNAL SIGINT\nUSER a:b\nEXPOSE 80 81/udp\n"
    ),
    "a path in quotes": 'FROM a:1\nCOPY "a b" /c\nWORKDIR "/a b"\nVOLUME /a /b\n',
    "empty arguments": "FROM a:1\nENTRYPOINT\nCMD\n",
    "names beyond ASCII": 'FROM a:1\nLABEL à="é ü"\nRUN echo 日本\u3000x\nUSER 1\n',
}
