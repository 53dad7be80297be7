"""The commands of `sluice local`."""
import json
import os
import signal

from support.processes import until
from support.stage import BROKEN, StageTest
from support.wire import AwsError, Wire


class LocalTest(StageTest):
    def test_a_shell_can_use_what_up_prints(self):
        other = self.stage.start("local", "up", "--port", "0", "--state",
                                 self.stage.folder + "/other")
        other.says("AWS_DEFAULT_REGION=")
        words = [line.split()[1:] for line in other.out.splitlines()]
        names = {pair.split("=")[0] for line in words for pair in line}
        self.assertLessEqual({"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_REGION"}, names)
        other.interrupt(signal.SIGTERM)
        self.assertEqual(other.wait(), 0)

    def test_a_second_up_on_one_state_says_who_has_it(self):
        second = self.stage.sluice("local", "up", "--port", "0", "--state", self.stage.local)
        self.assertEqual(second.code, 1, str(second))
        self.assertIn(self.stage.url, second.err)
        self.assertIn(str(self.stage.endpoint.pid), second.err)

    def test_the_state_survives_a_restart(self):
        self.deployed("one")
        self.stage.endpoint.interrupt(signal.SIGINT)
        self.assertEqual(self.stage.endpoint.wait(), 0)
        self.stage.up()
        self.assertAlias("1")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "one")

    def test_the_state_folder_leads_to_its_endpoint(self):
        self.deployed("one")
        done = self.stage.sluice("local", "invoke", "orders:live", "--state", self.stage.local,
                                 "-o", "json", env={"AWS_ENDPOINT_URL": ""})
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(done.json()["payload"]["build"], "one")
        self.assertEqual(done.json()["executed_version"], "1")

    def test_without_an_endpoint_the_error_says_how_to_start_one(self):
        done = self.stage.sluice("local", "calls", env={"AWS_ENDPOINT_URL": ""})
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("sluice local up", done.err)

    def test_invoke_ends_with_one_where_the_function_fails(self):
        self.deployed("bad", text=BROKEN % "tea")
        done = self.stage.sluice("local", "invoke", "orders:live")
        self.assertEqual(done.code, 1, str(done))
        self.assertEqual(json.loads(done.out)["errorMessage"], "no price for tea")

    def test_invoke_sends_a_file_or_stdin(self):
        text = "def handler(event, context):\n    return event\n"
        self.deployed("echo", text=text)
        file = self.stage.write("event.json", "{\"order\": 7}")
        for words, stdin in ((("-f", file), ""), (("-f", "-"), "{\"order\": 7}"),
                             (("--payload", "{\"order\": 7}"), "")):
            done = self.stage.sluice("local", "invoke", "orders:live", *words, stdin=stdin)
            self.assertEqual(json.loads(done.out), {"order": 7}, str(done))

    def test_a_payload_that_is_no_json_is_refused(self):
        done = self.stage.sluice("local", "invoke", "orders", "--payload", "{order")
        self.assertEqual(done.code, 64, str(done))

    def test_logs_show_what_a_version_printed(self):
        self.deployed("loud", text="def handler(event, context):\n    print('boiling', event)\n")
        self.stage.wire.invoke("orders:live", {"cups": 2})
        done = self.stage.sluice("local", "logs", "orders")
        self.assertIn("boiling {'cups': 2}", done.out, str(done))
        other = self.stage.sluice("local", "logs", "orders:7")
        self.assertEqual(other.out, "")

    def test_logs_follow_what_is_to_come(self):
        self.deployed("loud", text="def handler(event, context):\n    print('boiling', event)\n")
        following = self.stage.start("local", "logs", "orders", "--follow")
        self.stage.wire.invoke("orders:live", {"cups": 3})
        following.says("'cups': 3")
        following.interrupt()
        self.assertEqual(following.wait(), 0)

    def test_a_fault_happens_as_often_as_asked(self):
        self.deployed("one")
        self.stage.fault("GetFunctionConfiguration", "deny", times=2)
        self.assertIn("2 times", self.stage.sluice("local", "fault", "list").out)
        for _ in range(2):
            with self.assertRaises(AwsError) as caught:
                self.stage.wire.function("orders")
            self.assertEqual(caught.exception.status, 403)
        self.assertIsNotNone(self.stage.wire.function("orders"))

    def test_faults_are_cleared_and_wrong_ones_refused(self):
        self.stage.fault("*", "500", times=0)
        self.assertEqual(self.stage.sluice("local", "fault", "clear").code, 0)
        listed = self.stage.sluice("local", "fault", "list", "-o", "json")
        self.assertEqual(listed.json()["faults"], [])
        self.assertEqual(self.stage.sluice("local", "fault", "add", "--do", "dorp").code, 64)
        self.assertEqual(self.stage.sluice("local", "fault", "add").code, 64)
        self.assertEqual(self.stage.sluice("local", "fault", "ad", "--do", "drop").code, 64)

    def test_reset_empties_the_endpoint(self):
        self.deployed("one")
        self.assertEqual(self.stage.sluice("local", "reset").code, 0)
        self.assertIsNone(self.stage.wire.function("orders"))

    def test_traffic_ends_by_itself_and_counts_everything(self):
        self.deployed("bad", text=BROKEN % "tea")
        done = self.stage.sluice("local", "traffic", "orders:live", "--rps", "20", "--for", "2s",
                                 "-o", "json")
        self.assertEqual(done.code, 0, str(done))
        counted = done.json()
        self.assertLessEqual(counted["requests"], 41)
        self.assertEqual(counted["errors"], counted["requests"])
        self.assertEqual([entry["message"] for entry in counted["versions"]["1"]["messages"]],
                         ["ValueError: no price for tea"])

    def test_traffic_to_a_function_that_is_missing_is_refused(self):
        done = self.stage.sluice("local", "traffic", "nobody:live", "--for", "1s")
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("nobody", done.err)

    def test_deploy_local_uses_the_endpoint_that_runs(self):
        file = self.stage.release_file("one")
        done = self.stage.sluice("deploy", file, "--local-state", self.stage.local,
                                 env={"AWS_ENDPOINT_URL": ""})
        self.assertEqual(done.code, 0, str(done))
        self.assertAlias("1")

    def test_deploy_local_starts_an_endpoint_of_its_own_and_keeps_its_state(self):
        bare = {"AWS_ENDPOINT_URL": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        done = self.stage.sluice("deploy", self.stage.release_file("one"), "--local", env=bare)
        self.assertEqual(done.code, 0, str(done))
        again = self.stage.sluice("deploy", self.stage.release_file("two"), "--local", "-o",
                                  "json", env=bare)
        self.assertEqual(again.code, 0, str(again))
        self.assertEqual(again.result["releases"][0]["candidate_version"], "2")

    def test_deploy_local_makes_the_bucket_that_a_large_package_goes_through(self):
        folder = self.stage.code("large")
        with open(os.path.join(self.stage.folder, folder, "model.bin"), "wb") as large:
            large.write(os.urandom(51 << 20))
        file = self.stage.release_file(package=folder, staging="s3://tests-staging/releases")
        done = self.stage.sluice("deploy", file, "--local-state", self.stage.local,
                                 env={"AWS_ENDPOINT_URL": ""})
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("Made the bucket tests-staging", done.err)
        self.assertAlias("1")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "large")
        again = self.stage.sluice("deploy", file, "--local-state", self.stage.local,
                                  env={"AWS_ENDPOINT_URL": ""})
        self.assertEqual(again.code, 0, str(again))
        self.assertNotIn("Made the bucket", again.err)


