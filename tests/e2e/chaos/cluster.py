"""Two servers on one PostgreSQL store, and accidents of the one that executes the release."""
import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request

from chaos.accidents import Accident, Moment
from chaos.gate import CUT
from chaos.lanes import Lane
from chaos.stopped import Stopped
from chaos.trial import Trial
from support.postgres import Postgres
from support.processes import BINARY, Running, until


class ClusterLane(Lane):
    """A lane with a database server, which trials may stop."""

    def __init__(self, settle_delay):
        super().__init__(settle_delay)
        self.postgres = Postgres()

    def close(self):
        super().close()
        self.postgres.close()

    def forget(self, trial):
        trial.reader.end()
        super().forget(trial)


class ClusterTrial(Trial):
    """Every server has a folder and an access key of its own: pa, pb …

    The journal is read through one more server, which comes when everything is over.
    """

    def __init__(self, lane, number, chance, accident):
        super().__init__(lane, number, chance, accident)
        self.store = lane.postgres.make_database()
        self.state = self.place("reader")
        self.stores = [self.state]
        self.reader = None
        self.arrived = []  # (when, key) of every call, in its order
        self.begun = threading.Event()  # whoever asked for the run knows its id

    def place(self, name):
        return os.path.join(self.stage.folder, self.folder, name)

    def watch(self, call, moment):
        if moment == "arrived":
            self.begun.wait(30)
            self.arrived.append((time.monotonic(), call.key))
        return super().watch(call, moment)

    def serve(self, name, key=None):
        key = key or "p" + name
        server = self.start("serve", *self.share(), key=key, state=self.place(name))
        server.says('"url"')
        server.url = json.loads(server.out.splitlines()[0])["url"]
        return server

    def share(self):
        return ("--store", self.store, "--listen", "127.0.0.1:0", "--allow-egress", "127.0.0.1/32")

    def log_in(self, name):
        """A token of one server, for all of them."""
        done = self.sluice("token", "create", "--name", "chaos", "--role", "admin",
                           state=self.place(name))
        assert done.code == 0, str(done)
        self.token = done.out.strip()

    def client(self, *words):
        """A command that speaks to a server; without a journal or an access key of its own."""
        env = {**self.stage.env, "SLUICE_TOKEN": self.token}
        running = Running([BINARY, *words, "-o", "json"], env, self.stage.folder)
        running.key = "pw" if words[0] == "watch" else "client"
        self.processes.append(running)
        self.say("%s = %s" % (running.key, " ".join(words)))
        return running

    def ask(self, server, path, body=None):
        """(status, body); (None, None) where it does not answer."""
        request = urllib.request.Request(server.url + path)
        request.add_header("Authorization", "Bearer " + self.token)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.add_header("Idempotency-Key", os.urandom(8).hex())
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or "null")
        except OSError as lost:
            self.say("%s was not answered: %r" % (path, lost))
            return None, None

    def listed(self, server):
        """None where the runs cannot be read just now."""
        status, body = self.ask(server, "/api/v1/runs")
        return body if status == 200 else None

    def rows(self, server):
        return (self.listed(server) or {}).get("runs")

    def until_all_ended(self, server):
        def over():
            assert server.alive(), "the server ended: %s" % server.err[-2000:]
            rows = self.rows(server)
            return rows and all(row.get("ended") for row in rows)
        until(over, "every run ends")

    def ready(self, server):
        return self.ask(server, "/readyz")[0] == 200

    def run(self):
        try:
            super().run()
        finally:
            self.reader = self.stage.start("serve", *self.share(), "-o", "json", "--state",
                                           self.state)
            self.reader.says('"url"')


class OfOwner(Accident):
    """Something happens to the server that was given the release."""

    def draw(self, chance):
        self.moment = Moment(self.trial, chance, events=False)
        self.struck = None  # when

    def happen(self):
        trial = self.trial
        self.owner, self.other = self.serve()
        trial.log_in("a")
        until(lambda: trial.ready(self.owner) and trial.ready(self.other), "both are ready")
        trigger = self.moment.set(trial, self.owner.key, self.now)
        self.begin_release()
        until(lambda: trigger.fired.is_set() or not self.struck and self.over(), "the accident")
        self.happened = trigger.fired.is_set()
        if self.happened:
            self.ways.add("resume")
            self.afterwards()
        trial.until_all_ended(self.other)
        self.note()

    def refused_release(self, client):
        raise AssertionError(client.err)

    def serve(self):
        """Who is given the release, and who goes on."""
        return self.trial.serve("a"), self.trial.serve("b")

    def now(self, call):
        self.struck = time.monotonic()
        return self.strike(call)

    def begin_release(self):
        trial = self.trial
        client = trial.client("deploy", trial.file, "--detach", "--server", self.owner.url)
        if trial.ended(client) != 0:
            self.refused_release(client)
        self.run = until(lambda: trial.rows(self.other), "the run is listed")[-1]["id"]
        # Told live of what another server does.
        trial.client("watch", self.run, "--server", self.other.url)
        trial.begun.set()

    def over(self):
        rows = self.trial.rows(self.other)
        return rows and all(row.get("ended") for row in rows)

    def afterwards(self):
        pass

    def note(self):
        """How long it took until the other one did something."""
        later = [when for when, key in self.trial.arrived if key == self.other.key and
                 self.struck and when > self.struck]
        if self.happened and later:
            self.noted.append((type(self).__name__, later[0] - self.struck))


