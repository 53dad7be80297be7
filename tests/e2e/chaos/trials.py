"""Runs trials in lanes, side by side, and gathers what went wrong."""
import os
import queue
import random
import threading
import time
import traceback
from collections import Counter

from chaos.facts import facts_of
from chaos.judge import verdict
from chaos.lanes import Lane
from chaos.plans import draw
from chaos.trial import Trial

SEED = int(os.environ.get("SLUICE_CHAOS_SEED", "1"))


class Trials:
    """Seeds for whichever lane is free, and what came of them."""

    def __init__(self, accidents, count, lane=Lane, trial=Trial):
        self.accidents, self.count, self.lane, self.trial = accidents, count, lane, trial
        self.seeds = queue.SimpleQueue()
        for seed in range(SEED, SEED + count):
            self.seeds.put(seed)
        self.wrong, self.times, self.happened, self.done = [], [], Counter(), Counter()
        self.noted = []  # whatever the accidents measured
        self.mounts = False
        self._lock = threading.Lock()

    def in_lanes(self, delays):
        """All of them; `delays` says how long updates take at the endpoint of each lane."""
        begin = time.monotonic()
        lanes = [threading.Thread(target=self.work, args=(delay,)) for delay in delays]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        print("seeds %d to %d in %.0f s; the longest took %.1f s (seed %d)" % (
            SEED, SEED + self.count - 1, time.monotonic() - begin, *max(self.times)))
        print("accidents that came before the end: %s" % ", ".join(
            "%s %d of %d" % (name, self.happened[name], times)
            for name, times in sorted(self.done.items())))

    def work(self, settle_delay):
        lane = self.lane(settle_delay)
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
        trial = self.trial(lane, seed, chance, draw(chance, self.accidents))
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
            self.noted += trial.accident.noted
            if problems:
                self.wrong.append("seed %d: %s" % (seed, trial.describe()))
                # At once: a run of thousands may be ended from outside.
                print("\n".join(["", self.wrong[-1], *("  - " + one for one in problems),
                                 trial.report(), ""]), flush=True)
        lane.forget(trial)
