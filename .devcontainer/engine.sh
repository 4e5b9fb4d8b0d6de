#!/bin/sh
# Start the engine of this container, which the labs use. Called each time that the container starts.
set -eu
cd "$(dirname "$0")/.."

# With cgroup v2 limits reach the engine's containers only from a group that has no processes of its
# own: those that run by now go into one beside the engine's.
groups=/sys/fs/cgroup
if [ -f "$groups/cgroup.controllers" ] && [ -w "$groups/cgroup.subtree_control" ]; then
    mkdir -p "$groups/editor"
    while read -r process; do
        # Some have ended since, and those of the kernel stay where they are.
        echo "$process" >"$groups/editor/cgroup.procs" 2>/dev/null || true
    done <"$groups/cgroup.procs"
    for name in $(cat "$groups/cgroup.controllers"); do
        echo "+$name" >"$groups/cgroup.subtree_control" 2>/dev/null ||
            echo "engine.sh: containers get no limits of $name" >&2
    done
fi

exec ./run advices -- engine start
