"""Every example is released on the local endpoint, as its text says, with shorter waits."""
import json
import os
import re
import shutil
import subprocess
import threading
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.processes import BINARY, until
from support.stage import Stage, StageTest
from support.wire import Wire

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
# A test for each of them stands below; `demo` is run by DemoTest.
TESTED = {"demo", "native/codedeploy-strategy", "native/one-function", "native/shop",
          "armory/tea-facts", "codedeploy/orders"}
NODE = shutil.which("node")


def shorter(text):
    """Minutes become seconds; a check may wait for its requests on a busy machine."""
    text = re.sub(r"\bwatch: \d+m\b", "watch: {for: 4s, grace: 90s}", text)
    text = re.sub(r"\bpause: \d+m\b", "pause: 2s", text)
    return re.sub(r"min_requests: \d+", "min_requests: 5", text)


class AllExamplesTest(unittest.TestCase):
    def test_every_example_has_a_test(self):
        found = set()
        for folder, _, files in os.walk(EXAMPLES):
            if any(name.endswith((".yaml", ".yml")) for name in files):
                found.add(os.path.relpath(folder, EXAMPLES))
        self.assertLessEqual(found, TESTED, "an example without a test")


class OfExamples(StageTest):
    """What the tests of examples share."""

    def setUp(self):
        super().setUp()
        self.stage.env["AWS_ENDPOINT_URL"] = ""  # --local-state alone leads to the endpoint

    def copy(self, name, change=shorter):
        """The example in a folder of the test; its release file."""
        target = os.path.join(self.stage.folder, "example")
        shutil.copytree(os.path.join(EXAMPLES, name), target)
        file = next(os.path.join(target, one) for one in sorted(os.listdir(target))
                    if one.endswith((".yaml", ".yml")))
        with open(file, encoding="utf-8") as source:
            text = change(source.read())
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        return file

    def example(self, file, *words):
        return self.stage.sluice("deploy", file, "--local-state", self.stage.local, "-o", "json",
                                 *words)

    def start_example(self, file, *words):
        return self.stage.start("deploy", file, "--local-state", self.stage.local, "-o", "json",
                                *words)

    def assertReleased(self, done):
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(done.result["state"], "succeeded")

    def traffic(self, name, region):
        return self.stage.start("local", "traffic", name, "--rps", "60", "--region", region,
                                "--state", self.stage.local)


@unittest.skipUnless(NODE, "node is not installed")
class ExampleTest(OfExamples):
    def test_one_function(self):
        file = self.copy("native/one-function")
        self.assertReleased(self.example(file))
        with open(os.path.join(os.path.dirname(file), "src/index.js"), "a") as code:
            code.write("// new\n")
        traffic = self.traffic("orders:live", "eu-west-1")
        self.assertReleased(self.example(file))
        wire = Wire(self.stage.url, region="eu-west-1")
        self.assertEqual(wire.alias("orders"), ("2", {}))
        self.assertEqual(wire.invoke("orders:live", {"order": 7})[0],
                         {"order": 7, "version": "2"})
        traffic.end()

    def test_codedeploy_strategy(self):
        file = self.copy("native/codedeploy-strategy")
        self.skip_waits(self.start_example(file))
        with open(os.path.join(os.path.dirname(file), "src/index.mjs"), "a") as code:
            code.write("// new\n")
        running = self.start_example(file)
        # The file names no region: it is that of the environment.
        self.until_alias(("1", {"2": 10}), "mailer")
        self.skip_waits(running)
        self.assertAlias("2", function="mailer")

    def skip_waits(self, running):
        """Ends every wait until the run ends: its five minutes are AWS's, not the test's."""
        running.says('"run":')
        run = json.loads(next(line for line in running.out.splitlines() if '"run":' in line))

        def ended():
            self.stage.sluice("skip", run["run"])
            return not running.alive()
        until(ended, "the run ends")
        self.assertEqual(running.wait(), 0, running.out + running.err)

    def test_app_spec(self):
        file = self.copy("codedeploy/orders", lambda text: text)
        folder = os.path.dirname(file)
        function = os.path.join(folder, "function.yaml")
        self.assertReleased(self.example(function))
        with open(os.path.join(folder, "src/index.mjs"), "a", encoding="utf-8") as code:
            code.write("// new\n")
        self.assertReleased(self.example(function))
        for spec in (file, os.path.join(folder, "appspec.json")):
            back = self.stage.sluice("rollback", "orders:live", "--to", "1", "--local-state",
                                     self.stage.local)
            self.assertEqual(back.code, 0, str(back))
            running = self.start_example(spec, "--deployment-config", "canary:10:1")
            self.until_alias(("1", {"2": 10}))
            self.skip_waits(running)
            self.assertAlias("2")

    def test_tea_facts(self):
        file = self.copy("armory/tea-facts", lambda text: text)
        folder = os.path.dirname(file)
        package = os.path.join(folder, "tea-facts.zip")

        def pack(extra):
            with zipfile.ZipFile(package, "w") as archive:
                with open(os.path.join(folder, "src/index.js"), encoding="utf-8") as code:
                    archive.writestr("index.js", code.read() + extra)

        words = ("--package", "s3://tea-packages/tea-facts.zip=" + package)
        pack("")
        self.assertReleased(self.example(file, *words))
        pack("// new\n")
        self.assertReleased(self.example(file, *words))
        wire = Wire(self.stage.url, region="eu-north-1")
        self.assertEqual(wire.alias("tea-facts"), ("2", {}))


