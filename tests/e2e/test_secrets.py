"""Secrets: where their values get to, and everything that must not show them."""
import http.server
import json
import os
import re
import threading
import unittest
import urllib.request

from support.processes import until
from support.stage import StageTest
from test_serve import Server

CANARY = "canary-51b7f0"
HOOK_CANARY = "canary-hook-88aa"


class Hook:
    """Takes webhooks; answers what it is told."""

    def __init__(self):
        hook = self
        self.status, self.requests = 200, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                hook.requests.append((self.path, dict(self.headers), body.decode()))
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class SecretsStage(StageTest):
    def setUp(self):
        super().setUp()
        self.hook = Hook()
        self.addCleanup(self.hook.close)
        self.said = []

    def sluice(self, *words, code=0, **more):
        """Keeps what it prints."""
        done = self.stage.sluice(*words, **more)
        self.said.append(done.out + done.err)
        self.assertEqual(done.code, code, str(done))
        return done

    def store(self, name, value, *words):
        return self.sluice("secret", "set", name, *words, stdin=value + "\n")

    def members(self, **more):
        """A function and a webhook that both need one."""
        hook = {"webhook": {"url": self.hook.url + "/?t=${secret:HOOK}",
                            "headers": {"X-Token": "t ${secret:HOOK}"},
                            "body": {"token": "${secret:HOOK}"}}}
        return {"environment": {"API_KEY": "k=${secret:KEY}", "MODE": "test"},
                "strategy": [{"shift": 50, "pause": "100ms"}, hook], **more}

    def state_bytes(self):
        """Everything in the folders of journals, keys apart."""
        out = b""
        for folder, _, files in os.walk(os.path.join(self.stage.folder, "state")):
            for name in files:
                if name.startswith("secret-key"):
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    out += file.read()
        return out

    def assert_nowhere(self, *more):
        for canary in (CANARY, HOOK_CANARY):
            for text in (*self.said, *more):
                self.assertNotIn(canary, text)
            self.assertNotIn(canary.encode(), self.state_bytes())


