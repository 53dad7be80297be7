"""One server on a PostgreSQL store, and accidents of it, of the database, and between the two."""
import signal
import threading

from chaos.cluster import ClusterLane, ClusterTrial, DatabaseAway, OfOwner, OwnerKilled
from chaos.database_gate import AFTER, BEFORE, DatabaseGate
from chaos.plans import draw
from chaos.stopped import Stopped
from support.processes import until


class AloneLane(ClusterLane):
    """Its servers reach their database through a gate."""

    def __init__(self, settle_delay):
        super().__init__(settle_delay)
        self.database = DatabaseGate(self.postgres.socket())

    def close(self):
        super().close()
        self.database.close()


class AloneTrial(ClusterTrial):
    def __init__(self, lane, number, chance, accident):
        super().__init__(lane, number, chance, accident)
        self.name_of_database = self.store.partition("?")[0].rpartition("/")[2]
        self.store = lane.database.address(self.name_of_database)

    def leases(self):
        """How many servers have one, by the database's clock."""
        return int(self.lane.postgres.ask(
            self.name_of_database, "select count(*) from sluice.nodes where lease_until > "
            "extract(epoch from clock_timestamp()) * 1000"))


class Alone:
    """The server that executes the release is the only one."""

    def serve(self):
        server = self.trial.serve("a")
        return server, server

    def note(self):
        pass


class ServerKilled(Alone, OwnerKilled):
    """kill -9; it is started again."""

    def describe(self):
        return "kill -9 of the server %s; it is started again" % self.moment.describe()

    def afterwards(self):
        self.owner = self.other = self.trial.serve("a", key="pr")


class ServerSleeps(Alone, OfOwner):
    """SIGSTOP; it wakes up at once, or when its lease is over."""

    def draw(self, chance):
        super().draw(chance)
        self.long = chance.random() < 0.4

    def describe(self):
        return "SIGSTOP of the server %s; it wakes up %s" % (
            self.moment.describe(), "when its lease is over" if self.long else "at once")

    def strike(self, call):
        self.owner.interrupt(signal.SIGSTOP)
        Stopped.until_stopped(self.owner.pid)

    def afterwards(self):
        if self.long:
            until(lambda: self.trial.leases() == 0, "the lease is over")
        self.owner.interrupt(signal.SIGCONT)


class DatabaseStopped(Alone, DatabaseAway):
    pass


class CommitCut(Alone, OfOwner):
    """The connection to the database ends at a COMMIT: behind it, so that the server cannot know
    that it was done, or before it arrives. Sometimes the server is killed there as well."""

    def draw(self, chance):
        super().draw(chance)
        plan = self.trial.plan
        self.where = draw(chance, ((AFTER, 3), (BEFORE, 1)))
        self.journal = chance.random() < 0.8
        most = 8 + (4 + 3 * len(plan.weights)) * len(plan.functions)
        self.nths = {chance.randrange(1, most + 1) for _ in range(chance.randrange(1, 4))}
        self.away = chance.choice((0, 0, 1, 3))
        self.kills = chance.random() < 0.3
        self.count = 0
        self.cut = threading.Event()

    def describe(self):
        return "the connection to the database is cut %s, at COMMIT %s%s%s%s" % (
            self.where, ", ".join(str(nth) for nth in sorted(self.nths)),
            " of a journal" if self.journal else "",
            "; the next %d fail" % self.away if self.away else "",
            "; kill -9 of the server there" if self.kills else "")

    def at_commit(self, journals):
        if self.journal and not journals:
            return None
        self.count += 1
        if self.count not in self.nths:
            return None
        self.trial.lane.database.away = self.away
        self.cut.set()
        return self.where

    def refused_release(self, client):
        """What was not committed was not begun: whoever is told so asks again."""
        assert self.cut.is_set() and "cannot do this right now" in client.err, client.err
        until(lambda: self.trial.ready(self.owner), "it is ready again")
        if not until(lambda: self.trial.listed(self.owner), "runs are listed")["runs"]:
            super().begin_release()

    def happen(self):
        trial = self.trial
        self.owner, self.other = self.serve()
        trial.log_in("a")
        until(lambda: trial.ready(self.owner), "it is ready")
        # The client holds its request back for nobody: what comes first may be the run's beginning.
        trial.lane.database.cut = self.at_commit
        try:
            self.begin_release()
            until(lambda: self.cut.is_set() or self.over(), "the accident")
            self.happened = self.cut.is_set()
            if self.happened:
                self.ways.add("resume")
            if self.happened and self.kills:
                self.owner.process.kill()
                self.owner.process.wait()
                trial.lane.database.away = 0  # a server that cannot reach it does not start
                self.owner = self.other = trial.serve("a", key="pr")
            trial.until_all_ended(self.other)
        finally:
            trial.lane.database.cut = lambda journals: None
            trial.lane.database.away = 0
