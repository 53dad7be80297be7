"""Settings from configuration files, and commands that can be run as they are printed."""
import json
import os
import re
import shlex

from support.stage import StageTest


class ConfigurationTest(StageTest):
    def project(self, text):
        os.makedirs(os.path.join(self.stage.folder, ".git"), exist_ok=True)
        self.stage.write(".sluice.yaml", text)

    def user(self, text):
        self.stage.write(".config/sluice/config.yaml", text)

    def test_a_release_goes_by_the_files_and_says_where_each_value_is_from(self):
        self.user("output: json\nprogress: none\n")
        self.project("progress: json\nconnect-timeout: 4s\n")
        file = self.stage.release_file(package=self.stage.code("one"), name="shop/release.yaml")
        os.symlink(os.path.join(self.stage.folder, "builds"),
                   os.path.join(self.stage.folder, "shop/builds"))
        done = self.stage.sluice("deploy", file)
        self.assertEqual(done.code, 0, str(done))
        kinds = [json.loads(line)["kind"] for line in done.out.splitlines()]
        self.assertEqual((kinds[0], kinds[-1]), ("Stream", "Result"))
        told = self.stage.sluice("config", "explain", "--for", file)
        origins = {row["key"]: row["origin"]
                   for row in json.loads(told.out)["settings"]}
        self.assertEqual(origins["connect-timeout"],
                         {"kind": "project file", "place": ".sluice.yaml:2:18"})
        self.assertEqual(origins["region"], {"kind": "environment", "name": "AWS_REGION"})
        self.assertEqual(origins["output"]["kind"], "user file")

    def test_a_bad_file_is_named_with_the_place_and_nothing_happens(self):
        self.project("profile: prod\nhold-timout: 3m\n")
        done = self.stage.sluice("deploy", self.stage.release_file(package="./nowhere"))
        self.assertEqual(done.code, 3, str(done))
        self.assertIn(".sluice.yaml:1:10", done.err)
        self.assertIn(".sluice.yaml:2:1", done.err)
        self.assertIn('did you mean "hold-timeout"?', done.err)
        self.assertNotIn("nowhere", done.err)

    def test_a_folder_of_release_files_is_not_confused_by_the_projects_file(self):
        self.project("ascii: true\n")
        self.stage.release_file(package=self.stage.code("one"), name="orders.yaml")
        done = self.stage.sluice("validate", ".")
        self.assertEqual(done.code, 0, str(done))

    def test_printed_commands_run_as_they_are_printed(self):
        journal = os.path.join(self.stage.folder, "the journal")
        file = self.stage.release_file(package=self.stage.code("one"))
        done = self.stage.sluice("deploy", file, "--state", journal)
        self.assertEqual(done.code, 0, str(done))
        printed = re.findall(r"^  (sluice \w+.*?)(?: {4}|$)", done.out + "\n" + done.err, re.M)
        self.assertTrue(any(line.startswith("sluice logs ") for line in printed), str(done))
        self.assertTrue(any(line.startswith("sluice watch ") for line in printed), str(done))
        for line in printed:
            words = shlex.split(line)[1:]
            if words[0] in ("logs", "watch", "get"):
                again = self.stage.sluice(*words)
                self.assertEqual(again.code, 0, line + "\n" + str(again))
