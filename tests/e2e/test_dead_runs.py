"""What can be done about a run whose process was killed, and what its lock means to others."""
import json
import os

from support.stage import ROLE, StageTest

SLOW = [{"shift": 20, "pause": "5m"}, {"shift": 60, "pause": "5m"}]
WITHOUT_PROCESS = ("approve", "reject", "skip", "promote", "pause", "continue")


class DeadRunTest(StageTest):
    def setUp(self):
        super().setUp()
        self.deployed("one")

    def dead(self, build="two", **members):
        """A run whose process was killed with a fifth of the traffic moved."""
        running, run = self.stage.start_deploy(build, strategy=SLOW, **members)
        self.until_alias(("1", {"2": 20}))
        running.says("node_parked")
        running.kill()
        return run

    def journal(self, run):
        shown = self.stage.sluice("logs", run, "-o", "json")
        return [line for line in shown.lines() if line["kind"] == "Event"]

    def assertObeyed(self, done, run, code, state):
        self.assertEqual(done.code, code, str(done))
        self.assertEqual(done.result["state"], state, str(done))
        self.assertAlias("1")
        types = [event["type"] for event in self.journal(run)]
        # Journalled before anybody went on with the run.
        self.assertLess(types.index("stopping"), types.index("run_claimed"), types)

    def test_a_stop_is_journalled_and_carried_out(self):
        run = self.dead()
        done = self.stage.sluice("stop", run, "-o", "json", "--reason", "wrong build")
        self.assertObeyed(done, run, 9, "stopped")
        self.assertIn("wrong build", self.stage.sluice("logs", run).out)

    def test_a_rollback_is_journalled_and_carried_out(self):
        run = self.dead()
        done = self.stage.sluice("rollback", run, "-o", "json")
        self.assertObeyed(done, run, 5, "rolled_back")

    def test_a_stop_that_is_killed_itself_is_carried_out_by_the_next_one(self):
        run = self.dead()
        self.stage.fault("UpdateAlias", "503", times=0, function="orders")
        first = self.stage.start("stop", run, "-o", "json")
        first.says("rollback_started")
        first.kill()
        self.stage.sluice("local", "fault", "clear")
        self.assertAlias("1", {"2": 20})
        done = self.stage.sluice("stop", run, "-o", "json")
        self.assertObeyed(done, run, 9, "stopped")
        self.assertIn("already to be stopped", done.err)

    def test_with_credentials_of_nobody_the_stop_is_kept_for_who_resumes(self):
        run = self.dead()
        wrong = self.stage.sluice("stop", run, "--endpoint-url", "http://127.0.0.1:9")
        self.assertEqual(wrong.code, 1, str(wrong))
        self.assertIn("sluice resume " + run, wrong.err)
        self.assertAlias("1", {"2": 20})
        resumed = self.stage.sluice("resume", run, "-o", "json")
        self.assertObeyed(resumed, run, 9, "stopped")

    def test_what_needs_a_process_says_how_to_get_one(self):
        state = os.path.join(self.stage.folder, "another")
        running = self.stage.start("deploy", self.stage.release_file("two", strategy=SLOW), "-o",
                                   "json", "--state", state)
        self.until_alias(("1", {"2": 20}))
        running.kill()
        run = next(json.loads(line)["run"] for line in running.out.splitlines() if '"run":' in line)
        for verb in WITHOUT_PROCESS:
            done = self.stage.sluice(verb, run, "--state", state)
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("sluice resume %s --state %s" % (run, state), done.err)
        self.assertAlias("1", {"2": 20})

    def test_an_alias_that_a_dead_run_holds_goes_back_with_that_run(self):
        run = self.dead()
        dry = self.stage.sluice("rollback", "orders:live", "--dry-run")
        self.assertEqual(dry.code, 0, str(dry))
        self.assertIn(run, dry.err)
        self.assertIn("orders:live from version 1, 20 % to version 2 to version 1", dry.out)
        self.assertAlias("1", {"2": 20})
        self.assertNotIn("stopping", [event["type"] for event in self.journal(run)])
        done = self.stage.sluice("rollback", "orders:live", "--yes", "-o", "json")
        self.assertObeyed(done, run, 5, "rolled_back")

    def test_another_version_than_the_dead_runs_baseline_is_not_guessed_at(self):
        run = self.dead()
        done = self.stage.sluice("rollback", "orders:live", "--to", "2", "--yes")
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("no process executes", done.err)
        self.assertIn("sluice rollback " + run, done.err)
        self.assertAlias("1", {"2": 20})
        self.assertEqual(self.stage.sluice("rollback", run).code, 5)
        self.assertEqual(self.stage.sluice("rollback", "orders:live", "--to", "2").code, 0)
        self.assertAlias("2")

    def test_a_dead_run_of_several_functions_is_named_and_left_alone(self):
        same = {"runtime": "python3.12", "handler": "app.handler", "role": ROLE, "alias": "live",
                "package": self.stage.code("two")}
        file = self.stage.write("both.json", json.dumps({
            "name": "both", "functions": {"orders": same, "returns": same},
            "targets": {"here": {"region": "us-east-1", "strategy": SLOW}}}))
        running = self.stage.start("deploy", file, "-o", "json")
        self.until_alias(("1", {"2": 20}))
        running.kill()
        done = self.stage.sluice("rollback", "orders:live", "--yes")
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("2 functions", done.err)
        self.assertAlias("1", {"2": 20})

    def test_a_second_deploy_is_told_whether_anybody_is_at_work(self):
        running, run = self.stage.start_deploy("two", strategy=SLOW)
        self.until_alias(("1", {"2": 20}))
        alive = self.stage.deploy("three")
        self.assertEqual(alive.code, 10, str(alive))
        self.assertIn("is at work", alive.err)
        self.assertIn("sluice watch " + run, alive.err)
        dry = self.stage.sluice("rollback", "orders:live", "--to", "2", "--dry-run")
        self.assertEqual(dry.code, 10, str(dry))
        self.assertIn(run, dry.err)
        running.kill()
        dead = self.stage.deploy("three")
        self.assertEqual(dead.code, 10, str(dead))
        self.assertIn("no process executes it", dead.err)
        for verb in ("resume", "rollback", "stop"):
            self.assertIn("sluice %s %s" % (verb, run), dead.err)
        self.assertAlias("1", {"2": 20})

    def test_whoever_holds_the_journal_by_now_carries_the_stop_out(self):
        run = self.dead()
        other = self.stage.release_file("one", name="other.yaml", function="returns",
                                        strategy=[{"shift": 20, "pause": "5m"}])
        self.assertEqual(self.stage.sluice("deploy", other).code, 0)
        other = self.stage.release_file("two", name="other.yaml", function="returns",
                                        strategy=[{"shift": 20, "pause": "5m"}])
        holder = self.stage.start("deploy", other, "-o", "json")
        holder.says("node_parked")
        shown = self.stage.sluice("list")
        self.assertIn(run + "  unattended", shown.out)
        refused = self.stage.sluice("skip", run)
        self.assertEqual(refused.code, 1, str(refused))
        self.assertIn("sluice resume " + run, refused.err)
        done = self.stage.sluice("stop", run, "-o", "json")
        self.assertObeyed(done, run, 9, "stopped")
        self.assertTrue(holder.alive())
        holder.interrupt()
        self.assertEqual(holder.wait(), 5, holder.err)

    def test_resume_shows_what_was_as_history(self):
        running, run = self.stage.start_deploy("two", strategy=[{"shift": 20, "pause": "1s"}])
        self.until_alias(("1", {"2": 20}))
        running.says("node_parked")
        running.kill()
        lines = self.stage.sluice("resume", run).err.splitlines()
        so_far, now = lines.index("So far:"), lines.index("Now:")
        self.assertLess(so_far, now)
        self.assertTrue(any("shift to 20 %: done" in line for line in lines[so_far:now]), lines)
        self.assertTrue(any("shift to 100 %: done" in line for line in lines[now:]), lines)


