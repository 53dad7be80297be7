"""Judges a trial: from the endpoint's side by its calls and state, then by what the journal says.

Facts hold what was observed and nothing else, so that a test can forge them.
"""
import json
from collections import Counter

# Done twice they leave what was there: AWS answers the version that exists, or sets what is set.
REPEATABLE = ("PublishVersion", "PutFunctionConcurrency")
EFFECTS = ("CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration", "CreateAlias",
           "DeleteFunction")
WRITERS = "pc"  # the first letter of the access keys of the run's own processes


class Facts:
    """Of one trial.

    before, after: function → Lane.look; calls: of the gate, writes in their order of effect;
    stores: one list of (row, journal) per store; printed: events by which process.
    """

    def __init__(self, plan, before, after, calls, stores, printed, foreign, ways, unwritable):
        self.plan, self.before, self.after = plan, before, after
        self.calls, self.stores, self.printed = calls, stores, printed
        self.foreign, self.ways, self.unwritable = foreign, ways, unwritable

    def rows(self):
        return [row for store in self.stores for row, _ in store]

    def main(self, row):
        """Whether it is a run of the plan: not its clean-up, nor another release's."""
        return row["name"] in (self.plan.name, "rollback of " + self.plan.name)

    def releases_of(self, name):
        """What each store's latest run says of it."""
        found = []
        for store in self.stores:
            of_it = [(row, one) for row, _ in store if self.main(row) for one in row["releases"]
                     if one["function"] == name]
            if of_it:
                found.append(max(of_it, key=lambda pair: pair[0]["created"]))
        return found

    def intents(self, *operations):
        """Intended effects; what a store has in common with its copy counts once."""
        seen = {}
        for store in self.stores:
            for row, journal in store:
                for event in journal:
                    if event["type"] == "effect_intended" and \
                            event["body"]["effect"]["name"] in operations:
                        seen[row["run"], event["seq"], event["at"]] = event["body"]
        return list(seen.values())


def own(call):
    return call.key[:1] in WRITERS


def published(call, name):
    return call.operation == "PublishVersion" and "/functions/%s/" % name in call.path


