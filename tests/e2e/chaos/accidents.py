"""What happens to the process of a release: drawn from the seed, then done.

Every accident leaves a store in which nothing is left to do: either the process went on by itself,
or another one finished its run.
"""
import signal

from chaos.gate import CUT
from chaos.plans import draw
from support.processes import until

BY_ITSELF = "by itself"
FINISHERS = (("resume", 6), ("resume the one", 2), ("stop", 2), ("rollback", 2),
             ("deploy again", 1))


def alias_write(call):
    return call.operation == "UpdateAlias"


class Moment:
    """When it happens: at a call or an event of the journal, counted from the process's start."""

    def __init__(self, trial, chance, events=True):
        count = len(trial.plan.functions)
        steps = len(trial.plan.weights)
        self.what = draw(chance, (("call", 4), ("write", 5), ("event", 4 if events else 0)))
        most = {"call": (8 + steps) * count, "write": (2 + steps) * count,
                "event": 14 + (5 + 3 * steps) * count}[self.what]
        self.nth = chance.randrange(1, most + 1)
        self.when = chance.choice(("arrived", "answered"))

    def describe(self):
        if self.what == "event":
            return "at event %d" % self.nth
        return "as %s %d %s" % (self.what, self.nth, "arrives" if self.when == "arrived" else
                                "is answered")

    def matches(self, call):
        return self.what != "write" or call.writes

    def set(self, trial, key, action):
        """To be called before the process starts; None where it is an event that is waited for."""
        if self.what == "event":
            return None
        return trial.at(key, self.nth, self.when, action, self.matches)

    def wait(self, trial, trigger, running, action):
        """Whether it happened before the process had ended by itself."""
        if trigger:
            return trial.until_fired_or_ended(trigger, running)
        until(lambda: running.out.count('"kind":"Event"') >= self.nth or not running.alive(),
              self.describe())
        if not running.alive():
            return False
        action(None)
        return True


class Accident:
    """`happened`: the moment came before the end. `ways`: how the run may have come to its end.
    `noted`: what was measured."""

    happened = False

    def __init__(self, trial, chance):
        self.trial = trial
        self.ways = {BY_ITSELF}
        self.noted = []
        self.draw(chance)

    def unfinished(self, state=None):
        listed = self.trial.sluice("list", "--active", "-o", "json", state=state)
        assert listed.code == 0, str(listed)
        return [row["run"] for row in listed.json()["items"]]

    def begin(self, how, state=None):
        """The process that takes up what a dead one left; None where nothing is left."""
        left = self.unfinished(state)
        if not left:
            runs = self.trial.sluice("list", "-o", "json", state=state).json()["items"]
            return None if runs else self.trial.deploy()  # it died before there was a run
        if how == "deploy again":
            self.refused_deploy(left[0])
        self.ways.add("resume" if how in ("resume the one", "deploy again") else how)
        if how == "resume the one" and len(left) == 1:
            return self.trial.start("resume", state=state)
        verb = how if how in ("stop", "rollback") else "resume"
        return self.trial.start(verb, left[-1], *(["--yes"] if verb == "rollback" else []),
                                state=state)

    def refused_deploy(self, run):
        """A dead run keeps its lock: the next release is told whose it is, and touches nothing."""
        again = self.trial.deploy()
        code = self.trial.ended(again)
        assert code == 10 and run in again.err, again.err
        assert not [call for call in self.trial.gate.calls()
                    if call.key == again.key and call.writes], "a refused release wrote"

    def finish(self, how, state=None):
        """Until no run is left that has not ended: clean-ups are runs of their own."""
        for _ in range(4):
            running = self.begin(how, state)
            if running is None:
                return
            self.trial.ended(running)
            how = "resume"
        raise AssertionError("still unfinished: %s" % self.unfinished(state))


