"""What a class cannot do: prepare, start, let in, or rehearse; and what keeps a laptop out."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class ClassMissing(AdvicesError):
    """No class is prepared on this machine, or none runs."""

    exit_code = 80
    why = "this machine has no file of a class"
    next_step = "prepare one: `advices class prepare --seats 3`"


class ClassSettingInvalid(AdvicesError):
    """A class cannot be served as it was asked for: the address, a certificate, a file."""

    exit_code = 81
    why = "passwords and progress cross the network, and each learner needs an origin"
    next_step = (
        "give `--address https://NAME --certificate FILE --key FILE`, or leave all three out"
    )


class XapiStoreUnfit(AdvicesError):
    """A learning record store does not take what a class would send."""

    exit_code = 89
    why = "a class sends to a store that answers, knows xAPI 1.0 and takes its login"
    next_step = "check the address, or start the class without `--xapi-store`"


class ProgressWaits(AdvicesError):
    """Progress waits for a learning record store, and removing the class would delete it."""

    exit_code = 90
    why = "the store did not take it when it was asked once more"
    next_step = (
        "run the command again when the store answers; `advices class report --xapi FILE` keeps "
        "all of it in a file, and `advices class stop --discard-waiting` deletes what waits"
    )


class ProxyMissing(AdvicesError):
    """The hub's proxy is not installed."""

    exit_code = 82
    why = "JupyterHub needs configurable-http-proxy, a program for Node that npm installs"
    next_step = "`./run class` installs it; by hand: `npm install --global configurable-http-proxy`"


class HubFailed(AdvicesError):
    """The hub ended, or did not answer in time."""

    exit_code = 83
    why = "the last lines of its log are above"
    next_step = "fix what the log reports, then run `advices class start` again: nothing is lost"


class RehearsalFailed(AdvicesError):
    """A rehearsal met a fault: a learner would have met it too."""

    exit_code = 84
    why = "the table above says which learner and which step"
    next_step = "read the hub's log, fix the cause, and rehearse again"


class ClassUnreachable(AdvicesError):
    """No class answered at the address that a learner's laptop was told."""

    exit_code = 87
    why = "the class is not started, or something between does not let this laptop through"
    next_step = "check the address with your trainer; without `--class` you learn without the class"


class JoinRefused(AdvicesError):
    """The class did not let a learner's laptop join: code, name or PIN, or too many attempts."""

    exit_code = 88
    why = "so says the class"
    next_step = "run the same command again; without `--class` you learn without the class"
