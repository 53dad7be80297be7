"""The command line against a server: other folders, other credentials, another machine's view."""
import json
import os
import re
import signal

from support.processes import until
from support.stage import StageTest

LONG = [{"shift": 50, "pause": "5m"}]


class RemoteTest(StageTest):
    """A server with AWS credentials and a client without any."""

    def setUp(self):
        super().setUp()
        self.server_env = dict(self.stage.env)
        self.state = os.path.join(self.stage.folder, "server")
        self.port = 0
        self.server = self.serve()
        client = {name: value for name, value in self.stage.env.items()
                  if not name.startswith("AWS_")}
        home = os.path.join(self.stage.folder, "client")
        os.mkdir(home)
        client.update(HOME=home, XDG_STATE_HOME=os.path.join(home, "state"),
                      SLUICE_SERVER=self.url)
        self.stage.env = client
        found = until(lambda: re.search(r"sluice_setup_\w+", self.server.err), "a set-up token")
        self.setup_token = found.group()

    def serve(self):
        running = self.stage.start("serve", "--listen", "127.0.0.1:%d" % self.port, "--state",
                                   self.state, "-o", "json", env=self.server_env)
        running.says("\n")
        said = until(lambda: [line for line in running.out.splitlines() if "url" in line],
                     "the server says where it is")
        self.url = json.loads(said[0])["url"]
        self.port = int(self.url.rsplit(":", 1)[1])
        return running

    def log_in(self):
        done = self.stage.sluice("login", self.url, "--token-file", "-", stdin=self.setup_token)
        self.assertEqual(done.code, 0, str(done))

    def token(self, *roles, name="other"):
        """A token of these roles, in a file."""
        words = ["token", "create", "--name", name, "--state", self.state, "-o", "json"]
        for role in roles:
            words += ["--role", role]
        done = self.stage.sluice(*words, env=self.server_env)
        self.assertEqual(done.code, 0, str(done))
        return self.stage.write(name + ".token", done.json()["token"] + "\n")

    def ok(self, *words, code=0):
        done = self.stage.sluice(*words)
        self.assertEqual(done.code, code, str(done))
        return done

    def test_a_set_up_token_logs_in_once(self):
        done = self.ok("list", code=4)
        self.assertIn("sluice login " + self.url, done.err)
        self.log_in()
        self.ok("list")
        kept = os.path.join(self.stage.env["HOME"], ".config/sluice/credentials")
        self.assertEqual(os.stat(kept).st_mode & 0o777, 0o600)
        again = self.stage.sluice("login", self.url, "--token-file", "-", stdin=self.setup_token)
        self.assertEqual(again.code, 4, str(again))
        self.assertNotIn(self.setup_token, again.err)
        self.ok("logout", self.url)
        self.ok("list", code=4)

    def test_a_release_goes_its_whole_way(self):
        self.log_in()
        first = self.deployed("one")
        self.assertIn("Sending the package of orders", first.err)
        self.assertAlias("1")
        sequence = [line["seq"] for line in first.lines() if line["kind"] == "Event"]
        self.assertEqual(sequence, list(range(1, len(sequence) + 1)))
        second = self.deployed("one", description="the same code")
        self.assertNotIn("Sending", second.err)
        self.assertIn(first.run, self.ok("list", "-o", "name").out)
        self.assertIn("orders", self.ok("get", first.run).out)
        self.assertIn("publish", self.ok("logs", first.run).out)
        shown = self.ok("get", first.run, "-o", "json").json()
        self.assertEqual(shown["state"], "succeeded")
        self.assertNotIn("credentials", json.dumps(shown))

    def test_a_release_is_led_from_other_terminals(self):
        self.log_in()
        self.deployed("one")
        running, run = self.stage.start_deploy(
            "two", strategy=[{"shift": 20, "pause": "5m"}, {"approve": "Go on?"}])
        self.until_alias(("1", {"2": 20}))
        self.assertIn(run, self.ok("list", "--active").out)
        self.ok("pause", run, "--dry-run")
        self.ok("pause", run)
        self.assertIn("is paused", self.ok("get", run).out)
        self.ok("continue", run)
        until(lambda: self.stage.sluice("skip", run).code == 0, "the pause is skipped")
        until(lambda: self.stage.sluice("approve", run, "--reason", "fine").code == 0,
              "the approval is given")
        watched = self.ok("watch", run, "--exit-status", "-o", "json")
        self.assertEqual(watched.result["state"], "succeeded")
        self.assertEqual(running.wait(), 0, running.err)
        self.assertIn("fine", self.ok("logs", run).out)
        self.assertAlias("2")

    def test_stop_rollback_retry_and_redeploy(self):
        self.log_in()
        first = self.deployed("one")
        running, run = self.stage.start_deploy("two", strategy=LONG)
        self.until_alias(("1", {"2": 50}))
        self.ok("stop", run, "--reason", "lunch")
        self.assertEqual(running.wait(), 9, running.err)
        self.assertAlias("1")
        running = self.stage.start("retry", run, "-o", "json")
        self.until_alias(("1", {"2": 50}))
        again = json.loads([line for line in running.out.splitlines() if '"run":' in line][0])
        self.ok("promote", again["run"])
        self.assertEqual(running.wait(), 0, running.err)
        self.assertAlias("2")
        self.ok("rollback", again["run"])
        self.assertAlias("1")
        self.ok("redeploy", again["run"], "--detach")
        self.until_alias(("1", {"2": 50}))
        active = self.ok("list", "--active", "-o", "name").out.split()
        self.assertEqual(len(active), 1)
        self.ok("rollback", active[0], code=5)
        self.assertAlias("1")
        self.assertNotEqual(first.run, active[0])

    def test_releases_of_one_alias_wait_for_each_other(self):
        self.log_in()
        self.deployed("one")
        first, holder = self.stage.start_deploy("two", strategy=LONG, name="first.yaml")
        self.until_alias(("1", {"2": 50}))
        second, run = self.stage.start_deploy("three", name="second.yaml")
        row = self.ok("get", run, "-o", "json").json()
        self.assertEqual((row["state"], row["queued"]["behind"]), ("queued", holder))
        self.ok("promote", holder)
        self.assertEqual(first.wait(), 0, first.err)
        self.assertEqual(second.wait(), 0, second.err)
        self.assertAlias("3")
        refused = self.stage.start_deploy("four", strategy=LONG, name="third.yaml")
        self.until_alias(("3", {"4": 50}))
        self.assertEqual(self.stage.deploy("five", when_busy="reject").code, 10)
        self.ok("promote", refused[1])
        self.assertEqual(refused[0].wait(), 0, refused[0].err)

    def test_ctrl_c_ends_the_looking_only(self):
        self.log_in()
        self.deployed("one")
        running, run = self.stage.start_deploy("two", strategy=LONG)
        self.until_alias(("1", {"2": 50}))
        running.interrupt(signal.SIGINT)
        self.assertEqual(running.wait(), 130, running.err)
        self.assertIn("The run goes on", running.err)
        self.assertIn("sluice stop " + run, running.err)
        self.assertAlias("1", {"2": 50})
        self.ok("watch", run, "--wait-timeout", "300ms", code=8)
        self.ok("promote", run)
        self.ok("watch", run, "--exit-status")
        self.assertAlias("2")

    def restarted(self, how):
        self.log_in()
        self.deployed("one")
        running, run = self.stage.start_deploy("two", strategy=LONG)
        self.until_alias(("1", {"2": 50}))
        self.server.interrupt(how)
        self.server.wait()
        self.server = self.serve()
        until(lambda: self.stage.sluice("promote", run).code == 0, "the run is promoted")
        self.assertEqual(running.wait(), 0, running.err)
        seen = [line["seq"] for line in map(json.loads, running.out.splitlines())
                if line.get("kind") == "Event"]
        self.assertEqual(seen, list(range(1, len(seen) + 1)))
        self.assertAlias("2")

    def test_a_follower_outlives_a_restart_of_the_server(self):
        self.restarted(signal.SIGTERM)

    def test_a_follower_outlives_the_death_of_the_server(self):
        self.restarted(signal.SIGKILL)

    def test_a_token_allows_what_its_roles_allow(self):
        self.log_in()
        self.deployed("one")
        viewer = self.token("viewer")
        self.ok("list", "--token-file", viewer)
        refused = self.stage.deploy("two", "--token-file", viewer)
        self.assertEqual(refused.code, 4, str(refused))
        self.assertIn("Nothing was started", refused.err)
        self.assertAlias("1")

    def test_a_dry_run_sends_and_starts_nothing(self):
        self.log_in()
        done = self.deployed("one", "--dry-run").json()
        self.assertEqual(done["kind"], "DeployPlan")
        self.assertEqual([one["function"] for one in done["packages_to_send"]], ["orders"])
        self.assertEqual(self.ok("list", "-o", "name").out, "")

    def test_what_a_server_decides_is_not_asked_of_it(self):
        self.log_in()
        file = self.stage.release_file("one")
        for words in (("deploy", file, "--region", "eu-west-1"), ("list", "--server", self.url,
                      "--state", "x"), ("resume",), ("get", "orders:live"),
                      ("deploy", file, "--endpoint-url", self.stage.url)):
            self.ok(*words, code=64)
        # Typed, the journal of this machine is meant in spite of a usual server.
        self.assertEqual(self.ok("list", "--state", "here", "-o", "name").out, "")
