"""Accidents of the disk that the journal is on."""
from chaos.accidents import Accident, Moment
from chaos.disks import disk_for
from chaos.gate import CUT
from support.processes import until


class Disk(Accident):
    """The journal cannot be written for a while: nothing is done that is not in it."""

    def draw(self, chance):
        self.moment = Moment(self.trial, chance)
        self.dies = chance.random() < 0.5
        self.kind = chance.choice(("full", "limited"))

    def describe(self):
        return "disk %s %s%s" % (self.kind, self.moment.describe(),
                                 ", killed, resumed on the bad disk" if self.dies else "")

    def happen(self):
        trial = self.trial
        running = []
        disk = disk_for(self.kind, trial)

        def spoil(_call):
            disk.spoil(running[0].pid)

        try:
            trigger = self.moment.set(trial, "p1", spoil)
            running.append(trial.deploy())
            self.happened = self.moment.wait(trial, trigger, running[0], spoil)
            if self.happened:
                until(lambda: "journal_unwritable" in running[0].err or not running[0].alive(),
                      "the process notices")
                self.happened = "journal_unwritable" in running[0].err
            if self.dies:
                running[0].kill()
                if self.happened and disk.outlives_process:
                    self.fails_to_resume()
            disk.mend(running[0].pid)
            code = trial.ended(running[0])
            assert self.dies or code >= 0, "it did not outlive the bad disk: %s" % code
            self.finish("resume")
        finally:
            disk.close()

    def fails_to_resume(self):
        """With a journal that cannot be written a run cannot be taken up, and nothing is done."""
        process = self.trial.start("resume")
        self.trial.unwritable.append(process.key)
        self.trial.ended(process)
        assert process.err.strip(), "it does not say why"


class ReadOnly(Accident):
    """kill -9, and the store's files may only be read when somebody wants to go on."""

    def draw(self, chance):
        self.moment = Moment(self.trial, chance)

    def describe(self):
        return "kill -9 %s, and the store cannot be written" % self.moment.describe()

    def happen(self):
        trial = self.trial
        running = []

        def kill(_call):
            running[0].process.kill()
            running[0].process.wait()
            return CUT

        trigger = self.moment.set(trial, "p1", kill)
        running.append(trial.deploy())
        self.happened = self.moment.wait(trial, trigger, running[0], kill)
        trial.ended(running[0])
        disk = disk_for("read only", trial)
        if disk is None:
            self.happened = False
        elif self.happened and self.unfinished():
            try:
                disk.spoil(None)
                process = trial.start("resume")
                trial.unwritable.append(process.key)
                assert trial.ended(process) in (1, 4), process.out  # an error, or not permitted
                assert trial.state in process.err, process.err
            finally:
                disk.close()
        self.finish("resume")