class OptionsTest(StageTest):
    UP = ("--key", "TEAKEY:sec:ret:123456789012", "--settle-delay", "1500ms", "--throttle", "3",
          "--verbose")

    def test_a_declared_key_has_its_account_and_is_verified(self):
        with self.assertRaises(AwsError) as caught:
            Wire(self.stage.url, "TEAKEY").read("/2015-03-31/functions")
        self.assertEqual(caught.exception.status, 403)
        env = {"AWS_ACCESS_KEY_ID": "TEAKEY", "AWS_SECRET_ACCESS_KEY": "sec:ret"}
        done = self.stage.deploy("one", role="arn:aws:iam::123456789012:role/tests", env=env)
        self.assertEqual(done.code, 0, str(done))
        self.assertIsNone(self.stage.wire.function("orders"))

    def test_verbose_shows_each_call_and_the_rate_is_limited(self):
        statuses = []
        for _ in range(12):
            try:
                self.stage.wire.read("/2015-03-31/functions")
                statuses.append(200)
            except AwsError as error:
                statuses.append(error.status)
        self.assertIn(429, statuses)
        until(lambda: "ListFunctions" in self.stage.endpoint.err, "the call is shown")
        self.assertTrue(os.path.exists(self.stage.local + "/endpoint.json"))
