"""What a trial releases, drawn from its seed: a native release file and what it must lead to."""
import json

from support.stage import GOOD, ROLE

# Kinds of releases and how often each is drawn.
KINDS = (("code", 4), ("configuration", 3), ("both", 3), ("new", 3), ("pair", 3), ("unaliased", 2))
FAILS = 0.3  # the share of releases that a failing step takes back


def draw(chance, weighted):
    """One of ((value, weight) …)."""
    at = chance.random() * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        at -= weight
        if at < 0:
            return value
    return weighted[-1][0]


class Plan:
    """A release of one or two functions, whose names nobody else uses."""

    def __init__(self, chance, number):
        self.kind = draw(chance, KINDS)
        count = 2 if self.kind == "pair" else 1
        self.functions = ["f%d-%s" % (number, "ab"[i]) for i in range(count)]
        self.name = "pair" if self.kind == "pair" else self.functions[0]
        self.alias = None if self.kind == "unaliased" else "live"
        self.fails = chance.random() < FAILS
        self.weights = []
        if self.alias:
            below = chance.sample((1, 5, 10, 25, 50, 60, 90), chance.randrange(0, 4))
            self.weights = sorted(below)
        self.pauses = [chance.choice((None, None, "20ms", "150ms")) for _ in self.weights]
        # The failing step comes after that many shifts.
        self.fails_after = chance.randrange(0, len(self.weights) + 1)
        self.restore_latest = self.fails and chance.random() < 0.4
        self.delete_candidate = bool(self.fails and self.alias and self.kind != "new" and
                                     chance.random() < 0.3)
        self.delete_created = self.fails and self.kind == "new" and chance.random() < 0.5
        self.at_end = self.kind == "new" and bool(self.alias) and not self.weights and \
            chance.random() < 0.5
        self.tags = chance.random() < 0.3
        # A webhook comes after that many shifts; who starts the release says where it goes.
        self.webhook_after = chance.randrange(0, len(self.weights) + 1)
        self.webhook = chance.random() < 0.25
        self.webhook_url = ""

    @property
    def new(self):
        return self.kind == "new"

    @property
    def end(self):
        """The state of the run where nothing else comes in between."""
        if not self.fails:
            return "succeeded"
        # Before traffic moved there is nothing to roll back; a function that was created stays, or
        # is deleted, and then it is as it was.
        moved = not self.new and (self.fails_after > 0 or not self.alias)
        return "rolled_back" if moved else "failed"

    @property
    def changes_code(self):
        return self.kind != "configuration"

    def describe(self):
        steps = " ".join("%d%s" % (weight, "/" + pause if pause else "")
                         for weight, pause in zip(self.weights, self.pauses))
        more = [name for name in ("restore_latest", "delete_candidate", "delete_created", "at_end",
                                  "tags", "webhook") if getattr(self, name)]
        if self.fails:
            more.insert(0, "fails after %d" % self.fails_after)
        return "%s [%s]%s" % (self.kind, steps, "".join(", " + one for one in more))

    def steps(self):
        failing = {"invoke": {"function": "nobody"}}
        webhook = [{"webhook": {"url": self.webhook_url}, "name": "tell"}] if self.webhook else []
        found = []
        for number, (weight, pause) in enumerate(zip(self.weights, self.pauses)):
            if number == self.webhook_after:
                found += webhook
            if self.fails and number == self.fails_after:
                found.append(failing)
            found.append({"shift": weight, **({"pause": pause} if pause else {})})
        if self.webhook_after == len(self.weights):
            found += webhook
        if self.fails and self.fails_after == len(self.weights):
            if not self.alias:
                found.append({"shift": 100})  # without an alias the code is live before the step
            found.append(failing)
        return found

    def members(self, stage, folder, build):
        found = {"runtime": "python3.12", "handler": "app.handler", "role": ROLE,
                 "memory": 256 if self.kind in ("configuration", "both") else 128}
        if self.alias:
            found["alias"] = self.alias
        if self.changes_code:
            stage.write("%s/builds/%s/app.py" % (folder, build), GOOD % build)
            found["package"] = "./builds/" + build
        if self.restore_latest:
            found["restore"] = "latest"
        if self.delete_candidate:
            found.update(candidate="delete", drain="0s")
        if self.delete_created:
            found["created_here"] = "delete"
        if self.at_end:
            found["missing_alias"] = "create_at_end"
        if self.tags:
            found["tags"] = {"build": build}
        return found

    def write(self, stage, folder, build="two"):
        """The release file's path."""
        settings = self.members(stage, folder, build)
        file = {"region": "us-east-1", "strategy": self.steps()}
        if len(self.functions) == 1:
            file.update(settings, function=self.functions[0])
        else:
            file.update(name=self.name, functions={name: settings for name in self.functions})
        if not file["strategy"]:
            del file["strategy"]
        return stage.write("%s/%s.json" % (folder, build), json.dumps(file, indent=1))
