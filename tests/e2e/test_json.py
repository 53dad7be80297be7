"""Every document that Sluice writes: its envelope, and one style for the names of its members."""
import http.client
import http.server
import json
import os
import re
import socket
import threading

from support import names
from support.processes import until
from support.stage import StageTest

WITH_JSON = re.compile(r"-o, --output FORMAT.*?: human, .*?json", re.S)


class SocketConnection(http.client.HTTPConnection):
    """HTTP to the process that holds the store."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class Greeter(http.server.BaseHTTPRequestHandler):
    """As much of a server as logging in needs."""

    def do_GET(self):
        body = json.dumps({"name": "ada", "roles": ["operator"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class NamesTest(StageTest):
    def setUp(self):
        super().setUp()
        self.seen = set()

    def prints(self, command, *words, code=0):
        done = self.stage.sluice(*command.split(), *words, "-o", "json")
        self.assertEqual(done.code, code, str(done))
        return self.checked(command, done.out)

    def checked(self, command, text):
        self.seen.add(command)
        found = names.check(text)
        self.assertTrue(found, command)
        self.assertEqual(list(found[0])[:2], ["apiVersion", "kind"], command)
        return found

    def commands_with_json(self):
        """The table of commands, as help shows it."""
        everything = self.stage.sluice("help").out + self.stage.sluice("local", "--help").out
        listed = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?:  | *$)", everything, re.M)
        found = set()
        for command in listed:
            page = self.stage.sluice(*command.split(), "--help")
            if page.code == 0 and WITH_JSON.search(page.out):
                found.add(command)
        return found

    def test_every_command_that_prints_json(self):
        file = self.stage.release_file("one")
        for command in ("validate", "convert", "plan", "diff", "rehearse"):
            self.prints(command, file)
        self.checked("deploy", self.deployed("one").out)
        for command in ("version", "list", "config explain", "local fault", "local calls",
                        "local messages"):
            self.prints(command, *(["list"] if command == "local fault" else []))
        self.stage.sluice("doctor", "-o", "json")
        self.checked("doctor", self.stage.sluice("doctor", "-o", "json").out)
        self.prints("local invoke", "orders:live")
        self.prints("local traffic", "orders:live", "--for", "1s")
        self.prints("local fault", "add", "--call", "UpdateAlias", "--do", "delay", "--delay",
                    "1ms")
        self.assertFalse(names.strange_names(self.logs_of("orders")))
        self.seen.add("local logs")
        self.look_at_runs()
        other = self.stage.start("local", "up", "--port", "0", "--state",
                                 self.stage.folder + "/other", "-o", "json")
        other.says("\n")
        self.checked("local up", other.out)
        self.log_in()
        self.serve()
        self.keep_secrets()
        # A dry run prints the report that plan prints.
        self.prints("deploy", file, "--dry-run")
        self.assertEqual(self.commands_with_json() - self.seen, set())

    def log_in(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), Greeter)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        token = self.stage.write("token", "sluice_api_x\n")
        self.prints("login", "http://127.0.0.1:%d" % server.server_port, "--token-file", token)
        server.shutdown()
        server.server_close()

    def serve(self):
        self.prints("token create", "--name", "ci", "--role", "viewer")
        self.prints("token list")
        self.prints("token revoke", "ci")
        server = self.stage.start("serve", "--listen", "127.0.0.1:0", "--state",
                                  self.stage.folder + "/served", "-o", "json")
        server.says('"url"')
        server.interrupt()
        server.wait()
        self.checked("serve", server.out)

    def keep_secrets(self):
        value = self.stage.write("value", "a value\n")
        self.prints("secret set", "KEY", "--from-file", value)
        for command, words in (("list", []), ("rotate-key", []), ("remove", ["KEY"])):
            self.prints("secret " + command, *words)

    def logs_of(self, function):
        done = self.stage.sluice("local", "logs", function, "-o", "json")
        return names.documents(done.out)

    def look_at_runs(self):
        """A run that waits for a person, a rollback, and every signal."""
        running, run = self.stage.start_deploy(
            "two", strategy=[{"shift": 20, "pause": "5m"}, {"approve": "Go on?"}])
        self.until_alias(("1", {"2": 20}))
        until(lambda: self.waits(run) == ["pause"], "the pause begins")
        self.prints("pause", run)
        self.prints("continue", run)
        self.prints("get", run)
        self.prints("get", "orders:live")
        self.walk_the_api(run)
        until(lambda: self.stage.sluice("skip", run, "-o", "json").code == 0, "it is skipped")
        self.seen.add("skip")
        until(lambda: self.waits(run) == ["approval"], "the approval is waited for")
        self.prints("approve", run)
        self.assertEqual(running.wait(), 0, running.err)
        names.check(running.out)
        self.prints("logs", run)
        self.prints("watch", run)
        self.prints("rollback", run, "--yes")
        self.prints("redeploy", run, "--dry-run")
        for signal in ("reject", "promote", "stop"):
            running, run = self.stage.start_deploy(
                "three", strategy=[{"shift": 20}, {"approve": "Go on?"}])
            until(lambda run=run: self.waits(run) == ["approval"], "the approval is waited for")
            self.prints(signal, run)
            if signal == "promote":
                self.stage.sluice("reject", run)
            running.wait()
            names.check(running.out)
        self.prints("retry", run, "--dry-run")
        self.resumed()

    def resumed(self):
        running, run = self.stage.start_deploy("four", strategy=[{"shift": 20, "pause": "5m"}])
        until(lambda: self.waits(run) == ["pause"], "the pause begins")
        running.kill()
        again = self.stage.start("resume", run, "-o", "json")
        again.says('"Event"')
        until(lambda: self.stage.sluice("stop", run).code == 0, "it is stopped")
        again.wait()
        self.checked("resume", again.out)

    def waits(self, run):
        shown = self.stage.sluice("get", run, "-o", "json").json()
        return [wait["kind"] for wait in shown["waits_for"]]

    def socket_path(self):
        for folder, _, files in os.walk(self.stage.folder):
            for name in files:
                if name.endswith(".sock"):
                    return os.path.join(folder, name)
        return None

    def walk_the_api(self, run):
        path = until(self.socket_path, "the holder listens")
        runs = "/api/v1/runs"
        for resource in ("/api/v1/healthz", runs, "%s/%s" % (runs, run), "%s/%s/plan" % (runs, run),
                         "%s/%s/events" % (runs, run), runs + "/d-AAAAAAAAA", runs + "?stat=x"):
            connection = SocketConnection(path)
            connection.request("GET", resource, headers={"Host": "localhost"})
            text = connection.getresponse().read().decode()
            connection.close()
            self.assertTrue(names.check(text), resource)
        for resource in ("status", "faults", "calls", "settings", "functions", "logs/orders",
                         "none"):
            connection = http.client.HTTPConnection(self.stage.wire.host, timeout=60)
            connection.request("GET", "/_sluice/" + resource, headers={"X-Sluice-Local": "1"})
            names.check(connection.getresponse().read().decode())
            connection.close()


class WaitsTest(StageTest):
    """What a run waits for, for scripts and for people."""

    def begin(self, steps):
        self.deployed("one")
        return self.stage.start_deploy("two", strategy=steps)

    def waits(self, run, kind):
        def found():
            shown = self.stage.sluice("get", run, "-o", "json").json()
            return shown if [one["kind"] for one in shown["waits_for"]] == [kind] else None
        return until(found, "it waits for " + kind)["waits_for"][0]

    def test_an_approval(self):
        running, run = self.begin([{"shift": 20}, {"approve": "Go on?", "name": "sign-off"}])
        wait = self.waits(run, "approval")
        self.assertTrue(wait["person"])
        self.assertIn("Go on?", wait["waiting_for"])
        self.assertEqual(wait["signals"], ["approve", "reject"])
        self.assertNotIn("due", wait)
        listed = self.stage.sluice("list", "-o", "json").json()["items"][0]
        self.assertEqual(listed["waits_for"],
                         [{"kind": "approval", "node": wait["node"], "person": True}])
        self.assertIn("waits: approval", self.stage.sluice("list").out)
        shown = self.stage.sluice("get", run).out
        for command in wait["commands"]:
            self.assertIn(command, shown)
        # And the first command is taken as it stands there.
        self.assertEqual(self.stage.sluice(*wait["commands"][0].split()[1:]).code, 0)
        self.assertEqual(running.wait(), 0, running.err)

    def test_a_pause(self):
        running, run = self.begin([{"shift": 20, "pause": "5m"}])
        wait = self.waits(run, "pause")
        self.assertFalse(wait["person"])
        self.assertRegex(wait["due"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
        self.assertEqual(wait["signals"], ["skip", "promote"])
        self.assertIn("sluice skip " + run, self.stage.sluice("get", run).out)
        self.stage.sluice("pause", run)
        kinds = [one["kind"] for one in
                 self.stage.sluice("get", run, "-o", "json").json()["waits_for"]]
        self.assertEqual(kinds, ["paused", "pause"])
        self.assertIn("sluice continue " + run, self.stage.sluice("get", run).out)
        self.stage.sluice("continue", run)
        self.stage.sluice("promote", run)
        self.assertEqual(running.wait(), 0, running.err)

    def test_a_hold_has_its_choices(self):
        self.deployed("one")
        running, run = self.stage.start_deploy(
            "two", "--hold-timeout", "10m", strategy=[{"shift": 20, "pause": "5m"}])
        self.waits(run, "pause")
        self.stage.wire.call("PUT", "/2015-03-31/functions/orders/aliases/live",
                             {"FunctionVersion": "1", "RoutingConfig":
                              {"AdditionalVersionWeights": {"2": 0.3}}})
        self.stage.sluice("promote", run)
        wait = self.waits(run, "hold")
        self.assertTrue(wait["person"])
        self.assertIn("due", wait)
        self.assertEqual([one["signal"] for one in wait["choices"]], wait["signals"])
        self.assertIn("rollback", wait["signals"])
        self.stage.sluice("rollback", run)
        running.wait()

    def test_a_check_that_too_little_traffic_reached(self):
        running, run = self.begin(
            [{"shift": 20, "watch": {"for": "1s", "grace": "0s", "on_no_data": "hold"}}])

        def asks():
            found = self.stage.sluice("get", run, "-o", "json").json()["waits_for"]
            return found and found[0]["person"]
        until(asks, "the check asks")
        wait = self.waits(run, "check")
        self.assertIn("promote", wait["signals"])
        self.assertEqual(self.stage.sluice("promote", run).code, 0)
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2")
