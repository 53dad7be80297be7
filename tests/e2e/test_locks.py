"""Several releases of one function: who waits, who goes, who makes way."""
from support.processes import until
from support.stage import StageTest

ASKS = [{"shift": 20}, {"approve": "go on?"}]


class LocksTest(StageTest):
    def setUp(self):
        super().setUp()
        self.deployed("one")

    def waiting(self, build, when_busy):
        """A release that meets one that asks somebody at 20 %."""
        self.first, self.holder = self.stage.start_deploy("two", strategy=ASKS, name="first.yaml")
        self.until_alias(("1", {"2": 20}))
        self.until_row(self.holder, lambda row: row["state"] == "running")
        return self.stage.start_deploy(build, when_busy=when_busy, strategy=[{"shift": 50}])

    def row(self, run):
        return self.stage.sluice("get", run, "-o", "json").json()

    def until_row(self, run, holds):
        until(lambda: holds(self.row(run)), "run %s to get there" % run)

    def test_a_queued_release_begins_when_the_one_before_it_has_ended(self):
        second, run = self.waiting("three", "queue")
        row = self.row(run)
        self.assertEqual((row["state"], row["queued"]["behind"]), ("queued", self.holder))
        listed = self.stage.sluice("list").out
        self.assertIn("queued behind " + self.holder, listed)
        self.assertAlias("1", {"2": 20})
        self.assertEqual(self.stage.sluice("approve", self.holder).code, 0)
        self.assertEqual(self.first.wait(), 0, self.first.err)
        self.assertEqual(second.wait(), 0, second.err)
        self.assertAlias("3")

    def test_a_queued_release_can_be_stopped(self):
        second, run = self.waiting("three", "queue")
        stopped = self.stage.sluice("stop", run)
        self.assertEqual(second.wait(), 9, str(stopped) + second.err)
        self.assertEqual(self.row(run)["state"], "stopped")
        self.assertAlias("1", {"2": 20})

    def test_the_newer_one_waits_in_the_place_of_the_older(self):
        second, run = self.waiting("three", "enqueue_one")
        third, newest = self.stage.start_deploy("four", when_busy="enqueue_one", name="third.yaml")
        self.assertEqual(second.wait(), 10, second.err)
        self.assertEqual(self.row(run)["superseded_by"], newest)
        self.assertEqual(self.row(newest)["queued"]["behind"], self.holder)
        self.assertEqual(self.stage.sluice("approve", self.holder).code, 0)
        self.assertEqual(third.wait(), 0, third.err)
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "four")

    def test_a_superseded_release_goes_back_before_the_newer_one_begins(self):
        second, run = self.waiting("three", "supersede")
        self.assertEqual(self.first.wait(), 10, self.first.err)
        self.assertEqual(second.wait(), 0, second.err)
        row = self.row(self.holder)
        self.assertEqual((row["state"], row["superseded_by"]), ("superseded", run))
        self.assertEqual(row["releases"][0]["place"], "on_baseline")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "three")

    def test_a_queued_release_survives_its_process_and_that_of_the_holder(self):
        second, run = self.waiting("three", "queue")
        second.kill()
        self.first.kill()
        seen = self.stage.sluice("get", run)
        self.assertIn("No process executes " + self.holder, seen.out, str(seen))
        taken_up = self.stage.start("resume", run, "-o", "json")
        taken_up.says('"run_claimed"')
        self.until_row(run, lambda row: row["state"] == "queued")
        done = self.stage.sluice("rollback", self.holder, "-o", "json")
        self.assertEqual(done.code, 5, str(done))
        self.assertEqual(taken_up.wait(), 0, taken_up.err)
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "three")
