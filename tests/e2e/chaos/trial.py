"""One release, one accident, and what is known of both afterwards."""
import json
import os
import threading

from chaos.gate import CUT, WEBHOOK
from chaos.plans import Plan
from support.processes import Running, until
from support.stage import BINARY

DEADLINE = 90  # seconds for one process of a trial


class Trigger:
    """Does something once: at the nth call of a process that matches, at its arrival or answer."""

    def __init__(self, trial, key, nth, moment, action, matches=lambda call: True):
        self.trial, self.key, self.left, self.moment, self.action = trial, key, nth, moment, action
        self.matches = matches
        self._lock = threading.Lock()
        self.fired = threading.Event()  # when the action is over
        self.struck = None  # the call

    def __call__(self, call, moment):
        # A webhook does not say which process sends it; there is only one at a time.
        mine = call.key == self.key or call.operation == "Webhook"
        if moment != self.moment or not mine or not self.matches(call):
            return None
        with self._lock:
            self.left -= 1
            if self.left != 0:
                return None
            self.struck = call
        try:
            return self.action(call)
        except Exception as error:  # in this thread nobody would see it
            self.trial.failures.append(error)
            return CUT
        finally:
            self.fired.set()


class Trial:
    """`lane` has a stage, a gate before its endpoint, and one trial at a time."""

    def __init__(self, lane, number, chance, accident):
        self.lane, self.stage, self.gate = lane, lane.stage, lane.gate
        self.number, self.chance = number, chance
        self.plan = Plan(chance, number)
        self.plan.webhook_url = self.gate.url + WEBHOOK
        self.folder = "t%d" % number
        self.state = os.path.join(self.stage.folder, self.folder, "state")
        self.accident = accident(self, chance)
        self.processes = []
        self.triggers = []
        self.stores = [self.state]
        self.unwritable = []  # stores that could not be written for a while, and who met that
        self.failures = []  # what went wrong in other threads
        self.foreign = False  # somebody else than the run's processes touched the functions
        self.events = []  # what happened, for a report

    def describe(self):
        return "%s; %s" % (self.plan.describe(), self.accident.describe())

    def say(self, text):
        self.events.append(text)

    # -- processes

    def start(self, *words, key=None, state=None):
        """A process of this run, under an access key of its own, by which its calls are known."""
        key = key or "p%d" % (len(self.processes) + 1)
        env = {**self.stage.env, "AWS_ENDPOINT_URL": self.gate.url, "AWS_ACCESS_KEY_ID": key}
        words = [BINARY, *words, "-o", "json", "--state", state or self.state]
        running = Running(words, env, self.stage.folder)
        running.key = key
        self.processes.append(running)
        self.say("%s = %s" % (key, " ".join(words[1:])))
        return running

    def next_key(self):
        return "p%d" % (len(self.processes) + 1)

    def deploy(self, **more):
        return self.start("deploy", self.file, **more)

    def ended(self, running):
        """Its exit code, kept for the report."""
        code = running.wait(DEADLINE)
        self.say("%s ended with %s" % (running.key, code))
        return code

    def sluice(self, *words, state=None):
        return self.stage.sluice(*words, "--state", state or self.state, deadline=DEADLINE,
                                 env={"AWS_ACCESS_KEY_ID": "judge"})

    @staticmethod
    def records(running):
        """The whole lines of JSON that it printed."""
        whole = running.out[:running.out.rfind("\n") + 1]
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    def run_of(self, running):
        """The run that it follows, or None where it died before it said so."""
        return next((line["run"] for line in self.records(running) if "run" in line), None)

    # -- the gate

    def watch(self, call, moment):
        for trigger in list(self.triggers):
            answer = trigger(call, moment)
            if answer == CUT:
                return CUT
        return None

    def at(self, key, nth, moment, action, matches=lambda call: True):
        trigger = Trigger(self, key, nth, moment, action, matches)
        self.triggers.append(trigger)
        return trigger

    def until_fired_or_ended(self, trigger, running):
        """Whether it fired before the process ended by itself."""
        until(lambda: trigger.fired.is_set() or not running.alive(), "the accident", DEADLINE)
        return trigger.fired.is_set()

    # -- the whole

    def run(self):
        self.gate.clear()
        self.gate.watch = self.watch
        for name in self.plan.functions:
            if not self.plan.new:
                self.lane.create(name, self.plan.alias)
        self.before = {name: self.lane.look(name, self.plan.alias) for name in self.plan.functions}
        self.file = self.plan.write(self.stage, self.folder)
        try:
            self.accident.happen()
        finally:
            for running in self.processes:
                running.kill()
            self.gate.watch = lambda call, moment: None
        if self.failures:
            raise self.failures[0]
        self.after = {name: self.lane.look(name, self.plan.alias) for name in self.plan.functions}

    def report(self):
        lines = ["what happened:"] + ["  " + text for text in self.events]
        lines += ["calls:"] + ["  %s" % call for call in self.gate.calls()]
        for running in self.processes:
            lines += ["%s printed:" % running.key, running.out[-6000:], running.err[-3000:]]
        return "\n".join(lines)
