"""Servers that share a PostgreSQL store: real processes, killed, stopped, and cut off from it.

The trials are drawn from SLUICE_CHAOS_SEED as those of test_chaos.py are; SLUICE_CLUSTER_TRIALS
says how many there are.
"""
import os
import re
import signal
import time
import unittest

from chaos.cluster import ClusterLane, ClusterTrial, DatabaseAway, OwnerEnds, OwnerKilled, \
    OwnerSleeps, ToldByOther
from chaos.trials import Trials
from support.postgres import MISSING, Postgres, programs
from support.processes import until
from support.stage import StageTest
from test_serve import ASKS, Server

ACCIDENTS = ((OwnerKilled, 4), (OwnerEnds, 3), (OwnerSleeps, 3), (DatabaseAway, 3),
             (ToldByOther, 3))
TRIALS = int(os.environ.get("SLUICE_CLUSTER_TRIALS", "12"))
# Trials wait for leases to end most of the time, so that many can go on side by side.
LANES = ("0s", "0s", "30ms", "0s", "0s", "30ms")


@unittest.skipIf(programs() is None, MISSING)
class ClusterTest(StageTest):
    def setUp(self):
        super().setUp()
        self.postgres = Postgres()
        self.addCleanup(self.postgres.close)
        self.store = self.postgres.make_database()

    def place(self, name):
        return os.path.join(self.stage.folder, name)

    def serve(self, name):
        server = Server(self.stage, "--store", self.store, "--state", self.place(name))
        until(lambda: server.ask("GET", "/readyz")[0] == 200, "server %s is ready" % name)
        return server

    def token(self, name, *roles):
        words = [word for role in roles for word in ("--role", role)]
        done = self.stage.sluice("token", "create", "--name", "ann", *words, "--state",
                                 self.place(name))
        self.assertEqual(done.code, 0, str(done))
        return done.out.strip()

    def asking_run(self, server, token):
        """A release that asks somebody at 20 %, given to that server."""
        self.deployed("one", "--state", self.place("before"))
        file = self.stage.release_file("two", strategy=ASKS)
        done = self.stage.sluice("deploy", file, "--detach", "-o", "json", "--server", server.url,
                                 env={"SLUICE_TOKEN": token})
        self.assertEqual(done.code, 0, str(done))
        run = re.search(r"d-[A-Z0-9]{9}", done.out)[0]
        until(lambda: [wait for wait in server.row(run, token)["summary"].get("waits_for", [])
                       if wait["kind"] == "approval"], "run %s asks" % run)
        return run

    def owner(self, server, token, run):
        return server.row(run, token).get("owner", "")

    def approve(self, server, token, run):
        status, body = server.ask("POST", "/api/v1/runs/%s/signals" % run, token,
                                  {"kind": "approve"})
        self.assertEqual(status, 204, body)
        until(lambda: server.row(run, token)["state"] == "succeeded", "run %s succeeds" % run)
        self.assertEqual(self.stage.wire.invoke("orders:live")[0]["build"], "two")

    def test_each_server_answers_for_the_runs_of_all_with_the_same_tokens(self):
        one, two = self.serve("one"), self.serve("two")
        token = self.token("one", "operator", "approver", "maintainer")
        run = self.asking_run(one, token)
        self.assertIn(":%d:" % one.running.pid, self.owner(two, token, run))
        watch = self.stage.start("watch", run, "-o", "json", "--server", two.url,
                                 env={"SLUICE_TOKEN": token})
        watch.says('"node_parked"')
        shown = self.stage.sluice("get", run, "-o", "json", "--state", self.place("two")).json()
        self.assertIn(":%d:" % one.running.pid, shown["owner"])
        self.approve(two, token, run)
        self.assertEqual(watch.wait(), 0, watch.err)
        self.assertIn('"run_ended"', watch.out)

    def taken_over(self, end):
        """Seconds until the other one has the run."""
        one, two = self.serve("one"), self.serve("two")
        token = self.token("one", "operator", "approver", "maintainer")
        run = self.asking_run(one, token)
        began = time.monotonic()
        end(one)
        until(lambda: ":%d:" % two.running.pid in self.owner(two, token, run), "two has the run")
        took = time.monotonic() - began
        self.approve(two, token, run)
        return took

    def test_a_server_that_is_told_to_end_hands_its_runs_over(self):
        def end(server):
            server.running.interrupt(signal.SIGTERM)
            self.assertEqual(server.running.wait(), 0, server.running.err)
            self.assertIn("the others go on", server.running.err)
        took = self.taken_over(end)
        print("handed over within %.1f s" % took)
        self.assertLess(took, 14)  # a lease would have to end else; 2 s on a machine at rest

    def test_the_others_go_on_when_a_server_was_killed(self):
        took = self.taken_over(lambda server: server.running.kill())
        print("taken over within %.1f s" % took)

    def test_a_password_is_shown_nowhere(self):
        address = self.store.replace("sluice@", "sluice:hunter2@")
        done = self.stage.sluice("serve", "--store", address, "--state", self.place("one"))
        self.assertEqual(done.code, 64, str(done))
        self.assertNotIn("hunter2", done.err)
        self.assertIn("SLUICE_STORE", done.err)
        server = self.stage.start("serve", "--listen", "127.0.0.1:0", "-v", "--state",
                                  self.place("one"), env={"SLUICE_STORE": address})
        server.says("journal postgres://sluice@")
        shown = self.stage.sluice("config", "explain", "store", env={"SLUICE_STORE": address})
        with open("/proc/%d/cmdline" % server.pid, "rb") as line:
            seen = line.read().decode()
        server.end()
        for text in (server.err, server.out, shown.out, seen):
            self.assertNotIn("hunter2", text)

    def test_a_folder_of_a_server_is_not_taken_for_a_journal(self):
        server = self.serve("one")
        done = self.stage.sluice("serve", "--store", self.store, "--state", self.place("one"),
                                 "--listen", "127.0.0.1:0")
        self.assertNotEqual(done.code, 0)
        self.assertIn("a folder of its own", done.err)
        server.running.end()
        done = self.stage.sluice("list", "--state", self.place("one"))
        self.assertNotEqual(done.code, 0)
        self.assertIn("belongs to a server that shares postgres://sluice@", done.err)


@unittest.skipIf(programs() is None, MISSING)
class ClusterChaosTest(unittest.TestCase):
    def test_every_release_ends_right_whatever_happens_to_the_server_that_executes_it(self):
        trials = Trials(ACCIDENTS, TRIALS, ClusterLane, ClusterTrial)
        trials.in_lanes(LANES[:max(1, TRIALS)])
        for name in sorted({name for name, _ in trials.noted}):
            times = [took for one, took in trials.noted if one == name]
            print("%s: another server went on after %.1f s at most, %.1f s on average" % (
                name, max(times), sum(times) / len(times)))
        self.assertEqual(trials.wrong, [])
        if TRIALS >= 20:
            self.assertGreater(sum(trials.happened.values()), 0.6 * TRIALS)


if __name__ == "__main__":
    unittest.main()