class Kill(Accident):
    """kill -9, once or twice, then somebody else goes on."""

    def draw(self, chance):
        self.moments = [Moment(self.trial, chance)
                        for _ in range(draw(chance, ((1, 3), (2, 1), (3, 1))))]
        self.finisher = draw(chance, FINISHERS)

    def describe(self):
        return "kill -9 %s; %s" % (", again ".join(moment.describe() for moment in self.moments),
                                   self.finisher)

    def happen(self):
        for number, moment in enumerate(self.moments):
            running = []

            def kill(_call, running=running):
                running[0].process.kill()
                running[0].process.wait()
                return CUT
            started = "deploy" if number == 0 else self.finisher
            trigger = moment.set(self.trial, self.trial.next_key(), kill)
            process = self.trial.deploy() if number == 0 else self.begin(started)
            if process is None:
                return
            running.append(process)
            if moment.wait(self.trial, trigger, process, kill):
                self.happened = True
            self.trial.ended(process)
        self.finish(self.finisher)


class LateWrite(Accident):
    """kill -9 while an alias write is on its way, which arrives when somebody else is at work."""

    def draw(self, chance):
        plan = self.trial.plan
        self.nth = chance.randrange(1, (1 + len(plan.weights)) * len(plan.functions) + 1)
        self.after = chance.randrange(1, 12)
        self.finisher = draw(chance, FINISHERS)

    def describe(self):
        return "kill -9 as UpdateAlias %d is on its way, to arrive at call %d of: %s" % (
            self.nth, self.after, self.finisher)

    def happen(self):
        trial = self.trial
        held = []

        def hold(call):
            first.process.kill()
            first.process.wait()
            held.append(call)
            return CUT

        def deliver(_call=None):
            if held:
                trial.say("the late write arrives")
                trial.gate.forward(held.pop())

        trigger = trial.at("p1", self.nth, "arrived", hold, alias_write)
        first = trial.deploy()
        self.happened = trial.until_fired_or_ended(trigger, first)
        trial.ended(first)
        if self.finisher == "deploy again":
            self.finisher = "resume"
        trial.at(trial.next_key(), self.after, "arrived", deliver)
        self.finish(self.finisher)
        deliver()


class Cut(Accident):
    """Connections end before the call took effect, or after: the process finds out and goes on."""

    def draw(self, chance):
        self.moments = [Moment(self.trial, chance, events=False)
                        for _ in range(chance.randrange(1, 4))]

    def describe(self):
        return "cut " + ", ".join(moment.describe() for moment in self.moments)

    def happen(self):
        triggers = [moment.set(self.trial, "p1", lambda call: CUT) for moment in self.moments]
        self.trial.ended(self.trial.deploy())
        self.happened = any(trigger.fired.is_set() for trigger in triggers)
        self.finish("resume")


class EndpointRestart(Accident):
    """AWS is away for some calls and comes back with everything it had answered."""

    def draw(self, chance):
        self.moment = Moment(self.trial, chance, events=False)
        self.misses = chance.randrange(1, 4)

    def describe(self):
        return "endpoint stopped %s, started again after %d calls" % (self.moment.describe(),
                                                                      self.misses)

    def happen(self):
        trial, lane = self.trial, self.trial.lane
        away = []

        def stop(_call):
            lane.stop_endpoint()
            away.append(True)
            trial.at("p1", self.misses, "arrived", start)
            return CUT

        def start(_call=None):
            if away:
                away.pop()
                lane.start_endpoint()

        trigger = self.moment.set(trial, "p1", stop)
        trial.ended(trial.deploy())
        start()
        self.happened = trigger.fired.is_set()
        if self.happened and self.misses > 1:
            self.ways.add("unavailable")  # it is not tried for ever
        self.finish("resume")


class Terminate(Accident):
    """A polite end: the run is frozen for somebody else, or rolled back first."""

    def draw(self, chance):
        self.moment = Moment(self.trial, chance)
        self.how = chance.choice(("freeze", "rollback"))

    def describe(self):
        return "SIGTERM %s with --on-interrupt %s" % (self.moment.describe(), self.how)

    def happen(self):
        running = []

        def end(_call):
            running[0].interrupt(signal.SIGTERM)

        trigger = self.moment.set(self.trial, "p1", end)
        running.append(self.trial.start("deploy", self.trial.file, "--on-interrupt", self.how))
        self.happened = self.moment.wait(self.trial, trigger, running[0], end)
        self.ways.add("rollback" if self.how == "rollback" else "resume")
        self.trial.ended(running[0])
        self.finish("resume")
