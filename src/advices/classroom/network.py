"""The network of a seat: a namespace, a link to this machine, and what passes the link.

Ports that a learner publishes, and those of the learner's server, are in the namespace alone, so
every seat has all ports. A learner is not root there: the engine makes one more namespace below it.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from advices.classroom import places
from advices.classroom.records import Classroom, Seat
from advices.core import CommandFailed, run

_LINKS = "adv-seat+"
_IN, _THROUGH, _OUT = "ADVICES-CLASS-IN", "ADVICES-CLASS-FWD", "ADVICES-CLASS-NAT"
_TO, _BRIDGED = "ADVICES-CLASS-OUT", "ADVICES-CLASS-BRIDGE"
# Chain by table, with the built-in chains that lead there and for what.
_HOOKS = (
    ("filter", "INPUT", _IN, ("-i", _LINKS)),
    ("filter", "FORWARD", _THROUGH, ("-i", _LINKS)),
    ("filter", "FORWARD", _THROUGH, ("-o", _LINKS)),
    ("filter", "OUTPUT", _TO, ("-o", _LINKS)),
    # An engine that starts puts its own rules in front of others in the table `filter`, and those
    # let through what goes to its containers. This table comes before, and no engine uses it.
    ("mangle", "FORWARD", _BRIDGED, ("-i", _LINKS)),
    ("mangle", "FORWARD", _BRIDGED, ("-o", _LINKS)),
    ("nat", "POSTROUTING", _OUT, ()),
)
_SUBNETS = tuple(f"10.{second}.0.0/20" for second in range(197, 255))
_IPTABLES = ("iptables", "--wait", "30")
# Where clouds hand out a machine's secrets.
_LINK_LOCAL = "169.254.0.0/16"
# Of this machine's own engine.
_BRIDGES = ("docker+", "br-+")
_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


def free_subnet(routes: Iterable[str]) -> str:
    """Return a network for the links to seats that none of this machine's routes leads into.

    `routes` are destinations as `ip route` writes them. Raises CommandFailed where all are in use.
    """
    used = [ipaddress.ip_network(one, strict=False) for one in routes if one[:1].isdigit()]
    for subnet in _SUBNETS:
        if not any(ipaddress.ip_network(subnet).overlaps(one) for one in used):
            return subnet
    raise CommandFailed(
        "no network is left for the links to the seats",
        why=f"this machine has routes into each of {_SUBNETS[0]} to {_SUBNETS[-1]}",
        next_step="remove a route that is not needed; `ip route` lists them",
    )


def addresses(subnet: str, number: int) -> tuple[str, str]:
    """Return this machine's address and the seat's on the link to a seat, which has four."""
    first = ipaddress.ip_network(subnet).network_address + 4 * number
    return str(first + 1), str(first + 2)


def routes() -> list[str]:
    """Return the destinations of this machine's routes."""
    lines = run(["ip", "-4", "route", "show", "table", "all"]).stdout.splitlines()
    found = (line.split() for line in lines)
    words = (
        line[1] if line[0] in ("local", "broadcast", "unreachable") else line[0]
        for line in found
        if line
    )
    return [word for word in words if word != "default"]


