"""Going back: by itself, on request, with an alias and without."""
import signal
import time

from support.processes import until
from support.stage import BROKEN, GOOD, StageTest

CHECKED = [{"shift": 20, "watch": {"for": "20s", "min_requests": 10, "grace": "60s"}}]
SLOW = [{"shift": 20, "pause": "5m"}]


class RollbackTest(StageTest):
    def setUp(self):
        super().setUp()
        self.deployed("one")

    def fail_a_check(self, **members):
        traffic = self.stage.traffic(rate=60)
        done = self.deployed("bad", text=BROKEN % "tea", code=5, strategy=CHECKED, **members)
        return done, self.stage.traffic_result(traffic)

    def test_a_failing_check_rolls_the_alias_back(self):
        done, traffic = self.fail_a_check()
        self.assertEqual(done.result["state"], "rolled_back")
        self.assertEqual(done.result["releases"][0]["place"], "on_baseline")
        self.assertAlias("1")
        messages = {entry["message"] for entry in traffic["versions"]["2"]["messages"]}
        self.assertEqual(messages, {"ValueError: no price for tea"})
        self.assertEqual(traffic["versions"]["1"]["errors"], 0)

    def test_the_end_names_the_check_and_its_numbers(self):
        done, _ = self.fail_a_check()
        shown = self.stage.sluice("get", done.run)
        for text in (shown.out, done.result["rollback_reason"]):
            self.assertRegex(text, r"(\d+) of \1 requests failed \(100 %\)")
            self.assertIn("over the limit of 5 %", text)

    def test_a_check_without_traffic_never_passes(self):
        steps = [{"shift": 20, "watch": {"for": "1s", "min_requests": 10}}]
        done = self.deployed("two", code=5, strategy=steps)
        self.assertEqual(done.result["state"], "rolled_back")
        self.assertAlias("1")

    def test_a_finished_run_can_be_undone(self):
        done = self.deployed("two")
        self.assertAlias("2")
        undone = self.stage.sluice("rollback", done.run, "--yes", "-o", "json")
        # The new run did what it was for; what it undid is the other one's end.
        self.assertEqual(undone.code, 0, str(undone))
        self.assertAlias("1")

    def test_a_running_run_can_be_rolled_back_from_outside(self):
        running, run = self.stage.start_deploy("two", strategy=SLOW)
        self.until_alias(("1", {"2": 20}))
        asked = self.stage.sluice("rollback", run, "--yes", "--reason", "a bad feeling")
        self.assertEqual(running.wait(), 5, running.err)
        self.assertEqual(asked.code, 5, str(asked))
        self.assertAlias("1")
        self.assertIn("a bad feeling", self.stage.sluice("logs", run).out)

    def test_an_alias_goes_back_without_a_journal(self):
        self.deployed("two")
        done = self.stage.sluice("rollback", "orders:live", "--to", "1", "--yes",
                                 "--state", self.stage.folder + "/another")
        self.assertEqual(done.code, 0, str(done))
        self.assertAlias("1")

    def test_a_split_alias_goes_to_its_primary_version(self):
        self.deployed("two")
        self.stage.wire.set_alias("orders", "1", {"2": 40})
        done = self.stage.sluice("rollback", "orders:live", "--yes")
        self.assertEqual(done.code, 0, str(done))
        self.assertAlias("1")

    def test_an_alias_that_is_whole_needs_a_version(self):
        done = self.stage.sluice("rollback", "orders:live", "--yes")
        self.assertNotEqual(done.code, 0, str(done))
        self.assertIn("--to", done.err)
        self.assertAlias("1")

    def test_a_candidate_is_deleted_by_a_second_run(self):
        steps = [{"shift": 20}, {"invoke": {"function": "nobody"}}]
        done = self.deployed("two", code=5, strategy=steps, candidate="delete", drain="1s")
        self.assertEqual(done.result["state"], "rolled_back")
        self.assertAlias("1")
        self.assertNotIn("2", self.stage.wire.versions("orders"))
        runs = self.stage.sluice("list", "-o", "json").json()
        states = sorted(run["state"] for run in runs["items"])
        self.assertEqual(states, ["rolled_back", "succeeded", "succeeded"])

    def test_a_clean_up_is_taken_up_again(self):
        steps = [{"shift": 20}, {"invoke": {"function": "nobody"}}]
        running, run = self.stage.start_deploy("two", strategy=steps, candidate="delete",
                                               drain="3s")
        told = "deletes what is left behind: version 2 of orders in 3s"
        until(lambda: told in self.stage.sluice("logs", run).out, "the note of the clean-up")
        running.kill()
        self.assertIn("2", self.stage.wire.versions("orders"))
        resumed = self.stage.sluice("resume")
        self.assertEqual(resumed.code, 0, str(resumed))
        self.assertNotIn("2", self.stage.wire.versions("orders"))

    def test_a_run_that_a_later_one_replaced_is_refused_by_name(self):
        second = self.deployed("two").run
        third = self.deployed("three").run
        for words in ((), ("--dry-run",)):
            done = self.stage.sluice("rollback", second, "--yes", *words)
            self.assertEqual(done.code, 3, str(done))
            self.assertIn("run %s has moved orders:live to version 3" % third, done.err)
            self.assertIn("sluice rollback " + third, done.err)
            self.assertIn("sluice rollback orders:live --to 1", done.err)
        self.assertAlias("3")
        self.assertEqual(self.stage.sluice("rollback", third, "--yes").code, 0)
        self.assertEqual(self.stage.sluice("rollback", second, "--yes").code, 0)
        self.assertAlias("1")

    def test_a_dry_run_says_from_where_to_where(self):
        run = self.deployed("two").run
        for what in ((run,), ("orders:live", "--to", "1")):
            done = self.stage.sluice("rollback", *what, "--dry-run")
            self.assertEqual(done.code, 0, str(done))
            self.assertIn("orders:live from version 2 to version 1", done.out)
        shown = self.stage.sluice("rollback", run, "--dry-run", "-o", "json").json()
        self.assertEqual(shown["moves"][0]["to"], "1")
        self.assertAlias("2")

    def test_an_alias_that_is_already_there_is_left_alone(self):
        before = self.stage.sluice("list", "-o", "name").out
        self.stage.calls(clear=True)
        done = self.stage.sluice("rollback", "orders:live", "--to", "1", "--yes")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("already there", done.out)
        self.assertEqual(self.stage.calls("UpdateAlias"), [])
        self.assertEqual(self.stage.sluice("list", "-o", "name").out, before)

    def test_what_looks_like_a_run_is_not_taken_for_a_function(self):
        for words in (("get", "d-NOPE"), ("get", "d-NOPENOPE1"), ("rollback", "d-NOPE")):
            done = self.stage.sluice(*words)
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("there is no run " + words[1], done.err)

    def interrupted(self, number):
        running, run = self.stage.start_deploy("two", strategy=SLOW)
        self.until_alias(("1", {"2": 20}))
        began = time.monotonic()
        running.interrupt(number)
        self.until_alias(("1", {}))
        took = time.monotonic() - began
        code = running.wait()
        self.assertLess(took, 5, running.err)
        return code, run

    def test_ctrl_c_rolls_back_within_five_seconds(self):
        code, run = self.interrupted(signal.SIGINT)
        self.assertEqual(code, 5, self.stage.sluice("logs", run).out)

    def test_sigterm_rolls_back_within_five_seconds(self):
        self.assertEqual(self.interrupted(signal.SIGTERM)[0], 5)

    def test_sighup_rolls_back_within_five_seconds(self):
        self.assertEqual(self.interrupted(signal.SIGHUP)[0], 5)

    def test_freeze_leaves_the_alias_and_resume_goes_on(self):
        steps = [{"shift": 20, "pause": "3s"}]
        running, run = self.stage.start_deploy("two", "--on-interrupt", "freeze", strategy=steps)
        self.until_alias(("1", {"2": 20}))
        running.interrupt()
        self.assertEqual(running.wait(), 130, running.err)
        self.assertAlias("1", {"2": 20})
        resumed = self.stage.sluice("resume", run)
        self.assertEqual(resumed.code, 0, str(resumed))
        self.assertAlias("2")


