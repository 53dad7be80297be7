"""Real processes, real accidents: releases are killed, stopped, cut off, and have bad disks.

Each trial is drawn from a number: SLUICE_CHAOS_SEED and those that follow it. The trials that went
wrong print theirs, and SLUICE_CHAOS_SEED=N SLUICE_CHAOS_TRIALS=1 draws that one again.
"""
import os
import queue
import random
import threading
import time
import traceback
import unittest
from collections import Counter

from chaos.accidents import Cut, EndpointRestart, Kill, LateWrite, Terminate
from chaos.bad_disks import Disk, ReadOnly
from chaos.disks import told
from chaos.facts import facts_of
from chaos.judge import verdict
from chaos.lanes import Lane
from chaos.plans import draw
from chaos.servers import ServerKilled, can_serve
from chaos.stopped import Companion, Stopped
from chaos.trial import Trial
from support.stage import Stage

ACCIDENTS = ((Kill, 34), (LateWrite, 8), (Cut, 16), (EndpointRestart, 6), (Stopped, 16), (Disk, 8),
             (ReadOnly, 3), (Terminate, 5), (Companion, 4))
SEED = int(os.environ.get("SLUICE_CHAOS_SEED", "1"))
TRIALS = int(os.environ.get("SLUICE_CHAOS_TRIALS", "220"))
SERVERS = ((ServerKilled, 1),)
# How long updates take at the endpoint of each lane: at once, or long enough to be met.
LANES = ("0s", "0s", "0s", "30ms")


class Trials:
    """Seeds for whichever lane is free, and what came of them."""

    def __init__(self, accidents, count):
        self.accidents, self.count = accidents, count
        self.seeds = queue.SimpleQueue()
        for seed in range(SEED, SEED + count):
            self.seeds.put(seed)
        self.wrong, self.times, self.happened, self.done = [], [], Counter(), Counter()
        self.mounts = False
        self._lock = threading.Lock()

    def work(self, settle_delay):
        lane = Lane(settle_delay)
        self.mounts = lane.mounts
        try:
            while len(self.wrong) < 5:
                seed = self.seeds.get_nowait()
                self.one(lane, seed)
        except queue.Empty:
            pass
        finally:
            lane.close()

    def one(self, lane, seed):
        begin = time.monotonic()
        chance = random.Random(seed)
        trial = Trial(lane, seed, chance, draw(chance, self.accidents))
        problems = []
        try:
            trial.run()
            problems = verdict(facts_of(trial))
        except Exception:
            problems.append(traceback.format_exc())
        name = type(trial.accident).__name__
        with self._lock:
            self.times.append((time.monotonic() - begin, seed))
            self.done[name] += 1
            self.happened[name] += bool(trial.accident.happened)
            if problems:
                self.wrong.append("seed %d: %s" % (seed, trial.describe()))
                # At once: a run of thousands may be ended from outside.
                print("\n".join(["", self.wrong[-1], *("  - " + one for one in problems),
                                 trial.report(), ""]), flush=True)
        lane.forget(trial)


class ChaosTest(unittest.TestCase):
    def judge(self, accidents, count):
        """Runs the trials in all lanes; how many accidents came before the release's end."""
        begin = time.monotonic()
        trials = Trials(accidents, count)
        lanes = [threading.Thread(target=trials.work, args=(delay,)) for delay in LANES]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        print("seeds %d to %d in %.0f s; the longest took %.1f s (seed %d)" % (
            SEED, SEED + count - 1, time.monotonic() - begin, *max(trials.times)))
        print("accidents that came before the end: %s" % ", ".join(
            "%s %d of %d" % (name, trials.happened[name], times)
            for name, times in sorted(trials.done.items())))
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