def content_of(call):
    """What an accepted alias call left in the alias: (version, {version: percent})."""
    body = json.loads(call.answer)
    weights = (body.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return body["FunctionVersion"], {version: round(weight * 100, 6)
                                     for version, weight in weights.items()}


def alias_writes(facts, name):
    """[(call, content before, content after)] of the accepted ones."""
    found = []
    now = (facts.before[name] or {}).get("alias")
    for call in facts.calls:
        created = call.operation == "CreateAlias" and "/functions/%s/" % name in call.path
        updated = call.operation == "UpdateAlias" and "/functions/%s/" % name in call.path
        if call.happened and (created or updated):
            found.append((call, now, content_of(call)))
            now = found[-1][2]
    return found


def guarded(facts):
    """Every alias write names the revision it replaces, both parts of the content, and no more."""
    for call in facts.calls:
        if call.operation != "UpdateAlias" or not own(call):
            continue
        body = json.loads(call.body)
        weights = body.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        if not body.get("RevisionId") or not body.get("FunctionVersion") or weights is None:
            yield "an alias write without guard or whole content: %s" % call
        if "Description" in body:
            yield "an alias write that changes the description: %s" % call


def ladder(facts, name):
    """Weights follow the plan's steps one by one, then at most one way back."""
    base = (facts.before[name] or {}).get("alias")
    steps = [*facts.plan.weights, 100]
    at, back, anew = 0, False, len(facts.stores) > 1
    writes = [(call, old, new) for call, old, new in alias_writes(facts, name)
              if own(call) and old != new]
    for call, old, new in writes:
        if facts.foreign or old is None:
            continue  # the order is no longer the run's alone; intents() still holds
        if back and anew and call.key == "p1":
            # It cannot know of the copy of its journal, whose run ended where this one began.
            at, back, anew = 0, False, False
        if new == base:
            if back:
                yield "%s went back twice: %s" % (name, call)
            back = True
            continue
        version, weights = new
        candidate = next(iter(weights)) if weights else version
        weight = weights.get(candidate, 100)
        if weights and version != base[0]:
            yield "%s got another main version than its baseline: %s" % (name, call)
        if back or at >= len(steps) or weight != steps[at]:
            yield "%s got %g %% instead of step %s of %s: %s" % (name, weight, at + 1, steps, call)
        at += 1
    if not facts.foreign:
        said = {one.get("candidate_version") for _, one in facts.releases_of(name)}
        for call, _, (version, weights) in writes:
            for one in {version, *weights} - {base[0] if base else None} - said:
                yield "version %s got traffic of %s and is nobody's candidate: %s" % (one, name,
                                                                                     call)


def repeats(facts, name):
    """An identical write is the fence of a process that took the run over: once for each. At the
    baseline the way back may state it once more."""
    base = (facts.before[name] or {}).get("alias")
    same = [(call.key, new == base) for call, old, new in alias_writes(facts, name)
            if own(call) and old == new]
    for key, times in Counter(key for key, _ in same).items():
        if times > (2 if (key, True) in same else 1):
            yield "%s repeated the alias of %s as it is %d times" % (key, name, times)
        if key == "p1" and not facts.foreign and len(facts.stores) == 1:
            yield "the first process repeated the alias of %s as it is" % name


def intended(facts):
    """Every change was intended in a journal, and no intent had two effects."""
    wanted = Counter()
    for body in facts.intents("UpdateAlias", "CreateAlias"):
        desired = body["effect"].get("desired", {})
        wanted[key_of(desired.get("content", desired))] += 1
    done = Counter()
    for name in facts.plan.functions:
        for call, old, new in alias_writes(facts, name):
            if own(call) and old != new:
                done[new[0], tuple(sorted(new[1].items()))] += 1
    for content, times in done.items():
        if times > wanted[content]:
            yield "%d writes of %s, of which %d were intended" % (times, content, wanted[content])
    effects = Counter(call.operation for call in facts.calls if call.happened and own(call) and
                      any(name in call.path or '"%s"' % name in call.body.decode("latin-1")
                          for name in facts.plan.functions))
    for operation in EFFECTS:
        intents = len(facts.intents(operation))
        if effects[operation] > intents:
            yield "%d times %s, of which %d were intended" % (effects[operation], operation,
                                                              intents)


def key_of(content):
    weights = {version: round(weight * 100, 6)
               for version, weight in (content.get("weights") or {}).items()}
    return content.get("version"), tuple(sorted(weights.items()))


def webhooks(facts):
    """Sent at least once where the run came by, always under one id, and as often as intended."""
    ids = Counter(call.headers.get("sluice-delivery") for call in facts.calls
                  if call.operation == "Webhook")
    wanted = Counter(body["effect"]["desired"]["delivery"]
                     for body in facts.intents("SendRequest"))
    for store in facts.stores:
        for row, journal in store:
            own_ids = {one for one in ids if one and one.startswith(row["run"] + "/")}
            if len(own_ids) > 1:
                yield "the webhook of %s has the ids %s" % (row["run"], sorted(own_ids))
            told = any(event["type"] == "node_ended" and event["body"]["status"] == "succeeded" and
                       event["body"]["node"].endswith("/tell") for event in journal)
            if told and not own_ids:
                yield "the webhook of %s never came" % row["run"]
            for one in own_ids:
                if ids[one] > wanted[one]:
                    yield "webhook %s came %d times, intended %d times" % (one, ids[one],
                                                                          wanted[one])


def versions(facts, name):
    """No content has two versions, and nothing is published that nobody wanted."""
    after = facts.after[name]
    if after is None:
        return
    same = Counter(after["versions"].values())
    # Without an alias the way back is a new version of the old code.
    again = 0 if facts.plan.alias else sum(one["place"] == "on_baseline"
                                           for _, one in facts.releases_of(name))
    # A copy of the run that begins when the other one has put $LATEST back publishes it anew.
    again += len(facts.stores) - 1
    # Another release of the same content makes a version of its own where $LATEST was put back
    # in between.
    again += any(not own(call) and call.happened and published(call, name) for call in facts.calls)
    for content, times in same.items():
        if times > 1 + again:
            yield "%s has %d versions with the content %s" % (name, times, content)


def on_candidate(facts, name, row, one, said):
    """Others may have come later: then it is enough that the run left it there."""
    plan, after = facts.plan, facts.after[name]
    left = [new for call, _, new in alias_writes(facts, name) if own(call)]
    places = [after and after["alias"], *(left[-1:] if facts.foreign else [])]
    version = one.get("candidate_version")
    # A run that was ended as soon as it had created the function never learnt of a version.
    unfinished = plan.new and row["state"] != "succeeded"
    if after is None or (version not in after["versions"] and not (unfinished and not version)):
        yield "%s, but there is no version %s" % (said, version)
    elif plan.alias and (version, {}) not in places and not (unfinished and places[0] is None):
        yield "%s, but the alias is at %s" % (said, places[0])
    elif not plan.alias and not facts.foreign and version and \
            after["latest"] != after["versions"][version]:
        yield "%s, but $LATEST is something else" % said


def place(facts, name):
    """The function stands where the run's row says, and that is a place the plan declares."""
    before, after = facts.before[name], facts.after[name]
    found = facts.releases_of(name)
    alias = after and after["alias"]
    for row, one in found if len(facts.stores) == 1 else found[1:]:
        where = one["place"]
        said = "%s of %s is %s" % (name, row["run"], where)
        if where == "on_candidate":
            yield from on_candidate(facts, name, row, one, said)
        elif where in ("on_baseline", "unchanged"):
            if not after:
                if before:
                    yield "%s, but the function is gone" % said
            elif facts.foreign:
                continue
            elif facts.plan.alias and alias != (before and before["alias"]):
                yield "%s, but the alias is at %s" % (said, alias)
            elif not facts.plan.alias and before and after["latest"] != before["latest"]:
                yield "%s, but $LATEST is something else" % said
            elif not before:
                yield "%s, but there is a function now" % said
        elif where not in ("changed_by_others", "unknown") or not facts.foreign or \
                row["state"] != "needs_person":
            yield "%s, which nothing in the plan declares" % said
    if not found and before != after and not facts.foreign:
        yield "%s has changed and no run says so" % name


def ends(facts):
    """Each run ended once, in the state that its plan and what was asked for lead to."""
    allowed = {facts.plan.end}
    if facts.ways & {"stop"}:
        allowed |= {"stopped", "failed"} if facts.plan.new else {"stopped"}
    if facts.ways & {"rollback"}:
        allowed |= {"rolled_back", "failed"} if facts.plan.new else {"rolled_back"}
    if "unavailable" in facts.ways:
        allowed |= {"failed", "rolled_back"}
    if facts.foreign or len(facts.stores) > 1:
        allowed |= {"needs_person", "rolled_back", "succeeded", "failed", "stopped"}
    for store in facts.stores:
        for row, _ in store:
            main = facts.main(row)
            if "ended" not in row:
                yield "run %s has not ended: %s" % (row["run"], row["state"])
            elif main and row["state"] not in allowed:
                yield "run %s is %s, expected %s: %s" % (row["run"], row["state"],
                                                         sorted(allowed), row["errors"])
            elif not main and row["state"] not in {"succeeded", *({"stopped"} & allowed)}:
                yield "run %s beside it is %s: %s" % (row["run"], row["state"], row["errors"])


def journals(facts):
    """No gap, epochs rise, one end; whatever a process told of is there as it was told."""
    events = {}
    for store in facts.stores:
        for row, journal in store:
            if [event["seq"] for event in journal] != list(range(1, len(journal) + 1)):
                yield "the journal of %s has gaps" % row["run"]
            epochs = [event["body"]["epoch"] for event in journal if event["type"] == "run_claimed"]
            if sorted(set(epochs)) != epochs:
                yield "epochs of %s do not rise: %s" % (row["run"], epochs)
            last = [event["body"]["state"] for event in journal if event["type"] == "run_ended"]
            if last != [row["state"]]:
                yield "the journal of %s ends %s, its row says %s" % (row["run"], last,
                                                                     row["state"])
            for event in journal:
                events.setdefault((row["run"], event["seq"]), []).append(event)
    for key, told in facts.printed:
        if told not in events.get((told["run"], told["seq"]), []):
            yield "%s told of event %s of %s, which is not in the journal" % (key, told["seq"],
                                                                            told["run"])


def unwritable(facts):
    """Whoever could not write the journal changed nothing."""
    for call in facts.calls:
        if call.key in facts.unwritable and call.writes:
            yield "a process without a journal wrote: %s" % call


def verdict(facts):
    """Everything that is wrong with it, in words."""
    found = [*guarded(facts), *intended(facts), *ends(facts), *journals(facts), *unwritable(facts),
             *webhooks(facts)]
    for name in facts.plan.functions:
        for rule in (ladder, repeats, versions, place):
            found += rule(facts, name)
    return found