class RepublishTest(StageTest):
    """Without an alias going back is a new version with the old code and configuration."""

    PLAIN = dict(alias=None, strategy=None)

    def setUp(self):
        super().setUp()
        self.deployed("one", memory=192, **self.PLAIN)
        self.before = self.stage.wire.function("orders")

    def assertAsBefore(self):
        now = self.stage.wire.function("orders")
        for member in ("CodeSha256", "MemorySize", "Handler", "Runtime", "Timeout", "Role"):
            self.assertEqual(now[member], self.before[member], member)
        self.assertEqual(self.stage.wire.invoke("orders")[0]["build"], "one")

    def test_a_failed_smoke_test_republishes_the_baseline(self):
        done = self.deployed("bad", text=BROKEN % "tea", memory=256, code=5,
                             alias=None, strategy=[{"shift": 100}, {"invoke": {}}])
        self.assertEqual(done.result["state"], "rolled_back")
        self.assertAsBefore()
        versions = self.stage.wire.versions("orders")
        newest = self.stage.wire.function("orders", versions[-1])
        self.assertEqual(newest["CodeSha256"], self.before["CodeSha256"])
        self.assertGreater(len(versions), 2)

    def test_a_finished_run_is_undone_by_a_new_version(self):
        done = self.deployed("two", text=GOOD % "two", memory=256, **self.PLAIN)
        before = self.stage.wire.versions("orders")
        undone = self.stage.sluice("rollback", done.run, "--yes")
        self.assertEqual(undone.code, 0, str(undone))
        self.assertAsBefore()
        until(lambda: len(self.stage.wire.versions("orders")) == len(before) + 1,
              "one more version", 10)