class SecretsTest(SecretsStage):
    def test_a_release_gets_them_and_nothing_shows_them(self):
        self.store("KEY", CANARY)
        self.store("HOOK", HOOK_CANARY)
        listed = self.sluice("secret", "list", "-o", "json").json()["secrets"]
        self.assertEqual([one["name"] for one in listed], ["HOOK", "KEY"])
        self.assertEqual(set(listed[0]), {"name", "fingerprint", "by", "at"})
        key = os.path.join(self.stage.folder, "state/sluice/secret-key")
        self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
        for build in ("one", "two"):
            file = self.stage.release_file(build, **self.members())
            done = self.sluice("deploy", file, "-o", "json", "-v")
            live = self.stage.wire.function("orders", "live")
            self.assertEqual(live["Environment"]["Variables"],
                             {"API_KEY": "k=" + CANARY, "MODE": "test"})
        path, headers, body = self.hook.requests[-1]
        self.assertEqual(path, "/?t=" + HOOK_CANARY)
        self.assertEqual(headers["X-Token"], "t " + HOOK_CANARY)
        self.assertEqual(json.loads(body), {"token": HOOK_CANARY})
        file = self.stage.release_file("three", **self.members())
        plan = self.sluice("plan", file)
        self.assertIn("not compared, for secrets stand in it: API_KEY", plan.out)
        for words in (["plan", file, "-o", "json"], ["diff", file], ["convert", file],
                      ["explain", file], ["rehearse", file], ["validate", file],
                      ["get", done.run], ["get", done.run, "-o", "json"], ["list", "-o", "json"],
                      ["logs", done.run], ["logs", done.run, "-o", "json"], ["secret", "list"]):
            shown = self.stage.sluice(*words)
            self.said.append(shown.out + shown.err)
        self.assert_nowhere()

    def test_what_fails_shows_none_either(self):
        self.store("KEY", CANARY)
        self.store("HOOK", HOOK_CANARY)
        self.sluice("deploy", self.stage.release_file("one"), "-o", "json")
        # The webhook's address is wrong, its answer is no success, and AWS repeats what it got.
        wrong = self.members(strategy=[{"shift": 50}, {
            "webhook": {"url": "http://127.0.0.1:1/${secret:HOOK}"}}])
        self.sluice("deploy", self.stage.release_file("two", **wrong), "-o", "json", "-v", code=5)
        self.hook.status = 500
        done = self.stage.sluice("deploy", self.stage.release_file("two", **self.members()), "-v")
        self.said.append(done.out + done.err)
        self.assertEqual(done.code, 5, str(done))
        self.store("KEY", CANARY * 400)
        done = self.stage.sluice("deploy", self.stage.release_file("two", **self.members()), "-v")
        self.said.append(done.out + done.err)
        self.assertNotEqual(done.code, 0, str(done))
        self.store("KEY", CANARY + "\r\nX-Other: 1")
        header = self.members(strategy=[{"webhook": {"url": self.hook.url,
                                                     "headers": {"X-Token": "${secret:KEY}"}}},
                                        {"shift": 50}], environment=None)
        done = self.stage.sluice("deploy", self.stage.release_file("two", **header), "-v")
        self.said.append(done.out + done.err)
        self.assertNotEqual(done.code, 0, str(done))
        self.assertIn("cannot stand in a header", done.out + done.err)
        self.assertTrue(any("***" in text for text in self.said), "a value was said and hidden")
        self.assert_nowhere()

    def test_a_missing_one_is_found_before_anything_is_written(self):
        self.stage.calls(clear=True)
        file = self.stage.release_file("one", **self.members())
        done = self.sluice("deploy", file, code=3)
        self.assertIn("KEY (the environment variable API_KEY of", done.err)
        self.assertIn("HOOK (the URL of webhook step", done.err)
        self.assertEqual(self.stage.calls("CreateFunction"), [])
        self.assertEqual(self.sluice("list", "-o", "json").json().get("runs", []), [])

    def test_a_value_never_comes_from_the_line(self):
        self.sluice("secret", "set", "KEY", CANARY, code=64)
        self.said.clear()  # what was typed may be said back
        file = self.stage.write("value.txt", CANARY + "\n")
        self.sluice("secret", "set", "KEY", "--from-file", file)
        self.sluice("secret", "set", "KEY", "--from-file", "-", stdin=CANARY)
        self.sluice("secret", "set", "no name", stdin="value", code=3)
        self.sluice("secret", "set", "KEY", stdin="abc", code=3)
        self.sluice("secret", "remove", "KEY")
        self.sluice("secret", "remove", "KEY", code=1)
        self.assert_nowhere()

    def test_a_new_key_and_a_key_that_is_given(self):
        self.store("KEY", CANARY)
        self.store("HOOK", HOOK_CANARY)
        self.sluice("secret", "rotate-key")
        self.sluice("deploy", self.stage.release_file("one", **self.members()), "-o", "json")
        live = self.stage.wire.function("orders", "live")
        self.assertEqual(live["Environment"]["Variables"]["API_KEY"], "k=" + CANARY)
        other = self.stage.write("other.key", "ab" * 32 + "\n")
        refused = self.stage.sluice("deploy", self.stage.release_file("two", **self.members()),
                                    env={"SLUICE_SECRET_KEY_FILE": other})
        self.assertNotEqual(refused.code, 0)
        self.assertIn("stored under another key", refused.err)
        self.assert_nowhere(refused.out + refused.err)


