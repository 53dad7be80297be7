"""Trying again: a step that asks, a run that ended badly, a release of long ago."""
from support.processes import until
from support.stage import StageTest


class AgainTest(StageTest):
    def test_an_earlier_release_is_released_once_more(self):
        first = self.deployed("one")
        self.deployed("two")
        self.assertAlias("2")
        again = self.stage.sluice("redeploy", first.run, "-o", "json")
        self.assertEqual(again.code, 0, str(again))
        self.assertNotEqual(again.run, first.run)
        # The code of the first release is live, whatever the folder holds now.
        done = self.stage.sluice("local", "invoke", "orders:live", "--payload", "{}")
        self.assertIn("one", done.out, str(done))

    def test_what_is_live_already_is_left_alone(self):
        first = self.deployed("one")
        again = self.stage.sluice("redeploy", first.run, "-o", "json")
        self.assertEqual(again.code, 0, str(again))
        self.assertAlias("1")
        self.assertEqual(self.stage.wire.versions("orders"), ["1"])

    def test_a_dry_run_starts_nothing(self):
        first = self.deployed("one")
        self.deployed("two")
        done = self.stage.sluice("redeploy", first.run, "--dry-run")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("Dry run: nothing was started.", done.err)
        self.assertAlias("2")
        listed = self.stage.sluice("list", "-o", "name").out.split()
        self.assertEqual(len(listed), 2)

    def test_a_run_that_failed_is_tried_again_as_a_new_one(self):
        self.deployed("one")
        self.stage.fault("UpdateFunctionCode", "deny", times=1)
        failed = self.stage.deploy("two")
        self.assertNotEqual(failed.code, 0, str(failed))
        self.assertAlias("1")
        again = self.stage.sluice("retry", failed.run, "-o", "json")
        self.assertEqual(again.code, 0, str(again))
        self.assertIn("A new run of the same plan", again.err)
        self.assertAlias("2")

    def test_what_succeeded_and_rollbacks_are_not_tried_again(self):
        self.deployed("one")
        second = self.deployed("two")
        refused = self.stage.sluice("retry", second.run)
        self.assertEqual(refused.code, 1, str(refused))
        self.assertIn("sluice redeploy " + second.run, refused.err)
        back = self.stage.sluice("rollback", second.run, "-o", "json")
        self.assertEqual(back.code, 0, str(back))
        refused = self.stage.sluice("redeploy", back.run)
        self.assertEqual(refused.code, 3, str(refused))
        self.assertIn("rollback of run " + second.run, refused.err)

    def test_a_step_that_asks_is_tried_again(self):
        self.deployed("one")
        running, run = self.stage.start_deploy("two", "--hold-timeout", "5m",
                                               strategy=[{"shift": 50, "pause": "5m"}])
        self.until_alias(("1", {"2": 50}))
        # Somebody else moves the alias meanwhile: the next shift holds and asks.
        moved = self.stage.sluice("rollback", "orders:live", "--to", "1", "--state",
                                  self.stage.folder + "/other")
        self.assertEqual(moved.code, 0, str(moved))
        self.stage.sluice("promote", run)
        until(lambda: self.stage.sluice("retry", run, "--dry-run").code == 0, "the run asks")
        done = self.stage.sluice("retry", run, "--reason", "we agreed")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("tries again", done.out)
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2")

    def test_a_pause_of_the_run_is_tried_out_first(self):
        self.deployed("one")
        running, run = self.stage.start_deploy("two", strategy=[{"shift": 50, "pause": "5m"}])
        self.until_alias(("1", {"2": 50}))
        would = self.stage.sluice("continue", run, "--dry-run")
        self.assertEqual(would.code, 1, str(would))
        self.assertEqual(self.stage.sluice("pause", run, "--dry-run").code, 0)
        self.assertEqual(self.stage.sluice("pause", run).code, 0)
        self.assertEqual(self.stage.sluice("continue", run, "--dry-run").code, 0)
        self.assertEqual(self.stage.sluice("continue", run).code, 0)
        self.stage.sluice("promote", run)
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2")