class OwnerKilled(OfOwner):
    """kill -9; sometimes it is started again at once."""

    def draw(self, chance):
        super().draw(chance)
        self.restarts = chance.random() < 0.4

    def describe(self):
        return "kill -9 of the owner %s%s" % (self.moment.describe(),
                                              "; it is started again" if self.restarts else "")

    def strike(self, call):
        self.owner.process.kill()
        self.owner.process.wait()
        return CUT

    def afterwards(self):
        if self.restarts:
            self.trial.serve("a", key="pr")


class ToldByOther(OfOwner):
    """A stop or a rollback that the other one is asked for; sometimes the owner dies before it."""

    def draw(self, chance):
        super().draw(chance)
        self.kind = chance.choice(("stop", "rollback"))
        self.kills = chance.random() < 0.3

    def describe(self):
        return "%s%s through the other server %s" % (
            "kill -9 of the owner, then " if self.kills else "", self.kind, self.moment.describe())

    def strike(self, call):
        # A call that was held until the answer came would be one that arrives late.
        if not self.kills:
            return None
        self.owner.process.kill()
        self.owner.process.wait()
        return CUT

    def afterwards(self):
        path = "/api/v1/runs/%s/signals" % self.run
        status, body = self.trial.ask(self.other, path, {"kind": self.kind})
        self.trial.say("%s is answered %s %s" % (self.kind, status, body))
        # It may have ended, or be on its way back already.
        assert status in (204, 409), body
        if status == 204:
            self.ways.add(self.kind)


class OwnerEnds(OfOwner):
    """SIGTERM: it hands over."""

    def describe(self):
        return "SIGTERM of the owner %s" % self.moment.describe()

    def strike(self, call):
        self.owner.interrupt(signal.SIGTERM)

    def afterwards(self):
        assert self.trial.ended(self.owner) == 0, self.owner.err[-2000:]


class OwnerSleeps(OfOwner):
    """SIGSTOP; it wakes up when the other one is at work, or is done."""

    def draw(self, chance):
        super().draw(chance)
        self.wakes = chance.choice((0, 1, 2, 4, None))

    def describe(self):
        return "SIGSTOP of the owner %s; it wakes up %s" % (
            self.moment.describe(), "at the end" if self.wakes is None else
            "after %d calls of the other" % self.wakes)

    def strike(self, call):
        self.owner.interrupt(signal.SIGSTOP)
        Stopped.until_stopped(self.owner.pid)

    def calls_of_other(self):
        return sum(key == self.other.key for _, key in self.trial.arrived)

    def afterwards(self):
        before = self.calls_of_other()
        until(lambda: self.over() or
              self.wakes is not None and self.calls_of_other() > before + self.wakes,
              "the other one goes on")
        self.owner.interrupt(signal.SIGCONT)
        # Once it has a new lease everything of the old one is over.
        until(lambda: self.trial.ready(self.owner), "the former owner is ready again")


class DatabaseAway(OfOwner):
    """The database is stopped and started again, before the leases end or after it."""

    def draw(self, chance):
        super().draw(chance)
        self.how = chance.choice(("fast", "immediate"))
        self.long = chance.random() < 0.3
        self.wanted, self.stopped = threading.Event(), threading.Event()

    def describe(self):
        return "the database is stopped (%s) %s, and started again %s" % (
            self.how, self.moment.describe(),
            "when the leases are over" if self.long else "as soon as that is noticed")

    def strike(self, call):
        self.wanted.set()
        assert self.stopped.wait(60), "the database did not stop"

    def begin_release(self):
        trial, postgres = self.trial, self.trial.lane.postgres
        super().begin_release()
        until(lambda: self.wanted.is_set() or self.over(), "the accident")
        if not self.wanted.is_set():
            return
        # On this thread, which lives as long as the server.
        postgres.stop(self.how)
        self.stopped.set()
        until(lambda: not trial.ready(self.owner), "the owner notices")
        if self.long:
            until(lambda: not self.has_lease(), "the leases are over")
        postgres.start()
        until(lambda: trial.ready(self.owner) and trial.ready(self.other), "both are ready again")

    def has_lease(self):
        checks = self.trial.ask(self.owner, "/readyz")[1]["checks"]
        return {check["name"]: check["ok"] for check in checks}["lease"]

    def note(self):
        pass
