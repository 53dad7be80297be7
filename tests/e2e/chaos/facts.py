"""Collects what is known after a trial, for the judge."""
from chaos.judge import Facts


def journal_of(trial, run, state):
    shown = trial.sluice("logs", run, "-o", "json", state=state)
    assert shown.code == 0, str(shown)
    return [line for line in shown.lines() if line["kind"] == "Event"]


def store_of(trial, state):
    """[(row as `get` shows it, journal)], oldest run first."""
    listed = trial.sluice("list", "-o", "json", state=state)
    assert listed.code == 0, str(listed)
    found = []
    for one in reversed(listed.json()["items"]):
        row = trial.sluice("get", one["run"], "-o", "json", state=state).json()
        assert row["state"] == one["state"], "list and get differ: %s %s" % (one, row)
        found.append((row, journal_of(trial, one["run"], state)))
    return found


def printed(trial):
    """Every event that a process told of, as it is in the journal."""
    return [(running.key, record) for running in trial.processes if running.key[0] in "pc"
            for record in trial.records(running) if record.get("kind") == "Event"]


def facts_of(trial):
    return Facts(trial.plan, trial.before, trial.after, trial.gate.calls(),
                 [store_of(trial, state) for state in trial.stores], printed(trial), trial.foreign,
                 trial.accident.ways, trial.unwritable)
