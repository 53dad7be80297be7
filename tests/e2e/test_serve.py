"""sluice serve: tokens, roles, restarts, TLS, what it refuses, how it ends."""
import json
import os
import re
import signal
import ssl
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from support.processes import until
from support.stage import StageTest

ASKS = [{"shift": 20}, {"approve": "go on?"}, {"shift": 50, "pause": "250ms"}]


class Server:
    """A server at work, and its API."""

    def __init__(self, stage, *words, context=None):
        self.context = context
        self.running = stage.start("serve", "--listen", "127.0.0.1:0", "-o", "json", *words)
        self.running.says('"url"')
        self.url = json.loads(self.running.out.splitlines()[0])["url"]

    def setup_token(self):
        self.running.says("sluice_setup_")
        return re.search(r"sluice_setup_\w+", self.running.err)[0]

    def ask(self, method, path, token=None, body=None, headers=None):
        """(status, body) of one request."""
        request = urllib.request.Request(self.url + path, method=method)
        if token:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.add_header("Idempotency-Key", os.urandom(8).hex())
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.context) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refused:
            text = refused.read()
            return refused.code, json.loads(text) if text else None

    def log_in(self):
        status, body = self.ask("POST", "/api/v1/login", body={"setup_token": self.setup_token()})
        assert status == 201, body
        return body["token"]

    def row(self, run, token):
        status, body = self.ask("GET", "/api/v1/runs/" + run, token)
        assert status == 200, body
        return body