class ServerSecretsTest(SecretsStage):
    """The same with a server that others reach by its tokens."""

    def test_a_server_keeps_them_for_its_runs(self):
        server = Server(self.stage, "--allow-egress", "127.0.0.1/32", "--log-level", "debug")
        admin = server.log_in()
        tokens = {}
        for role in ("viewer", "operator", "approver", "maintainer"):
            status, made = server.ask("POST", "/api/v1/tokens", admin,
                                      {"name": role, "roles": [role]})
            self.assertEqual(status, 201, made)
            tokens[role] = made["token"]
        file = self.stage.write("maintainer.token", tokens["maintainer"])
        there = ("--server", server.url, "--token-file", file)
        self.store("KEY", CANARY, *there)
        self.store("HOOK", HOOK_CANARY, *there)
        self.assertIn("by maintainer", self.sluice("secret", "list", *there).out)
        release = self.stage.release_file("one", **self.members())
        done = self.sluice("deploy", release, "-o", "json", *there)
        live = self.stage.wire.function("orders", "live")
        self.assertEqual(live["Environment"]["Variables"]["API_KEY"], "k=" + CANARY)
        self.crawl(server, {**tokens, "admin": admin}, done.run)
        self.sluice("secret", "remove", "HOOK", *there)
        release = self.stage.release_file("two", **self.members())
        self.assertRegex(self.sluice("deploy", release, *there, code=3).err,
                         r"a secret is not set here: HOOK .*\n  Store it: sluice secret set .*HOOK")
        until(lambda: "secret_removed" in server.running.err, "it is audited")
        self.assertRegex(server.running.err, r"secret_set.*maintainer")
        self.assert_nowhere(server.running.out + server.running.err)

    def crawl(self, server, tokens, run):
        """Every GET of the API as every role."""
        paths = server.ask("GET", "/api/v1/openapi.json")[1]["paths"]
        known = {"run": run, "sha256": "0" * 64, "token": "x", "secret": "KEY"}
        for role, token in tokens.items():
            for path in paths:
                if "get" not in paths[path]:
                    continue
                full = re.sub(r"\{(\w+)\}", lambda found: known[found[1]], path)
                request = urllib.request.Request(server.url + full)
                request.add_header("Authorization", "Bearer " + token)
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        self.said.append(answer.read().decode())
                except urllib.error.HTTPError as refused:
                    self.said.append(refused.read().decode())

    def test_four_eyes(self):
        self.deployed("one")
        server = Server(self.stage)
        admin = server.log_in()
        asks = [{"shift": 20}, {"approve": {"message": "go on?", "other_than_requester": True}},
                {"shift": 50}]
        files = {}
        for name in ("ann", "bob"):
            made = server.ask("POST", "/api/v1/tokens", admin,
                              {"name": name, "roles": ["operator", "approver"]})[1]
            files[name] = self.stage.write(name + ".token", made["token"])
        ann = ("--server", server.url, "--token-file", files["ann"])
        bob = ("--server", server.url, "--token-file", files["bob"])
        client, run = self.stage.start_deploy("two", *ann, strategy=asks)
        self.until_alias(("1", {"2": 20}))
        until(lambda: server.row(run, admin)["summary"].get("waits_for"), "it asks")
        refused = self.sluice("approve", run, *ann, code=4)
        self.assertIn("ann asked for run " + run, refused.err)
        self.assertIn("somebody else", refused.err)
        self.sluice("approve", run, *bob)
        self.assertEqual(client.wait(), 0)

    def test_a_stream_ends_with_its_token(self):
        self.deployed("one")
        server = Server(self.stage)
        admin = server.log_in()
        made = server.ask("POST", "/api/v1/tokens", admin, {"name": "eve", "roles": ["viewer"]})[1]
        client, run = self.stage.start_deploy("two", strategy=[{"shift": 20}, {"approve": "?"},
                                                               {"shift": 50}])
        request = urllib.request.Request(server.url + "/api/v1/runs/" + run + "/events")
        request.add_header("Authorization", "Bearer " + made["token"])
        request.add_header("Accept", "text/event-stream")
        with urllib.request.urlopen(request, timeout=60) as stream:
            self.assertIn(b"id: 1", stream.readline())
            self.assertEqual(server.ask("DELETE", "/api/v1/tokens/" + made["id"], admin)[0], 204)
            # Without a mark that would say why: to its end, which comes while the run still waits.
            self.assertNotIn(b"event: end", stream.read())
        self.assertTrue(client.alive())
        client.kill()

    def test_tokens_are_made_and_revoked_from_elsewhere(self):
        server = Server(self.stage)
        admin = self.stage.write("admin.token", server.log_in())
        there = ("--server", server.url, "--token-file", admin)
        made = self.sluice("token", "create", "--name", "ci", "--role", "viewer", *there)
        self.assertEqual(server.ask("GET", "/api/v1/runs", made.out.strip())[0], 200)
        self.assertIn("ci", self.sluice("token", "list", *there).out)
        self.sluice("token", "revoke", "ci", *there)
        self.assertEqual(server.ask("GET", "/api/v1/runs", made.out.strip())[0], 401)


if __name__ == "__main__":
    unittest.main()
