"""AWS misbehaves: answers are lost, calls are throttled, denied, or fail inside."""
from support.stage import StageTest

CHANGES = dict(memory=256, tags={"team": "coffee"}, reserved_concurrency=7)
# The writes of a first release, of one that changes everything, and of one that changes the
# configuration only: new code is published by the call that uploads it.
CREATING = ("CreateFunction", "CreateAlias", "PutFunctionConcurrency")
CHANGING = ("UpdateFunctionCode", "UpdateFunctionConfiguration", "UpdateAlias", "TagResource",
            "PutFunctionConcurrency")
CONFIGURING = ("UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias")
# What may be done twice and still is the same: AWS answers the version that is there already, or
# sets what is set.
REPEATABLE = ("PublishVersion", "TagResource", "PutFunctionConcurrency")


class FaultTest(StageTest):
    def effects(self, operation):
        """Calls of that name that took effect: answered well, or answered and then cut."""
        def counts(call):
            after = "after-effect" in call.get("fault", "")
            return after or (200 <= call["status"] < 300)
        return sum(map(counts, self.stage.calls(operation)))

    def create(self, function):
        return self.stage.deploy("one", function=function, tags={"team": "tea"},
                                 reserved_concurrency=5)

    def change(self, function):
        return self.stage.deploy("two", function=function, **CHANGES)

    def configure(self, function):
        return self.stage.deploy("one", function=function, memory=256, tags={"team": "tea"},
                                 reserved_concurrency=5)

    def state(self, function):
        wire = self.stage.wire
        configuration = wire.function(function)
        live = wire.function(function, "live")
        return {"versions": wire.versions(function), "alias": wire.alias(function),
                "memory": configuration["MemorySize"], "code": configuration["CodeSha256"],
                "live": (live["MemorySize"], live["CodeSha256"]),
                "tags": wire.tags(configuration["FunctionArn"])}

    def compare(self, operations, act, expected):
        """Each fault in turn, on a function of its own: the end is that of a release without."""
        for number, (operation, do, when) in enumerate(operations):
            with self.subTest(call=operation, do=do, when=when):
                function = "orders-%d" % number
                if act != self.create:
                    self.assertEqual(self.create(function).code, 0)
                self.stage.calls(clear=True)
                self.stage.fault(operation, do, when, function=function)
                done = act(function)
                self.assertEqual(done.code, 0, str(done))
                self.assertEqual(self.state(function), expected["state"])
                struck = [call for call in self.stage.calls(operation) if call.get("fault")]
                self.assertEqual(len(struck), 1, "the fault did not happen")
                if operation not in REPEATABLE:
                    self.assertEqual(self.effects(operation), expected["effects"][operation])

    def clean(self, act, operations):
        if act != self.create:
            self.assertEqual(self.create("clean").code, 0)
        self.stage.calls(clear=True)
        done = act("clean")
        self.assertEqual(done.code, 0, str(done))
        return {"state": self.state("clean"),
                "effects": {name: self.effects(name) for name in operations}}

    def test_a_lost_answer_while_creating_doubles_nothing(self):
        self.lost(self.create, CREATING)

    def test_a_lost_answer_while_changing_doubles_nothing(self):
        self.lost(self.change, CHANGING)

    def test_a_lost_answer_while_configuring_doubles_nothing(self):
        self.lost(self.configure, CONFIGURING)

    def lost(self, act, operations):
        expected = self.clean(act, operations)
        self.assertTrue(all(expected["effects"].values()), str(expected["effects"]))
        self.compare([(name, "drop", "after-effect") for name in operations], act, expected)

    def test_a_request_that_never_arrived_is_sent_again(self):
        expected = self.clean(self.change, CHANGING)
        self.compare([(name, "drop", "before") for name in ("UpdateFunctionCode", "UpdateAlias",
                                                            "UpdateFunctionConfiguration")],
                     self.change, expected)

    def test_a_throttled_call_is_repeated(self):
        expected = self.clean(self.change, CHANGING)
        self.compare([(name, "throttle", "before") for name in ("UpdateFunctionConfiguration",
                                                                "UpdateAlias", "GetFunction")
                      if name in CHANGING], self.change, expected)

    def test_an_internal_error_after_the_effect_doubles_nothing(self):
        expected = self.clean(self.change, CHANGING)
        self.compare([(name, "500", "after-effect") for name in ("UpdateFunctionCode",
                                                                 "UpdateAlias")],
                     self.change, expected)

    def test_a_denied_call_names_the_call_the_function_and_the_permission(self):
        self.assertEqual(self.create("orders").code, 0)
        self.stage.fault("UpdateFunctionCode", "deny", times=0)
        done = self.stage.deploy("two")
        self.assertNotEqual(done.code, 0, str(done))
        said = str(done)
        for part in ("UpdateFunctionCode", "orders", "lambda:UpdateFunctionCode"):
            self.assertIn(part, said)
        self.assertAlias("1")

    def test_a_shift_that_is_denied_leaves_the_alias_on_the_baseline(self):
        self.assertEqual(self.create("orders").code, 0)
        self.stage.fault("UpdateAlias", "deny", times=0)
        done = self.stage.deploy("two")
        self.assertNotEqual(done.code, 0, str(done))
        self.assertIn("lambda:UpdateAlias", str(done))
        self.assertAlias("1")

    def test_a_rollback_goes_on_through_errors(self):
        self.assertEqual(self.create("orders").code, 0)
        running, run = self.stage.start_deploy("two", strategy=[{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        self.stage.fault("UpdateAlias", "503", times=3)
        self.stage.sluice("rollback", run, "--yes")
        self.assertEqual(running.wait(), 5, running.err)
        self.assertAlias("1")


class ExternalChangeTest(StageTest):
    def test_somebody_elses_shift_is_not_overwritten(self):
        self.deployed("one")
        self.deployed("two")
        running, _ = self.stage.start_deploy("three", strategy=[{"shift": 20, "pause": "3s"}])
        self.until_alias(("2", {"3": 20}))
        self.stage.wire.set_alias("orders", "1")
        code = running.wait()
        self.assertEqual(code, 6, running.out + running.err)
        self.assertAlias("1")
        self.assertIn("changed_by_others", running.out)
