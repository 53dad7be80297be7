"""SIGSTOP: a process that sleeps while others act, and then wakes up and goes on."""
import json
import os
import shutil
import signal

from chaos.accidents import Accident, Moment
from chaos.plans import draw
from support.processes import until

# Who acts meanwhile. One that has to wait five seconds for the holder's socket is rare.
OTHERS = (("twin", 6), ("alias moved", 4), ("rollback elsewhere", 3), ("deploy elsewhere", 3),
          ("same store", 1))


class Stopped(Accident):
    def draw(self, chance):
        self.moment = Moment(self.trial, chance)
        self.other = draw(chance, OTHERS)
        if self.trial.plan.kind == "unaliased" and self.other in ("alias moved",
                                                                  "rollback elsewhere"):
            self.other = "twin"
        self.share = chance.choice((0, 33))

    def describe(self):
        return "SIGSTOP %s; meanwhile %s%s" % (
            self.moment.describe(), self.other,
            " to %d %%" % self.share if self.other == "alias moved" else "")

    def happen(self):
        running = []

        def stop(call):
            running[0].interrupt(signal.SIGSTOP)
            self.until_stopped(running[0].pid)
            try:
                self.meanwhile(running[0])
            finally:
                running[0].interrupt(signal.SIGCONT)

        trigger = self.moment.set(self.trial, "p1", stop)
        running.append(self.trial.deploy())
        self.happened = self.moment.wait(self.trial, trigger, running[0], stop)
        self.trial.ended(running[0])
        self.finish("resume")

    @staticmethod
    def until_stopped(pid):
        def state():
            with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as stat:
                return stat.read().rpartition(")")[2].split()[0]
        until(lambda: state() in "TZX", "the process stops")

    def meanwhile(self, sleeping):
        trial = self.trial
        run = trial.run_of(sleeping)
        if self.other == "twin":
            return self.twin(run)
        if self.other == "same store":
            return self.same_store(run)
        trial.foreign = True
        name = trial.plan.functions[0]
        if self.other == "alias moved":
            found = trial.lane.look(name, "live")
            if found and found["alias"]:
                newest = max(found["versions"], key=int)
                split = {newest: self.share} if self.share and newest != "1" else {}
                trial.say("alias of %s moved to 1 %s" % (name, split))
                trial.lane.move_alias(name, "1", split)
            return None
        other = os.path.join(trial.stage.folder, trial.folder, "elsewhere")
        if self.other == "rollback elsewhere":
            done = trial.start("rollback", name + ":live", "--to", "1", "--yes", key="o1",
                               state=other)
        else:
            file = trial.plan.write(trial.stage, trial.folder, "three")
            done = trial.start("deploy", file, "--heal", "to-primary", key="o1", state=other)
        return trial.ended(done)

    def twin(self, run):
        """The store as a second machine would have it that took the run over."""
        trial = self.trial
        copy = trial.state + "-copy"
        if run is None:
            return
        shutil.copytree(trial.state, copy, ignore=shutil.ignore_patterns("*.sock", "holder.*"))
        trial.stores.append(copy)
        self.finish("resume", copy)

    def same_store(self, run):
        """The store's holder does not answer: the others say so, and do nothing."""
        words = ["stop", run] if run else ["resume"]
        done = self.trial.sluice(*words)
        assert done.code == 1, str(done)
        silent = "does not answer" in done.err and "process" in done.err
        # It may have done everything and given the store up when it was stopped.
        assert silent or "has ended" in done.err, str(done)


class Companion(Accident):
    """Two releases in one process, which is killed: the other's client goes on with its own."""

    def draw(self, chance):
        self.moment = Moment(self.trial, chance)

    def describe(self):
        return "a second release joins, kill -9 of the holder %s" % self.moment.describe()

    def happen(self):
        trial, name = self.trial, "f%d-z" % self.trial.number
        trial.lane.create(name, "live")
        settings = {"function": name, "region": "us-east-1", "alias": "live", "memory": 192,
                    "strategy": [{"shift": 40, "pause": "400ms"}]}
        file = trial.stage.write(trial.folder + "/companion.json", json.dumps(settings))
        running = []

        def kill(_call):
            running[0].process.kill()
            running[0].process.wait()

        first = trial.start("deploy", file, key="c1")
        first.says('"run":')
        running.append(first)
        trigger = self.moment.set(trial, "p2", kill)
        second = trial.deploy()
        self.happened = self.moment.wait(trial, trigger, second, kill)
        trial.ended(second)
        self.finish("resume")
        found = trial.lane.look(name, "live")
        assert found["alias"] == ("2", {}), "the companion stands at %s" % (found["alias"],)