class ServeTest(StageTest):
    def serve(self, *words, context=None):
        return Server(self.stage, *words, context=context)

    def token(self, name, *roles):
        words = [word for role in roles for word in ("--role", role)]
        done = self.stage.sluice("token", "create", "--name", name, *words)
        self.assertEqual(done.code, 0, str(done))
        return done.out.strip()

    def asking_run(self):
        """A release through the server that asks somebody at 20 %."""
        client, run = self.stage.start_deploy("two", strategy=ASKS)
        self.until_alias(("1", {"2": 20}))
        client.kill()
        return run

    def until_state(self, server, token, run, state):
        until(lambda: server.row(run, token)["state"] == state, "run %s %s" % (run, state))

    def until_asked(self, server, token, run):
        until(lambda: [wait for wait in server.row(run, token)["summary"].get("waits_for", [])
                       if wait["kind"] == "approval"], "run %s asks" % run)

    def test_the_first_administrator_logs_in_with_what_the_server_prints(self):
        server = self.serve()
        self.assertEqual(server.ask("GET", "/api/v1/runs")[0], 401)
        setup = server.setup_token()
        self.assertEqual(server.ask("GET", "/api/v1/runs", setup)[0], 401)
        admin = server.log_in()
        self.assertEqual(server.ask("GET", "/api/v1/runs", admin)[0], 200)
        status, body = server.ask("POST", "/api/v1/login", body={"setup_token": setup})
        self.assertEqual(status, 401, body)
        status, made = server.ask("POST", "/api/v1/tokens", admin,
                                  {"name": "ann", "roles": ["viewer"], "expires_in": "1h"})
        self.assertEqual(status, 201, made)
        self.assertEqual(server.ask("GET", "/api/v1/whoami", made["token"])[1],
                         {"name": "ann", "roles": ["viewer"]})
        self.assertEqual(server.ask("DELETE", "/api/v1/tokens/" + made["id"], admin)[0], 204)
        self.assertEqual(server.ask("GET", "/api/v1/whoami", made["token"])[0], 401)
        for secret in (admin, made["token"]):
            self.assertNotIn(secret, server.running.err)

    def test_tokens_are_made_listed_and_revoked_from_the_command_line(self):
        server = self.serve()
        token = self.token("ci", "operator", "approver")
        listed = self.stage.sluice("token", "list", "-o", "json").json()["tokens"]
        self.assertEqual([(one["name"], one["roles"]) for one in listed],
                         [("ci", ["operator", "approver"])])
        self.assertEqual(server.ask("GET", "/api/v1/runs", token)[0], 200)
        self.assertEqual(self.stage.sluice("token", "revoke", "ci").code, 0)
        self.assertEqual(server.ask("GET", "/api/v1/runs", token)[0], 401)
        self.assertEqual(self.stage.sluice("token", "revoke", "ci").code, 1)
        self.assertEqual(self.stage.sluice("token", "create", "--name", "x").code, 64)

    def test_a_run_is_started_approved_and_finished_over_the_api(self):
        self.deployed("one")
        server = self.serve()
        operator, approver = self.token("olga", "operator"), self.token("ann", "approver")
        first = self.asking_run()
        plan = server.ask("GET", "/api/v1/runs/%s/plan" % first, operator)[1]
        say = "/api/v1/runs/%s/signals"
        self.until_asked(server, operator, first)
        self.assertEqual(server.ask("POST", say % first, operator, {"kind": "approve"})[0], 403)
        self.assertEqual(server.ask("POST", say % first, approver, {"kind": "stop"})[0], 403)
        self.assertEqual(server.ask("POST", say % first, operator, {"kind": "stop"})[0], 204)
        self.until_state(server, operator, first, "stopped")
        status, body = server.ask("POST", "/api/v1/runs", operator, {"plan": plan})
        self.assertEqual(status, 201, body)
        run = body["run"]
        self.assertEqual(server.row(run, operator)["requester"], "olga")
        self.until_asked(server, operator, run)
        self.assertEqual(server.ask("POST", say % run, approver, {"kind": "approve"})[0], 204)
        self.until_state(server, operator, run, "succeeded")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "two")
        journal = self.stage.sluice("logs", run).out
        self.assertIn("ann", journal)

    def restarted(self, end):
        self.deployed("one")
        server = self.serve()
        token = self.token("ann", "operator", "approver")
        run = self.asking_run()
        self.until_asked(server, token, run)
        end(server)
        server = self.serve()
        self.assertEqual(server.ask("GET", "/api/v1/whoami", token)[0], 200)
        until(lambda: server.row(run, token)["owner"], "the run is taken up")
        status, body = server.ask("POST", "/api/v1/runs/%s/signals" % run, token,
                                  {"kind": "approve"})
        self.assertEqual(status, 204, body)
        self.until_state(server, token, run, "succeeded")
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "two")

    def test_a_server_that_was_told_to_end_goes_on_when_it_starts_again(self):
        def end(server):
            began = time.monotonic()
            server.running.interrupt(signal.SIGTERM)
            self.assertEqual(server.running.wait(), 0, server.running.err)
            self.assertLess(time.monotonic() - began, 30)  # 5 s on a machine at rest
        self.restarted(end)

    def test_a_server_that_was_killed_goes_on_when_it_starts_again(self):
        self.restarted(lambda server: server.running.kill())

    def test_it_does_not_listen_where_others_could_read_tokens(self):
        done = self.stage.sluice("serve", "--listen", "0.0.0.0:0")
        self.assertEqual(done.code, 3, str(done))
        self.assertIn("--tls-cert", done.err)

    def test_a_second_server_of_the_same_journal_is_told_who_has_it(self):
        self.serve()
        done = self.stage.sluice("serve", "--listen", "127.0.0.1:0")
        self.assertNotEqual(done.code, 0)
        self.assertIn("is held by sluice serve", done.err)

    def certificate(self, name):
        cert, key = (os.path.join(self.stage.folder, name + end) for end in (".pem", ".key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=sluice", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", cert], check=True, capture_output=True)
        return cert, key

    def test_it_speaks_tls_and_reads_a_new_certificate(self):
        cert, key = self.certificate("first")
        server = self.serve("--tls-cert", cert, "--tls-key", key,
                            context=ssl.create_default_context(cafile=cert))
        self.assertTrue(server.url.startswith("https://"))
        admin = server.log_in()
        self.assertEqual(server.ask("GET", "/api/v1/runs", admin)[0], 200)
        second, second_key = self.certificate("second")
        os.replace(second, cert)
        os.replace(second_key, key)
        server.running.interrupt(signal.SIGHUP)
        server.running.says("certificate_read")
        server.context = ssl.create_default_context(cafile=cert)
        self.assertEqual(server.ask("GET", "/api/v1/runs", admin)[0], 200)


if __name__ == "__main__":
    unittest.main()
