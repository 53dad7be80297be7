"""Several terminals on one journal."""
from support.processes import until
from support.stage import StageTest


class TerminalsTest(StageTest):
    def setUp(self):
        super().setUp()
        self.deployed("one")

    def begin(self, steps):
        return self.stage.start_deploy("two", strategy=steps)

    def test_a_second_terminal_watches_to_the_end(self):
        running, run = self.begin([{"shift": 20, "pause": "2s"}])
        watched = self.stage.sluice("watch", run, "--exit-status", "-o", "json")
        self.assertEqual(running.wait(), 0, running.err)
        self.assertEqual(watched.code, 0, str(watched))
        self.assertEqual(watched.result["state"], "succeeded")

    def test_a_second_terminal_lists_and_shows_the_run(self):
        running, run = self.begin([{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        self.assertIn(run, self.stage.sluice("list", "--active").out)
        shown = self.stage.sluice("get", run)
        self.assertEqual(shown.code, 0, str(shown))
        self.assertIn("orders", shown.out)
        self.stage.sluice("promote", run)
        self.assertEqual(running.wait(), 0, running.err)

    def test_an_approval_comes_from_a_second_terminal(self):
        running, run = self.begin([{"shift": 20}, {"approve": "Go on?", "name": "sign-off"}])
        running.says("Go on?")
        done = self.stage.sluice("approve", run, "--reason", "looks good")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2")
        self.assertIn("looks good", self.stage.sluice("logs", run).out)

    def test_a_rejection_takes_the_traffic_back(self):
        running, run = self.begin([{"shift": 20}, {"approve": "Go on?"}])
        running.says("Go on?")
        done = self.stage.sluice("reject", run)
        self.assertEqual(done.code, 0, str(done))
        self.assertIn(running.wait(), (5, 10), running.err)
        self.assertAlias("1")

    def test_a_pause_is_skipped(self):
        running, run = self.begin([{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        done = until(lambda: self.skipped(run), "the pause is skipped")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2")

    def skipped(self, run):
        """The alias shows its weight a moment before the pause has begun."""
        done = self.stage.sluice("skip", run)
        return done if done.code == 0 else None

    def test_a_run_is_stopped_where_it_is(self):
        running, run = self.begin([{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        done = self.stage.sluice("stop", run, "--reason", "lunch")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(running.wait(), 9, running.err)

    def test_a_busy_alias_is_refused_with_the_run_that_has_it(self):
        running, run = self.begin([{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        second = self.stage.deploy("three", name="second.yaml")
        self.assertNotEqual(second.code, 0, str(second))
        self.assertIn(run, second.err, str(second))
        self.stage.sluice("promote", run)
        self.assertEqual(running.wait(), 0, running.err)
        self.assertEqual(self.stage.wire.versions("orders"), ["1", "2"])

    def test_another_function_is_released_at_the_same_time(self):
        running, run = self.begin([{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        second = self.stage.deploy("one", name="second.yaml", function="billing")
        self.assertEqual(second.code, 0, str(second))
        self.assertTrue(running.alive())
        self.stage.sluice("promote", run)
        self.assertEqual(running.wait(), 0, running.err)

    def test_a_second_process_goes_on_when_the_first_one_dies(self):
        running, run = self.begin([{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        second = self.stage.start("deploy", self.stage.release_file(
            "one", name="second.yaml", function="billing",
            strategy=[{"approve": "Sure?"}]), "-o", "json")
        second.says("Sure?")
        running.kill()
        lines = [line for line in second.out.splitlines() if '"run":' in line]
        other = lines[0].split('"run":"')[1].split('"')[0]
        done = until(lambda: self.approved(other), "the approval is taken")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(second.wait(), 0, second.out + second.err)
        resumed = self.stage.start("resume", run, "-o", "json")
        resumed.says('"run":')
        until(lambda: self.skipped(run), "the pause is skipped")
        self.assertEqual(resumed.wait(), 0, resumed.out + resumed.err)
        self.assertAlias("2")

    def approved(self, run):
        """While one process takes the journal over, commands may have to be repeated."""
        done = self.stage.sluice("approve", run)
        return done if done.code == 0 else None
