"""kill -9 at any moment, then resume."""
import random

from support.processes import until
from support.stage import BROKEN, StageTest

STEPS = [{"shift": 20, "pause": "1s"}, {"shift": 60, "pause": "1s"}]


class CrashTest(StageTest):
    def setUp(self):
        super().setUp()
        self.build = "one"
        self.deployed(self.build)

    def assertReleasedOnce(self, version):
        self.assertAlias(version)
        self.assertEqual(self.stage.wire.versions("orders"),
                         [str(number) for number in range(1, int(version) + 1)])

    def resume(self, run, code=0):
        done = self.stage.sluice("resume", run, "-o", "json")
        self.assertEqual(done.code, code, str(done))
        return done

    def test_a_run_killed_in_a_pause_goes_on(self):
        running, run = self.stage.start_deploy("two", strategy=STEPS)
        self.until_alias(("1", {"2": 20}))
        running.kill()
        self.assertAlias("1", {"2": 20})
        done = self.resume(run)
        self.assertEqual(done.result["state"], "succeeded")
        self.assertReleasedOnce("2")

    def test_resume_finds_the_one_unfinished_run(self):
        running, _ = self.stage.start_deploy("two", strategy=STEPS)
        self.until_alias(("1", {"2": 20}))
        running.kill()
        done = self.stage.sluice("resume")
        self.assertEqual(done.code, 0, str(done))
        self.assertReleasedOnce("2")

    def killed_in_a_call(self, operation, when):
        """The process dies while the call hangs: before it took effect, or after."""
        with self.subTest(call=operation, when=when):
            number = len(self.stage.wire.versions("orders"))
            self.assertAlias(str(number))
            self.stage.sluice("local", "fault", "clear")
            self.stage.sluice("local", "fault", "add", "--call", operation, "--when", when,
                              "--do", "delay", "--delay", "3s")
            # New code is published by the call that uploads it, a new configuration alone is not.
            if operation != "PublishVersion":
                self.build = "build-%d" % number
            running, run = self.stage.start_deploy(self.build, memory=128 + 64 * number,
                                                   strategy=STEPS)
            until(lambda: self.fault_struck() or not running.alive(), "the call hangs")
            self.assertTrue(running.alive(), running.out)
            running.kill()
            done = self.resume(run)
            self.assertEqual(done.result["state"], "succeeded", str(done))
            self.assertReleasedOnce(str(number + 1))
            self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], self.build)

    def fault_struck(self):
        faults = self.stage.sluice("local", "fault", "list", "-o", "json").json()["faults"]
        return all(fault["left"] == 0 for fault in faults)

    def test_a_run_killed_inside_a_call_does_nothing_twice(self):
        for operation in ("UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion",
                          "UpdateAlias"):
            for when in ("before", "after-effect"):
                self.killed_in_a_call(operation, when)

    def test_what_a_killed_call_did_is_known_to_whoever_ends_the_run(self):
        for verb, code in (("stop", 9), ("rollback", 1)):
            with self.subTest(verb=verb):
                function = "made-by-" + verb
                self.stage.sluice("local", "fault", "add", "--call", "CreateFunction", "--when",
                                  "after-effect", "--do", "delay", "--delay", "3s")
                running, run = self.stage.start_deploy("two", function=function, strategy=STEPS)
                until(lambda: self.fault_struck() or not running.alive(), "the call hangs")
                running.kill()
                done = self.stage.sluice(verb, run, "-o", "json")
                self.assertEqual(done.code, code, str(done))
                release = done.result["releases"][0]
                self.assertEqual(release["place"], "on_candidate", str(done))
                self.assertIn("created by this run and is kept", release["note"])
                self.assertIsNotNone(self.stage.wire.function(function))

    def test_killed_again_and_again_it_still_ends(self):
        chance = random.Random(7)
        running, run = self.stage.start_deploy("two", strategy=STEPS)
        for _ in range(5):
            wanted = chance.randrange(20, 60)
            until(lambda: running.out.count("\n") >= wanted or not running.alive(), "events")
            running.kill()
            running = self.stage.start("resume", run, "-o", "json")
        code = running.wait()
        if code != 0:  # It had ended before the last kill.
            shown = self.stage.sluice("get", run, "-o", "json")
            self.assertIn("succeeded", shown.out, running.out + running.err)
        self.assertReleasedOnce("2")

    def test_a_rollback_that_was_killed_is_finished(self):
        traffic = self.stage.traffic(rate=60)
        self.stage.sluice("local", "fault", "add", "--call", "UpdateAlias", "--when", "before",
                          "--do", "503", "--times", "0", "--function", "nobody")
        steps = [{"shift": 20, "watch": {"for": "30s", "min_requests": 10}}]
        running, run = self.stage.start_deploy("bad", text=BROKEN % "tea", strategy=steps)
        self.until_alias(("1", {"2": 20}))
        self.stage.fault("UpdateAlias", "503", times=0, function="orders")
        running.says("rollback_started")
        running.kill()
        self.stage.sluice("local", "fault", "clear")
        done = self.resume(run, code=5)
        self.assertEqual(done.result["state"], "rolled_back")
        self.assertAlias("1")
        self.stage.traffic_result(traffic)

    def test_a_crash_of_the_endpoint_loses_nothing_it_had_answered(self):
        before = self.stage.wire.function("orders")["CodeSha256"]
        state = self.stage.local + "/state.json"
        until(lambda: before in open(state, encoding="utf-8").read(), "the state is written")
        self.stage.endpoint.kill()
        self.stage.up()
        self.assertEqual(self.stage.wire.function("orders")["CodeSha256"], before)
        self.assertAlias("1")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "one")
