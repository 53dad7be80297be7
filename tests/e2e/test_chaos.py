"""Real processes, real accidents: releases are killed, stopped, cut off, and have bad disks.

On SQLite: kill -9 (of the process, or of a server), SIGSTOP and SIGTERM, connections to AWS that
are cut, an AWS that is away, writes that arrive late, full and read-only disks. On PostgreSQL, with
one server: kill -9, SIGSTOP, a database that is stopped and started, and connections to it that are
cut before or behind a COMMIT; with two servers see test_cluster.py.

Each trial is drawn from a number: SLUICE_CHAOS_SEED and those that follow it. The trials that went
wrong print theirs, and SLUICE_CHAOS_SEED=N SLUICE_CHAOS_TRIALS=1 draws that one again.
"""
import os
import unittest

from chaos import alone
from chaos.accidents import Cut, EndpointRestart, Kill, LateWrite, Terminate
from chaos.bad_disks import Disk, ReadOnly
from chaos.disks import told
from chaos.servers import ServerKilled, can_serve
from chaos.stopped import Companion, Stopped
from chaos.trials import Trials
from support.postgres import MISSING, programs
from support.stage import Stage

ACCIDENTS = ((Kill, 34), (LateWrite, 8), (Cut, 16), (EndpointRestart, 6), (Stopped, 16), (Disk, 8),
             (ReadOnly, 3), (Terminate, 5), (Companion, 4))
TRIALS = int(os.environ.get("SLUICE_CHAOS_TRIALS", "220"))
SERVERS = ((ServerKilled, 1),)
ON_POSTGRESQL = ((alone.CommitCut, 8), (alone.ServerKilled, 3), (alone.ServerSleeps, 3),
                 (alone.DatabaseStopped, 3))
# How long updates take at the endpoint of each lane: at once, or long enough to be met.
LANES = ("0s", "0s", "0s", "30ms")
# Trials on PostgreSQL wait for leases to end most of the time: more of them go on side by side.
WAITING_LANES = LANES + ("0s", "30ms")


class ChaosTest(unittest.TestCase):
    def judge(self, accidents, count, lanes=LANES, **kinds):
        """Runs the trials in all lanes."""
        trials = Trials(accidents, count, **kinds)
        trials.in_lanes(lanes[:count])
        if trials.done["Disk"] + trials.done["ReadOnly"]:
            print(told(trials.mounts))
        self.assertEqual(trials.wrong, [])
        # Else the releases would be much shorter than the moments are drawn for.
        if count >= 20:
            self.assertGreater(sum(trials.happened.values()), 0.6 * count)

    def test_every_release_ends_right_whatever_happens(self):
        self.judge(ACCIDENTS, TRIALS)

    def test_every_release_of_a_server_ends_right_whatever_happens(self):
        stage = Stage(endpoint=False)
        self.addCleanup(stage.close)
        if not can_serve(stage):
            self.skipTest("this sluice has no server")
        self.judge(SERVERS, TRIALS // 8 or 1)

    @unittest.skipIf(programs() is None, MISSING)
    def test_every_release_on_postgresql_ends_right_whatever_happens(self):
        self.judge(ON_POSTGRESQL, TRIALS // 12 or 1, WAITING_LANES, lane=alone.AloneLane,
                   trial=alone.AloneTrial)
