"""Accidents of a server that executes the releases of others."""
from chaos.accidents import Accident, Moment
from chaos.gate import CUT
from chaos.plans import draw
from support.processes import until


def can_serve(stage):
    return "\n  serve " in stage.sluice("--help").out


class ServerKilled(Accident):
    """kill -9 of the server, which is started again, or whose client goes on by itself."""

    def draw(self, chance):
        self.trial.plan.webhook = False  # a server sends none to loopback addresses by itself
        self.moments = [Moment(self.trial, chance, events=False)
                        for _ in range(draw(chance, ((1, 3), (2, 2), (3, 1))))]
        self.restarts = chance.random() < 0.75

    def describe(self):
        return "kill -9 of the server %s; %s" % (
            ", again ".join(moment.describe() for moment in self.moments),
            "it is started again" if self.restarts else "its client goes on")

    def happen(self):
        trial = self.trial
        servers = []

        def kill(_call):
            servers[-1].process.kill()
            servers[-1].process.wait()
            return CUT

        servers.append(self.serve())
        # A run works with the credentials of the client that brought it, until the server that
        # took it over is gone: from then on with those of the server.
        trigger = self.moments[0].set(trial, trial.next_key(), kill)
        words = ["--detach"] if self.restarts else []
        client = trial.start("deploy", trial.file, *words)
        if not self.restarts:
            self.happened = trial.until_fired_or_ended(trigger, client)
            trial.ended(client)
            servers[0].end()
            return self.finish("resume")
        trial.ended(client)
        self.ways.add("resume")
        for moment in self.moments[1:] + [None]:
            if not self.killed_before_the_end(trigger, servers[-1]):
                break
            self.happened = True
            if moment:
                trigger = moment.set(trial, trial.next_key(), kill)
            servers.append(self.serve())
        self.until_all_ended(servers[-1])
        servers[-1].end()
        return self.finish("resume")

    def serve(self):
        server = self.trial.start("serve", "--listen", "127.0.0.1:0")
        server.says('"url"')
        return server

    def killed_before_the_end(self, trigger, server):
        """Whether the moment came; the server is alive otherwise, and has nothing left to do."""
        until(lambda: trigger.fired.is_set() or self.idle(), "the run ends or the server dies")
        return not server.alive()

    def idle(self):
        done = self.trial.sluice("list", "-o", "json")
        # No answer where the server was killed meanwhile.
        return done.code == 0 and done.json()["items"] and \
            not any("ended" not in row for row in done.json()["items"])

    def until_all_ended(self, server):
        until(lambda: self.idle() or not server.alive(), "the server ends what was begun")
        assert server.alive(), "the server ended: %s" % server.err[-2000:]
