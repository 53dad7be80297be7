"""The main paths against moto's server, an AWS mock that knows nothing of Sluice.

Where it is known to differ from AWS, and what the tests therefore leave out:
 - RevisionId is neither kept up to date on every write nor compared: nothing is ever stale.
 - CodeSha256 of UpdateFunctionCode(DryRun) is not computed; packages here are sent inline.
 - Functions run in containers or not at all (moto's simple backend): nobody invokes here, and no
   metrics of invocations exist, so that there is no check step.
 - States do not change over time: functions are Active at once.
 - An alias keeps whatever weights it is given, without AWS's rules for split aliases.
"""
import importlib.util
import json
import os
import shutil
import socket
import unittest
import urllib.request

from support.processes import Running, until
from support.stage import Stage
from support.wire import Wire

STEPS = [{"shift": 20, "pause": "1s"}]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@unittest.skipUnless(shutil.which("moto_server") and importlib.util.find_spec("moto"),
                     "moto's server is not installed")
class MotoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(endpoint=False)
        cls.addClassCleanup(cls.stage.close)
        port = free_port()
        cls.stage.url = "http://127.0.0.1:%d" % port
        env = dict(os.environ, MOTO_LAMBDA_STUB_ECR="true")
        config = "import sys; from moto import settings; from moto.server import main; "
        words = ["python3", "-c", config + "main(sys.argv[1:])", "-H", "127.0.0.1", "-p", str(port)]
        cls.moto = Running(words, env)
        cls.stage.processes.append(cls.moto)
        until(cls.answers, "moto answers")
        cls.simple_backend()
        cls.stage.env["AWS_ENDPOINT_URL"] = cls.stage.url
        cls.stage.wire = Wire(cls.stage.url, "tests")
        cls.role = cls.make_role()

    @classmethod
    def answers(cls):
        try:
            with urllib.request.urlopen(cls.stage.url + "/moto-api/data.json", timeout=5):
                return True
        except OSError:
            if not cls.moto.alive():
                raise AssertionError(cls.moto.err) from None
            return False

    @classmethod
    def simple_backend(cls):
        """Without it moto wants containers to run functions in."""
        body = json.dumps({"lambda": {"use_docker": False}, "batch": {"use_docker": False}})
        request = urllib.request.Request(cls.stage.url + "/moto-api/config", body.encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30):
            pass

    @classmethod
    def make_role(cls):
        body = ("Action=CreateRole&Version=2010-05-08&RoleName=tests&"
                "AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22"
                "%3A%5B%5D%7D")
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        text, _ = cls.stage.wire.call("POST", "/", body, "iam", kind)
        text = text.decode()
        return text[text.index("<Arn>") + 5:text.index("</Arn>")]

    def deploy(self, build, function, code=0, **more):
        done = self.stage.deploy(build, function=function, role=self.role, **more)
        self.assertEqual(done.code, code, str(done))
        return done

    def test_create_update_and_shift(self):
        self.deploy("one", "shifted")
        self.assertEqual(self.stage.wire.alias("shifted"), ("1", {}))
        running, _ = self.stage.start_deploy("two", function="shifted", role=self.role,
                                             strategy=STEPS)
        until(lambda: self.stage.wire.alias("shifted") == ("1", {"2": 20}), "the first step")
        self.assertEqual(running.wait(), 0, running.out + running.err)
        self.assertEqual(self.stage.wire.alias("shifted"), ("2", {}))

    def test_nothing_to_do(self):
        self.deploy("one", "same")
        done = self.deploy("one", "same")
        self.assertTrue(done.result["releases"][0].get("unchanged"), str(done))

    def test_rollback_of_an_alias(self):
        self.deploy("one", "aliased")
        running, run = self.stage.start_deploy("two", function="aliased", role=self.role,
                                               strategy=[{"shift": 20, "pause": "5m"}])
        until(lambda: self.stage.wire.alias("aliased") == ("1", {"2": 20}), "the first step")
        self.stage.sluice("rollback", run, "--yes")
        self.assertEqual(running.wait(), 5, running.out + running.err)
        self.assertEqual(self.stage.wire.alias("aliased"), ("1", {}))

    def test_rollback_without_an_alias(self):
        plain = dict(alias=None, strategy=None)
        self.deploy("one", "plain", memory=192, **plain)
        before = self.stage.wire.function("plain")
        done = self.deploy("two", "plain", memory=256, **plain)
        undone = self.stage.sluice("rollback", done.run, "--yes")
        self.assertEqual(undone.code, 0, str(undone))
        now = self.stage.wire.function("plain")
        self.assertEqual((now["CodeSha256"], now["MemorySize"]),
                         (before["CodeSha256"], before["MemorySize"]))
