"""What a wrong command line, file or world is answered with: the exit code and the remedy."""
import json
import os

from support.stage import ROLE, StageTest

NOWHERE = "http://127.0.0.1:9"
NO_REGION = {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ENDPOINT_URL": ""}
READING = (("deploy", "FILE", "--yes"), ("deploy", "FILE", "--dry-run"), ("plan", "FILE"),
           ("diff", "FILE"), ("init", "orders"), ("get", "orders:live"),
           ("rollback", "orders:live", "--yes"))


class ErrorsTest(StageTest):
    def refused(self, words, code, *texts, env=None):
        done = self.stage.sluice(*words, env=env)
        where = " ".join(words)
        self.assertEqual(done.code, code, where + "\n" + str(done))
        self.assertEqual(done.out, "", where)
        self.assertTrue(done.err.lstrip().startswith(("error", "Releasing")), str(done))
        for text in texts:
            self.assertIn(text, done.err, where)

    def commands(self, region="us-east-1"):
        file = self.stage.release_file("one", region=region)
        return [tuple(file if word == "FILE" else word for word in words) for words in READING]

    def test_a_missing_region_is_a_missing_setting(self):
        for words in self.commands(region=None):
            with self.subTest(words[0]):
                self.refused(words, 3, "no AWS region is set", "AWS_REGION=", env=NO_REGION)

    def test_missing_credentials_are_a_missing_login(self):
        for words in self.commands():
            with self.subTest(words[0]):
                self.refused(words, 4, "no AWS credentials found", "--profile", env=NO_KEYS)

    def test_a_profile_that_is_not_there(self):
        for words in self.commands():
            with self.subTest(words[0]):
                self.refused((*words, "--profile", "nobody"), 4, "'nobody'", "aws configure")

    def test_an_endpoint_that_is_down_is_an_error_everywhere(self):
        for words in self.commands():
            if words[0] == "deploy" and "--yes" in words:
                continue  # it has begun a run, which ends as failed; the next test
            with self.subTest(words[0]):
                self.refused((*words, "--endpoint-url", NOWHERE), 1, "refused the connection",
                             "Check the endpoint")
                if words[0] in ("plan", "diff"):
                    self.refused((*words, "-o", "json", "--endpoint-url", NOWHERE), 1,
                                 "refused the connection")
        for words in (("invoke", "orders"), ("traffic", "orders"), ("logs", "orders"), ("calls",),
                      ("fault", "list"), ("reset",)):
            self.refused(("local", *words, "--endpoint-url", NOWHERE), 1, "sluice local up")

    def test_a_deploy_to_an_endpoint_that_is_down_changes_nothing(self):
        done = self.stage.deploy("one", "--endpoint-url", NOWHERE)
        self.assertEqual(done.code, 1, str(done))
        self.assertEqual(done.result["state"], "failed")
        self.assertEqual(done.result["exit_code"], 1)
        self.assertIn("Check the endpoint", done.result["errors"][0]["hint"])

    def test_a_target_that_cannot_be_reached_is_no_warning(self):
        """One of two functions is there: what is known is printed, and the code says the rest."""
        one = {"runtime": "python3.12", "handler": "app.handler", "role": ROLE, "alias": "live",
               "package": self.stage.code("one")}
        file = self.stage.write("both.yaml", json.dumps(
            {"name": "shop", "region": "us-east-1", "functions": {"orders": one, "billing": one}}))
        self.stage.fault("GetFunction", "500", times=0, function="orders")
        self.stage.fault("GetAlias", "500", times=0, function="orders")
        done = self.stage.sluice("plan", file)
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("billing:live  to create", done.out)
        self.assertIn("orders:live  not readable", done.out)
        self.assertIn("error:", done.err)

    def test_a_busy_lock(self):
        self.deployed("one")
        running, run = self.stage.start_deploy("two", strategy=[{"shift": 20, "pause": "5m"}])
        self.until_alias(("1", {"2": 20}))
        for words in (("deploy", self.stage.release_file("three", name="b.yaml"), "--yes"),
                      ("rollback", "orders:live", "--to", "1", "--yes")):
            done = self.stage.sluice(*words)
            self.assertEqual(done.code, 10, str(done))
            self.assertIn(run, done.err)
            self.assertIn("sluice watch " + run, done.err)
        self.stage.sluice("promote", run)
        self.assertEqual(running.wait(), 0, running.err)

    def test_files(self):
        folder = self.stage.folder
        os.mkdir(folder + "/empty")
        os.mkdir(folder + "/two")
        for name, text in (("two/a.yaml", "a: 1\n"), ("two/b.yaml", "b: 1\n"), ("void.yaml", ""),
                           ("open.yaml", "a: [1\n"), ("open.json", "{\"a\": 1"),
                           ("big.yaml", "x" * (1 << 20) + "x")):
            self.stage.write(name, text)
        with open(folder + "/binary.yaml", "wb") as out:
            out.write(b"\x7fELF\x02\x01\x00\xff\xfe\x80")
        table = (("gone.yaml", "cannot be read", "Give the path of a release file"),
                 ("void.yaml/x", "cannot be read", "Give the path of a release file"),
                 ("empty", "no release.yaml", "Name the file."),
                 ("two", "several YAML files: a.yaml, b.yaml", "Name the one you mean."))
        for name, *texts in table:
            for command in ("validate", "convert", "plan", "deploy"):
                self.refused((command, name), 3, *texts)
        for name, text in (("void.yaml", "the file is empty"), ("open.yaml", "open.yaml:2:1"),
                           ("open.json", "open.json:1:8"), ("big.yaml", "more than 1048576"),
                           ("binary.yaml", "not UTF-8")):
            for command in ("convert", "plan", "deploy"):
                self.refused((command, name), 3, text, "sluice explain E")

    def test_a_file_that_may_not_be_read(self):
        if os.geteuid() == 0:
            self.skipTest("root reads everything")
        os.chmod(self.stage.release_file("one"), 0)
        self.refused(("validate", "release.yaml"), 3, "Permission denied", "the right to read it")

    def test_wrong_command_lines(self):
        self.deployed("one")
        table = ((("deplyo",), "Did you mean 'deploy'?"),
                 (("list", "--limit", "x"), "For example --limit 20"),
                 (("deploy", "release.yaml", "--set", "x"), "For example --set"),
                 (("deploy", "release.yaml", "--package", "x"), "For example --package"),
                 (("deploy", "release.yaml", "--wait-timeout", "soon"), "30s, 5m"),
                 (("validate", ""), "Check the variable"),
                 (("local", "invoke", "orders", "--payload", "{x"), "Text needs its quotes"),
                 (("local", "invoke", "orders", "--payload", "1", "-f", "x"), "Leave out one"),
                 (("local", "traffic", "orders", "--rps", "nan"), "For example --rps 30"),
                 (("local", "traffic", "orders", "--for", "soon"), "30s, 5m"),
                 (("local", "fault", "add"), "It is one of: drop"),
                 (("local", "fault", "add", "--do", "drop", "--times", "x"), "0 is for always"),
                 (("local", "put", "orders.zip", "x"), "s3://BUCKET/KEY"),
                 (("local", "up", "--port", "x"), "0 takes any free port"),
                 (("local", "up", "--throttle", "nan"), "0 switches throttling off"))
        for words, text in table:
            self.refused(words, 64, text)
        for words, text in ((("local", "invoke", "orders", "-f", "gone.json"), "cannot be read"),
                            (("local", "invoke", "orders", "-f", "."), "is a folder"),
                            (("local", "invoke", "orders", "-f", "a/b"), "'-' for stdin")):
            self.refused(words, 3, text)


class PlacesTest(StageTest):
    """Where a local function is, when it is not where it was looked for."""

    def setUp(self):
        super().setUp()
        self.deployed("one", region="eu-north-1")

    def test_without_a_region_it_is_found(self):
        for words in (("invoke", "orders:live"), ("traffic", "orders:live", "--for", "1s"),
                      ("logs", "orders")):
            done = self.stage.sluice("local", *words, env=NO_REGION)
            self.assertEqual(done.code, 0, str(done))
            self.assertIn("orders is in eu-north-1", done.err)

    def test_in_another_region_the_error_says_where_it_is(self):
        for words in (("invoke", "orders:live"), ("traffic", "orders:live", "--for", "1s"),
                      ("logs", "orders")):
            done = self.stage.sluice("local", *words, "--region", "eu-west-1")
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("no function 'orders' in eu-west-1", done.err)
            self.assertIn("orders exists in eu-north-1 of account 000000000000: "
                          "--region eu-north-1", done.err)

    def test_a_name_that_is_nearly_right(self):
        done = self.stage.sluice("local", "invoke", "oders")
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("Did you mean 'orders'?", done.err)

    def test_an_arn_names_its_region(self):
        arn = "arn:aws:lambda:eu-north-1:000000000000:function:orders:live"
        done = self.stage.sluice("local", "invoke", arn)
        self.assertEqual(done.code, 0, str(done))


class FaultsShownTest(StageTest):
    def test_what_was_asked_for_and_what_came_of_it(self):
        self.deployed("one")
        added = self.stage.sluice("local", "fault", "add", "--call", "GetFunctionConfiguration",
                                  "--do", "delay", "--delay", "1ms", "--times", "2",
                                  "--function", "orders")
        self.assertEqual(added.out, "fault 1: delay 1ms before GetFunctionConfiguration of orders, "
                                    "the next 2 times\n", str(added))
        always = self.stage.sluice("local", "fault", "add", "--do", "drop", "--call", "PutObject",
                                   "--when", "after-effect", "--times", "0")
        self.assertEqual(always.out, "fault 2: drop after the effect of PutObject, always\n")
        self.assertEqual(self.table()[1:], [
            ["1", "GetFunctionConfiguration", "orders", "before", "delay 1ms", "2 times",
             "0 times"],
            ["2", "PutObject", "any", "after-effect", "drop", "always", "0 times"]])
        self.stage.wire.function("orders")
        self.assertEqual(self.table()[1][-2:], ["1 time", "1 time"])
        self.stage.wire.function("orders")
        self.stage.wire.function("orders")
        self.assertEqual(self.table()[1][-2:], ["used up", "2 times"])
        faults = self.stage.sluice("local", "fault", "list", "-o", "json").json()["faults"]
        self.assertEqual([(one["times"], one.get("left"), one["happened"]) for one in faults],
                         [(2, 0, 2), (0, None, 0)])
        self.stage.sluice("local", "fault", "clear")
        self.assertIn("No fault", self.stage.sluice("local", "fault", "list").err)

    def table(self):
        lines = self.stage.sluice("local", "fault", "list").out.splitlines()
        rows = [[cell for cell in line.split("  ") if cell] for line in lines]
        return [[cell.strip() for cell in row] for row in rows]
