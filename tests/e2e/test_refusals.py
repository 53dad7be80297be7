"""What is refused, before anything is touched, and how it is said."""
import os
import zipfile

from support.stage import ROLE, StageTest

WRITES = ("CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion",
          "CreateAlias", "UpdateAlias", "TagResource", "PutFunctionConcurrency")


class RefusalTest(StageTest):
    def assertUntouched(self):
        self.assertEqual([call["operation"] for call in self.stage.calls(*WRITES)], [])

    def refused(self, text, *expected, name="release.yaml", words=()):
        file = self.stage.write(name, text)
        done = self.stage.sluice("deploy", file, *words)
        self.assertEqual(done.code, 3, str(done))
        for part in expected:
            self.assertIn(part, done.err, str(done))
        self.assertUntouched()
        return done

    def test_an_unknown_key_is_named_with_its_place_and_the_nearest_one(self):
        self.refused("function: orders\nhandlr: app.handler\n", "release.yaml:2:1", "handler", "^")

    def test_every_problem_of_a_file_is_reported_at_once(self):
        self.refused("function: orders\nregion: eu-west-1\nmemory: lots\ntimeout: never\n"
                     "strategy: nosuch\n",
                     "release.yaml:3:9", "release.yaml:4:10", "release.yaml:5:11")

    def test_a_duplicate_key_is_an_error(self):
        self.refused("function: orders\nmemory: 128\nmemory: 256\n", "release.yaml:3:1")

    def test_broken_yaml_is_placed(self):
        self.refused("function: orders\ntags: {team: [tea}\n", "release.yaml:2:")

    def test_a_yaml_bomb_is_refused(self):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        for i in range(1, 10):
            lines.append("a%d: &a%d [%s]" % (i, i, ", ".join(["*a%d" % (i - 1)] * 9)))
        self.refused("\n".join(lines) + "\n", "release.yaml:")

    def test_targets_that_wait_for_each_other_are_refused(self):
        self.refused("function: orders\nruntime: python3.12\nhandler: app.handler\nrole: " + ROLE +
                     "\npackage: ./src\ntargets:\n  a: {region: eu-west-1, after: b}\n"
                     "  b: {region: eu-west-2, after: a}\n", "release.yaml:")

    def test_a_missing_package_is_refused_before_anything_starts(self):
        done = self.stage.sluice("deploy", self.stage.release_file(package="./nowhere"))
        self.assertEqual(done.code, 3, str(done))
        self.assertIn('"./nowhere" is not there', done.err)
        self.assertRegex(done.err, r"release\.yaml:\d+:\d+")
        self.assertUntouched()

    def test_a_broken_zip_is_refused_before_anything_starts(self):
        self.stage.write("broken.zip", "PK but not really")
        done = self.stage.sluice("deploy", self.stage.release_file(package="./broken.zip"))
        self.assertEqual(done.code, 3, str(done))
        self.assertIn('"./broken.zip" is not a zip archive', done.err)
        self.assertRegex(done.err, r"release\.yaml:\d+:\d+")
        self.assertUntouched()

    def test_wrong_usage_suggests_the_right_word(self):
        done = self.stage.sluice("deply", "release.yaml")
        self.assertEqual(done.code, 64, str(done))
        self.assertIn("deploy", done.err)

    def test_a_role_that_an_alias_cannot_split_is_refused_with_the_way_out(self):
        self.deployed("one")
        self.stage.calls(clear=True)
        done = self.stage.deploy("two", role=ROLE + "-other")
        self.assertNotEqual(done.code, 0, str(done))
        self.assertIn("role", str(done).lower())
        self.assertTrue(done.result["errors"][-1].get("hint"), str(done))
        self.assertUntouched()
        self.assertAlias("1")

    def test_a_split_alias_is_refused_with_what_was_found_and_healed_on_request(self):
        self.deployed("one")
        self.deployed("two")
        self.stage.wire.set_alias("orders", "1", {"2": 40})
        self.stage.calls(clear=True)
        done = self.stage.deploy("three")
        self.assertNotEqual(done.code, 0, str(done))
        said = str(done)
        for part in ("40", "version 1", "to-primary"):
            self.assertIn(part, said)
        self.assertUntouched()
        self.assertAlias("1", {"2": 40})
        healed = self.deployed("three", "--heal", "to-primary")
        self.assertAlias("3")
        self.assertEqual(healed.result["releases"][0]["baseline_version"], "1")

    def test_a_policy_on_the_bare_function_is_warned_about(self):
        self.deployed("one")
        self.stage.wire.call("POST", "/2015-03-31/functions/orders/policy",
                             {"StatementId": "api", "Action": "lambda:InvokeFunction",
                              "Principal": "apigateway.amazonaws.com"})
        file = self.stage.release_file("two")
        plan = self.stage.sluice("plan", file)
        self.assertEqual(plan.code, 0, str(plan))
        self.assertIn("bare function", plan.err + plan.out)
        done = self.stage.sluice("deploy", file)
        self.assertEqual(done.code, 0, str(done))
        text = (done.err + done.out).lower()
        self.assertTrue("bypass" in text or "bare function" in text, str(done))
        quiet = self.stage.sluice("deploy", self.stage.release_file("three"), "--no-bypass-check")
        text = (quiet.err + quiet.out).lower()
        self.assertFalse("bypass" in text or "bare function" in text, str(quiet))


class PackageTest(StageTest):
    """Files that name objects in S3."""

    def setUp(self):
        super().setUp()
        self.stage.code("one")
        self.zip = os.path.join(self.stage.folder, "orders.zip")
        with zipfile.ZipFile(self.zip, "w") as archive:
            archive.write(os.path.join(self.stage.folder, "builds/one/app.py"), "app.py")
        self.file = self.stage.release_file(package="s3://shop/orders.zip")
        self.env = {"AWS_ENDPOINT_URL": ""}

    def deploy(self, *words):
        return self.stage.sluice("deploy", self.file, "--local-state", self.stage.local, *words,
                                 env=self.env)

    def test_without_the_object_the_error_says_how_to_supply_it(self):
        done = self.deploy()
        self.assertNotEqual(done.code, 0, str(done))
        self.assertIn("--package s3://shop/orders.zip=", done.err)
        self.assertIsNone(self.stage.wire.function("orders"))

    def test_package_supplies_the_object(self):
        done = self.deploy("--package", "s3://shop/orders.zip=" + self.zip)
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "one")

    def test_local_put_supplies_the_object(self):
        put = self.stage.sluice("local", "put", "s3://shop/orders.zip", self.zip)
        self.assertEqual(put.code, 0, str(put))
        done = self.deploy()
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "one")
