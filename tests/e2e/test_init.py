"""From a live function to a file, and what `plan` says about it."""
from support.stage import StageTest


class InitTest(StageTest):
    def setUp(self):
        super().setUp()
        self.deployed("one", memory=192, environment={"STAGE": "prod"}, tags={"team": "tea"},
                      timeout="7s")

    def test_a_file_from_a_live_function_has_nothing_to_do(self):
        made = self.stage.sluice("init", "orders:live")
        self.assertEqual(made.code, 0, str(made))
        lines = [line for line in made.out.splitlines() if line.strip()]
        self.assertLess(len(lines), 25, made.out)
        file = self.stage.write("made.yaml", made.out)
        self.assertEqual(self.stage.sluice("validate", file).code, 0)
        plan = self.stage.sluice("plan", file)
        self.assertEqual(plan.code, 0, str(plan))
        self.assertIn("nothing to do", (plan.out + plan.err).lower(), str(plan))
        same = self.stage.sluice("diff", file, "--detailed-exitcode")
        self.assertEqual(same.code, 0, str(same))

    def test_a_version_of_another_aws_is_not_taken_for_this_one(self):
        elsewhere = self.stage.sluice("deploy", self.stage.release_file("two"), "--local")
        self.assertEqual(elsewhere.code, 0, str(elsewhere))
        newer, older = self.stage.sluice("list", "-o", "json").json()["items"]
        for words, run in (((), older), (("--local",), newer)):
            shown = self.stage.sluice("get", "orders:live", *words, "-o", "json").json()
            self.assertEqual(shown["aliases"][0]["run"], run["run"], words)

    def test_without_an_alias_those_that_exist_are_named(self):
        made = self.stage.sluice("init", "orders")
        self.assertEqual(made.code, 0, str(made))
        self.assertIn("has the alias live", made.err)
        self.assertIn("sluice init orders:live", made.err)
        self.assertNotIn("has the alias", self.stage.sluice("init", "orders:live").err)

    def test_a_difference_is_shown_and_has_its_exit_code(self):
        file = self.stage.release_file("two", memory=256)
        done = self.stage.sluice("diff", file, "--detailed-exitcode")
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("192", done.out)
        self.assertIn("256", done.out)

    def test_plan_names_permissions_and_schedule_and_changes_nothing(self):
        self.stage.calls(clear=True)
        plan = self.stage.sluice("plan", self.stage.release_file(
            "two", strategy=[{"shift": 10, "watch": "5m"}, {"shift": 50, "watch": "5m"}]))
        self.assertEqual(plan.code, 0, str(plan))
        for part in ("lambda:UpdateAlias", "10 %", "50 %"):
            self.assertIn(part, plan.out, str(plan))
        writes = ("UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion",
                  "UpdateAlias")
        self.assertEqual(self.stage.calls(*writes), [])

    def test_values_of_the_environment_are_masked(self):
        file = self.stage.release_file("one", memory=192, tags={"team": "tea"}, timeout="7s",
                                       environment={"STAGE": "very-secret"})
        plan = self.stage.sluice("plan", file)
        self.assertEqual(plan.code, 0, str(plan))
        self.assertNotIn("very-secret", plan.out + plan.err)
        self.assertIn("STAGE", plan.out)

    def test_get_tells_where_an_alias_is_and_who_released_it(self):
        shown = self.stage.sluice("get", "orders:live")
        self.assertEqual(shown.code, 0, str(shown))
        self.assertIn("1", shown.out)
        self.assertEqual(self.stage.sluice("get", "orders:live", "-o", "json").code, 0)
