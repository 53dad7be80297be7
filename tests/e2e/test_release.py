"""What a release does to a function, seen from the function's side."""
from support.processes import until
from support.stage import ROLE, StageTest

WRITES = ("CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion",
          "CreateAlias", "UpdateAlias", "TagResource", "UntagResource", "PutFunctionConcurrency",
          "DeleteFunctionConcurrency", "DeleteFunction", "DeleteAlias")


class ReleaseTest(StageTest):
    def writes(self):
        return [call["operation"] for call in self.stage.calls(*WRITES)
                if call["status"] < 300 and call["status"] != 0]

    def write_counts(self):
        return {name: self.writes().count(name) for name in sorted(set(self.writes()))}

    def first(self, **members):
        done = self.deployed("one", **members)
        self.stage.calls(clear=True)
        return done

    def test_a_first_deployment_creates_everything_and_says_why_it_goes_at_once(self):
        done = self.deployed("one")
        self.assertEqual(done.result["state"], "succeeded")
        self.assertEqual(done.result["releases"][0]["place"], "on_candidate")
        self.assertAlias("1")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "one")
        again = self.stage.sluice("get", done.run)
        self.assertIn("at once", again.out + again.err, str(again))

    def test_new_code_alone_is_one_update_and_one_version(self):
        self.first()
        self.deployed("two")
        self.assertAlias("2")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "two")
        self.assertEqual(self.stage.wire.versions("orders"), ["1", "2"])
        self.assertEqual(self.write_counts(), {"UpdateFunctionCode": 1, "UpdateAlias": 2})

    def test_new_configuration_alone_keeps_the_code(self):
        self.first()
        self.deployed("one", memory=256, environment={"STAGE": "prod"})
        self.assertAlias("2")
        found = self.stage.wire.function("orders", "2")
        self.assertEqual(found["MemorySize"], 256)
        self.assertEqual(found["Environment"]["Variables"], {"STAGE": "prod"})
        self.assertEqual(self.write_counts(), {"UpdateFunctionConfiguration": 1,
                                               "PublishVersion": 1, "UpdateAlias": 2})

    def test_code_and_configuration_together_make_one_version(self):
        self.first()
        self.deployed("two", memory=256)
        self.assertEqual(self.stage.wire.versions("orders"), ["1", "2"])
        found = self.stage.wire.function("orders", "2")
        self.assertEqual(found["MemorySize"], 256)
        self.assertEqual(self.stage.wire.invoke("orders:2")[0]["build"], "two")
        self.assertEqual(self.write_counts(), {"UpdateFunctionConfiguration": 1,
                                               "UpdateFunctionCode": 1, "UpdateAlias": 2})

    def test_the_same_file_again_has_nothing_to_do(self):
        self.first()
        done = self.deployed("one")
        self.assertEqual(self.writes(), [])
        self.assertTrue(done.result["releases"][0].get("unchanged"), str(done))
        self.assertAlias("1")

    def test_tags_alone_are_applied_without_a_version(self):
        self.first(tags={"team": "tea"})
        self.deployed("one", tags={"team": "coffee", "cost": "7"})
        arn = self.stage.wire.function("orders")["FunctionArn"]
        self.assertEqual(self.stage.wire.tags(arn), {"team": "coffee", "cost": "7"})
        self.assertEqual(set(self.writes()) - {"TagResource", "UntagResource"}, set())
        self.assertEqual(self.stage.wire.versions("orders"), ["1"])

    def test_code_that_waits_in_latest_is_published_without_an_update(self):
        self.first()
        self.deployed("two")
        # Version 2 stays in $LATEST; the alias goes back behind Sluice's back.
        self.stage.wire.set_alias("orders", "1")
        self.stage.calls(clear=True)
        self.deployed("two")
        self.assertAlias("2")
        self.assertNotIn("UpdateFunctionCode", self.writes())

    def test_a_canary_shows_every_weight(self):
        self.first()
        steps = [{"shift": 10, "pause": "700ms"}, {"shift": 50, "pause": "700ms"}]
        running, _ = self.stage.start_deploy("two", strategy=steps)
        self.until_alias(("1", {"2": 10}))
        self.until_alias(("1", {"2": 50}))
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2")
        self.assertEqual(self.write_counts()["UpdateAlias"], 3)

    def measured(self, version):
        """(requests of that version, all requests) while nothing changes; at least 100."""
        count = whole = 0
        while whole < 100:
            done = self.stage.sluice("local", "traffic", "orders:live", "--rps", "60", "--for",
                                     "2s", "-o", "json")
            self.assertEqual(done.code, 0, str(done))
            for step in done.json()["steps"]:
                count += step["versions"].get(version, {"requests": 0})["requests"]
                whole += step["requests"]
        return count, whole

    def test_the_traffic_that_is_measured_is_the_traffic_asked_for(self):
        self.first()
        running, run = self.stage.start_deploy("two", strategy=[
            {"shift": 25}, {"approve": "Quarter?", "name": "a"},
            {"shift": 75}, {"approve": "More?", "name": "b"}])
        for share, question in ((25, "Quarter?"), (75, "More?")):
            running.says(question)
            self.assertAlias("1", {"2": share})
            count, whole = self.measured("2")
            # Six standard deviations: it fails once in many millions of runs.
            bound = 6 * (whole * share / 100 * (1 - share / 100)) ** 0.5
            self.assertLess(abs(count - whole * share / 100), bound, "%d %d" % (count, whole))
            until(lambda: self.stage.sluice("approve", run).code == 0, "the approval is taken")
        self.assertEqual(running.wait(), 0, running.err)

    def test_two_functions_of_one_file_move_together(self):
        both = {"orders": {"package": self.stage.code("one")},
                "billing": {"package": self.stage.code("one")}}
        shared = {"runtime": "python3.12", "handler": "app.handler", "role": ROLE, "alias": "live"}
        for members in both.values():
            members.update(shared)
        plain = dict(function=None, runtime=None, handler=None, role=None, alias=None,
                     timeout=None)
        self.deployed(functions=both, **plain)
        for members in both.values():
            members["package"] = self.stage.code("two")
        running, _ = self.stage.start_deploy(functions=both, **plain,
                                             strategy=[{"shift": 20, "pause": "1s"}])
        self.until_alias(("1", {"2": 20}), "orders")
        self.until_alias(("1", {"2": 20}), "billing")
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2", function="orders")
        self.assertAlias("2", function="billing")

    def test_a_missing_alias_is_made_on_the_baseline_and_then_shifted(self):
        self.first(alias=None, strategy=None)
        self.assertIsNone(self.stage.wire.alias("orders"))
        running, _ = self.stage.start_deploy("two", strategy=[{"shift": 30, "pause": "1s"}])
        baseline = self.stage.wire.versions("orders")
        self.assertEqual(running.wait(), 0, running.err)
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "two")
        self.assertTrue(baseline)
        self.assertEqual(self.write_counts().get("CreateAlias"), 1)

    def test_without_an_alias_the_function_itself_changes(self):
        self.first(alias=None, strategy=None)
        self.deployed("two", alias=None, strategy=None)
        self.assertEqual(self.stage.wire.invoke("orders")[0]["build"], "two")