class DeadLocalRunTest(StageTest):
    """The endpoint dies with the process that executes the run: `--local`."""

    def setUp(self):
        super().setUp()
        self.stage.endpoint.kill()
        for name in [name for name in self.stage.env if name.startswith("AWS_") and
                     "REGION" not in name]:
            del self.stage.env[name]
        self.local("deploy", self.stage.release_file("one"), "--local")

    def local(self, *words, code=0):
        done = self.stage.sluice(*words, "-o", "json")
        self.assertEqual(done.code, code, str(done))
        return done

    def dead(self):
        running, run = self.stage.start_deploy("two", "--local", strategy=SLOW)
        running.says('"waiting_for"')
        running.kill()
        return run

    def alias(self):
        shown = self.local("get", "orders:live", "--local").json()["aliases"]
        return [(one["version"], one["weight"]) for one in shown]

    def test_stop(self):
        run = self.dead()
        self.assertEqual(self.alias(), [("1", 80), ("2", 20)])
        self.local("stop", run, code=9)
        self.assertEqual(self.alias(), [("1", 100)])

    def test_rollback_of_the_run(self):
        self.local("rollback", self.dead(), code=5)
        self.assertEqual(self.alias(), [("1", 100)])

    def test_rollback_of_the_alias(self):
        self.dead()
        self.local("rollback", "orders:live", "--local", "--yes", code=5)
        self.assertEqual(self.alias(), [("1", 100)])

    def test_a_run_of_another_world_is_left_alone(self):
        run = self.dead()
        other = os.path.join(self.stage.folder, "other-state")
        self.local("deploy", self.stage.release_file("one"), "--local-state", other, "--state",
                   os.path.join(self.stage.folder, "other-journal"))
        done = self.local("rollback", "orders:live", "--local-state", other, "--yes", code=1)
        self.assertIn(run, done.err)
        self.assertEqual(self.alias(), [("1", 80), ("2", 20)])
