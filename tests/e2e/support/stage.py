"""A stage for one test class: a local endpoint, a journal, release files, the binary."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from support.processes import BINARY, DEADLINE, Running, until
from support.wire import Wire

ROLE = "arn:aws:iam::000000000000:role/tests"
GOOD = """def handler(event, context):
    return {"build": "%s", "version": context.function_version}
"""
BROKEN = """def handler(event, context):
    raise ValueError("no price for %s")
"""


class Done:
    """A program that has ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return "exit %s\n--- stdout\n%s\n--- stderr\n%s" % (self.code, self.out, self.err)

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    def json(self):
        return json.loads(self.out)

    @property
    def result(self):
        """The last object of a stream: what came of the run."""
        found = [line for line in self.lines() if line.get("kind") == "Result"]
        assert found, str(self)
        return found[-1]

    @property
    def run(self):
        return self.result["run"]


class Stage:
    def __init__(self, *up_options, endpoint=True):
        # Short: the path of a Unix socket has at most 107 bytes.
        self.folder = tempfile.mkdtemp(prefix="slu-")
        self.local = os.path.join(self.folder, "local")
        self.processes = []
        self.env = self._environment()
        self.url = None
        if endpoint:
            self.up(*up_options)

    def _environment(self):
        runtime = os.path.join(self.folder, "run")
        os.mkdir(runtime, 0o700)
        env = {name: os.environ[name] for name in ("PATH", "PYENV_ROOT", "ASAN_OPTIONS",
                                                   "UBSAN_OPTIONS", "TSAN_OPTIONS",
                                                   "ASAN_SYMBOLIZER_PATH") if name in os.environ}
        env.update(HOME=self.folder, XDG_STATE_HOME=os.path.join(self.folder, "state"),
                   XDG_RUNTIME_DIR=runtime, LANG="C.UTF-8", TERM="dumb",
                   AWS_ACCESS_KEY_ID="tests", AWS_SECRET_ACCESS_KEY="tests",
                   AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1",
                   AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="")
        return env

    def up(self, *options):
        """Starts the endpoint; its URL goes into the environment of everything else.

        Tests ask it often, which must not use up the calls that AWS would allow a release.
        """
        if "--throttle" not in options:
            options = (*options, "--throttle", "0")
        self.endpoint = self.start("local", "up", "--port", "0", "--state", self.local, "-o",
                                   "json", *options)
        self.endpoint.says("\n")
        self.url = json.loads(self.endpoint.out.splitlines()[0])["url"]
        self.env["AWS_ENDPOINT_URL"] = self.url
        self.wire = Wire(self.url)

    def close(self):
        for process in reversed(self.processes):
            process.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *words, env=None):
        running = Running([BINARY, *words], {**self.env, **(env or {})}, self.folder)
        self.processes.append(running)
        return running

    def sluice(self, *words, env=None, stdin="", deadline=DEADLINE):
        done = subprocess.run([BINARY, *words], env={**self.env, **(env or {})}, cwd=self.folder,
                              input=stdin.encode(), capture_output=True, timeout=deadline,
                              check=False)
        return Done(done.returncode, done.stdout.decode("utf-8", "replace"),
                    done.stderr.decode("utf-8", "replace"))

    def write(self, path, text):
        full = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as out:
            out.write(text)
        return full

    def code(self, build, text=None):
        """A folder with the code of that build; its name for a release file."""
        folder = "builds/" + build
        self.write(folder + "/app.py", text or GOOD % build)
        return "./" + folder

    def release_file(self, build=None, text=None, name="release.yaml", **more):
        """A native file for `orders`; a member that is None is left out."""
        members = {"function": "orders", "region": "us-east-1", "runtime": "python3.12",
                   "handler": "app.handler", "role": ROLE, "alias": "live", "timeout": "60s",
                   "strategy": [{"shift": 50, "pause": "250ms"}]}
        if build:
            members["package"] = self.code(build, text)
        members.update(more)
        kept = {key: value for key, value in members.items() if value is not None}
        return self.write(name, json.dumps(kept, indent=2) + "\n")

    def deploy(self, build=None, *words, text=None, env=None, **members):
        file = self.release_file(build, text, **members)
        return self.sluice("deploy", file, "-o", "json", *words, env=env)

    def start_deploy(self, build=None, *words, text=None, env=None, **members):
        """(the process, its run's id once it is known)."""
        file = self.release_file(build, text, **members)
        running = self.start("deploy", file, "-o", "json", *words, env=env)
        running.says('"run":')
        lines = [json.loads(line) for line in running.out.splitlines() if '"run":' in line]
        return running, lines[0]["run"]

    def calls(self, *operations, clear=False):
        """What the endpoint answered of these operations, oldest first."""
        done = self.sluice("local", "calls", "-o", "json", *(["--clear"] if clear else []))
        assert done.code == 0, str(done)
        found = json.loads(done.out)["calls"]
        return [call for call in found if not operations or call["operation"] in operations]

    def fault(self, call, do, when="before", times=1, function=None):
        words = ["local", "fault", "add", "--call", call, "--do", do, "--when", when, "--times",
                 str(times)] + (["--function", function] if function else [])
        done = self.sluice(*words)
        assert done.code == 0, str(done)

    def traffic(self, name="orders:live", rate=40, payload="{}"):
        return self.start("local", "traffic", name, "--rps", str(rate), "--payload", payload,
                          "-o", "json")

    def traffic_result(self, traffic):
        traffic.interrupt()
        assert traffic.wait() == 0, traffic.err
        return json.loads(traffic.out)


class StageTest(unittest.TestCase):
    """One stage per test method: tests do not see each other."""

    UP = ()
    maxDiff = None

    def setUp(self):
        self.stage = Stage(*self.UP)
        self.addCleanup(self.stage.close)

    def deployed(self, build=None, *words, code=0, **members):
        done = self.stage.deploy(build, *words, **members)
        self.assertEqual(done.code, code, str(done))
        return done

    def assertAlias(self, version, weights=None, function="orders", alias="live"):
        self.assertEqual(self.stage.wire.alias(function, alias), (version, weights or {}))

    def until_alias(self, wanted, function="orders"):
        until(lambda: self.stage.wire.alias(function) == wanted,
              "the alias of %s becomes %s" % (function, wanted))