def link_words(seat: Seat) -> list[list[str]]:
    """Return the commands that make a seat's network, in their order."""
    link, there = places.link(seat), ["ip", "-n", seat.network]
    return [
        ["ip", "netns", "add", seat.network],
        ["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", seat.network],
        ["sysctl", "-qw", f"net.ipv6.conf.{link}.disable_ipv6=1"],
        ["ip", "addr", "add", f"{seat.gateway}/30", "dev", link],
        ["ip", "link", "set", link, "up"],
        ["ip", "netns", "exec", seat.network, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1"],
        [*there, "addr", "add", f"{seat.address}/30", "dev", "eth0"],
        [*there, "link", "set", "lo", "up"],
        [*there, "link", "set", "eth0", "up"],
        [*there, "route", "add", "default", "via", seat.gateway],
    ]


def rule_words(classroom: Classroom) -> list[list[str]]:
    """Return the commands that decide what passes the links, in their order.

    A seat reaches the hub's port of this machine, never another seat or a container of this
    machine's engine, and what is beyond this machine only if the class has a network. Of this
    machine's accounts only root, whose the hub is, reaches into a seat.
    """
    goes_on = ("-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT")
    refused = ("-j", "REJECT")
    hub = ("--dport", str(classroom.hub_port), "-j", "ACCEPT")
    rules = [
        ("filter", _IN, goes_on),
        ("filter", _IN, ("-p", "tcp", "-d", classroom.subnet, *hub)),
        ("filter", _IN, refused),
        ("filter", _THROUGH, ("-o", _LINKS, *goes_on)),
        ("filter", _THROUGH, ("-o", _LINKS, *refused)),
        ("filter", _THROUGH, ("-d", _LINK_LOCAL, *refused)),
        ("filter", _THROUGH, ("-j", "ACCEPT" if classroom.has_network else "REJECT")),
        ("filter", _TO, goes_on),
        ("filter", _TO, ("-m", "owner", "--uid-owner", "0", "-j", "ACCEPT")),
        ("filter", _TO, refused),
        # The table has no REJECT.
        *(
            ("mangle", _BRIDGED, (way, bridge, "-j", "DROP"))
            for bridge in _BRIDGES
            for way in ("-i", "-o")
        ),
    ]
    if classroom.has_network:
        out = ("-s", classroom.subnet, "!", "-o", _LINKS, "-j", "MASQUERADE")
        rules.append(("nat", _OUT, out))
    made = [[*_IPTABLES, "-t", table, "-N", chain] for table, _, chain, _ in _chains()]
    filled = [[*_IPTABLES, "-t", table, "-A", chain, *words] for table, chain, words in rules]
    hooked = [
        [*_IPTABLES, "-t", table, "-I", built_in, "1", *words, "-j", chain]
        for table, built_in, chain, words in _HOOKS
    ]
    return [*made, *filled, *hooked]


def _chains() -> list[tuple[str, str, str, tuple[str, ...]]]:
    return list({hook[2]: hook for hook in _HOOKS}.values())


def unrule_words() -> list[list[str]]:
    """Return the commands that remove all rules of ours; each fails where there is nothing."""
    hooks = [
        [*_IPTABLES, "-t", table, "-D", built_in, *words, "-j", chain]
        for table, built_in, chain, words in _HOOKS
    ]
    flushed = [[*_IPTABLES, "-t", table, "-F", chain] for table, _, chain, _ in _chains()]
    removed = [[*_IPTABLES, "-t", table, "-X", chain] for table, _, chain, _ in _chains()]
    return [*hooks, *flushed, *removed]


def make(seat: Seat) -> None:
    """Make a seat's network, whatever half of it is there. Raises CommandFailed."""
    remove(seat.network, places.link(seat))
    _run_all(link_words(seat))


def keep_rules(classroom: Classroom) -> None:
    """Let the rules of a class be in force, which a reboot takes. Raises CommandFailed."""
    if classroom.made_forwarding and not forwards():
        let_forward(on=True)
    for words in (words for words in rule_words(classroom) if "-I" in words):
        # Like the command that puts it in, without the place where.
        at = words.index("-I")
        asked = [*words[:at], "-C", words[at + 1], *words[at + 3 :]]
        if run(asked, accept=frozenset({0, 1, 2})).exit_code != 0:
            remove_rules()
            _run_all(rule_words(classroom))
            return


def remove(network: str, link: str) -> None:
    """Remove a seat's network, if it is there; "" stands for nothing."""
    commands = [["ip", "link", "del", link]] if link else []
    commands += [["ip", "netns", "del", network]] if network else []
    for words in commands:
        with contextlib.suppress(CommandFailed):
            run(words)


def remove_rules() -> bool:
    """Remove all rules of ours, those too that are there twice; return whether there were any."""
    found = False
    for words in unrule_words():
        with contextlib.suppress(CommandFailed):
            run(words)
            found = True
            # A run that was killed may have left a hook more than once.
            while "-D" in words:
                run(words)
    return found


def left() -> Iterator[tuple[str, str]]:
    """Yield the networks and the links of seats that are there, each with "" for the other."""
    for file in sorted(places.NETWORKS.glob(f"{places.PREFIX}*")):
        yield file.name, ""
    for line in run(["ip", "-o", "link", "show", "type", "veth"]).stdout.splitlines():
        name = line.split(":")[1].strip().partition("@")[0]
        if name.startswith(_LINKS.rstrip("+")):
            yield "", name


def forwards() -> bool:
    """Return whether this machine passes packets on between networks."""
    return _FORWARDING.read_text("utf-8").strip() == "1"


def let_forward(on: bool) -> None:
    """Let this machine pass packets on, or not."""
    _FORWARDING.write_text("1" if on else "0", "utf-8")


def _run_all(commands: Sequence[Sequence[str]]) -> None:
    for words in commands:
        run(words)