class Announced(BaseHTTPRequestHandler):
    """Takes the webhook of the shop."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class ShopTest(OfExamples):
    """Roles, packages in S3, an approval, a smoke test and a webhook."""

    def setUp(self):
        super().setUp()
        self.hook = ThreadingHTTPServer(("127.0.0.1", 0), Announced)
        self.hook.bodies = []
        threading.Thread(target=self.hook.serve_forever, daemon=True).start()
        self.addCleanup(self.hook.server_close)
        self.addCleanup(self.hook.shutdown)

    def package(self):
        path = os.path.join(self.stage.folder, "app.zip")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("app.py", "def handler(event, context):\n    return {'ok': True}\n")
        return path

    def smoke_test(self):
        """The function that staging's gate invokes: it belongs to that account."""
        text = json.dumps({"function": "shop-smoke-test", "region": "eu-west-1", "alias": "live",
                           "assume_role": "arn:aws:iam::111122223333:role/sluice",
                           "runtime": "python3.12", "handler": "app.handler",
                           "role": "arn:aws:iam::111122223333:role/shop", "package": "app.zip"})
        return self.stage.write("smoke.yaml", text)

    def test_shop(self):
        package = self.package()
        self.assertReleased(self.example(self.smoke_test()))
        url = "http://127.0.0.1:%d/" % self.hook.server_port
        asks_roles = self.copy("native/shop", lambda text: text)
        refused = self.example(asks_roles, "--set", "build=1842")
        self.assertEqual(refused.code, 3, str(refused))
        self.assertIn("roles", refused.err)
        shutil.rmtree(os.path.dirname(asks_roles))
        # Who has which role only a server knows; and one account owns the bucket.
        file = self.copy("native/shop", lambda text: shorter(text).replace(
            "https://hooks.example.com/release", url).replace(
            "roles: [release-manager], ", "").replace("444455556666", "111122223333"))
        objects = [word for name in ("orders", "billing") for word in
                   ("--package", "s3://shop-packages/%s/1842.zip=%s" % (name, package))]
        running = self.start_example(file, "--set", "build=1842", *objects)
        running.says("Release to production?")
        run = json.loads(next(line for line in running.out.splitlines() if '"run":' in line))
        until(lambda: self.approved(run["run"], running), "the run ends")
        self.assertEqual(running.wait(), 0, running.out + running.err)
        self.assertEqual(self.hook.bodies, [{"text": "shop 1842 is live"}])

    def approved(self, run, running):
        """Approves whatever waits: the gate, and on later releases the step at 5 %."""
        self.stage.sluice("approve", run)
        return not running.alive()


@unittest.skipUnless(NODE, "node is not installed")
class DemoTest(unittest.TestCase):
    def test_the_demonstration_shows_what_it_claims(self):
        demo = os.path.join(EXAMPLES, "..", "scripts", "demo")
        stage = Stage(endpoint=False)
        self.addCleanup(stage.close)
        done = subprocess.run([demo, BINARY], env=stage.env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=300, check=False)
        text = done.stdout.decode() + done.stderr.decode()
        self.assertEqual(done.returncode, 0, text)
        self.assertIn("All of that really happened.", text)
        self.assertNotIn("\x1b", text)
        for line in done.stdout.decode().splitlines():
            self.assertLessEqual(len(line), 80, line)
