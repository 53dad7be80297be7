"""The judge of the chaos tests is tried itself: on a release that went well, and on forged ones."""
import copy
import json
import types
import unittest

from chaos.gate import Call
from chaos.judge import Facts, verdict

SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/lambda/aws4_request"}
OLD, NEW = ("old code", 128), ("new code", 128)
FUNCTION = "/2015-03-31/functions/shop"
BASE = ("1", {})
STEPS = (("1", {"2": 20}), ("1", {"2": 60}), ("2", {}))


def call(method, path, body, answer, key="p1"):
    made = Call(method, path, {"authorization": SIGNED["authorization"] % key},
                json.dumps(body).encode())
    made.status, made.answer = 200, json.dumps(answer).encode()
    return made


def alias_write(content, key="p1", **more):
    version, weights = content
    routing = {"AdditionalVersionWeights": {name: share / 100 for name, share in weights.items()}}
    body = {"FunctionVersion": version, "RoutingConfig": routing, "RevisionId": "r", **more}
    return call("PUT", FUNCTION + "/aliases/live", body, body, key)


def intent(name, content=None):
    desired = {}
    if content:
        shares = {version: share / 100 for version, share in content[1].items()}
        desired = {"content": {"version": content[0], "weights": shares}}
    return "effect_intended", {"effect": {"name": name, "desired": desired}}


def journal(*events):
    return [{"run": "d-1", "seq": number + 1, "at": "t%d" % number, "type": kind, "body": body}
            for number, (kind, body) in enumerate(events)]


def row(**more):
    release = {"function": "shop", "place": "on_candidate", "candidate_version": "2"}
    return {"run": "d-1", "name": "shop", "state": "succeeded", "created": "t", "ended": "t",
            "errors": [], "releases": [release], **more}


def good():
    """A release in three shifts that another process took over after the first."""
    plan = types.SimpleNamespace(name="shop", functions=["shop"], alias="live", weights=[20, 60],
                                 new=False, fails=False, end="succeeded")
    events = journal(("run_created", {}), intent("UpdateFunctionCode"),
                     intent("UpdateAlias", STEPS[0]), ("run_claimed", {"epoch": 2}),
                     intent("UpdateAlias", STEPS[1]), intent("UpdateAlias", STEPS[2]),
                     ("run_ended", {"state": "succeeded"}))
    calls = [call("PUT", FUNCTION + "/code", {}, {}), alias_write(STEPS[0]),
             alias_write(STEPS[0], "p2"), alias_write(STEPS[1], "p2"),
             alias_write(STEPS[2], "p2")]
    before = {"alias": ("1", {}), "latest": OLD, "versions": {"1": OLD}}
    after = {"alias": ("2", {}), "latest": NEW, "versions": {"1": OLD, "2": NEW}}
    return Facts(plan, {"shop": before}, {"shop": after}, calls, [[(row(), events)]],
                 [("p1", event) for event in copy.deepcopy(events[:3])], False, {"resume"}, [])


class JudgeTest(unittest.TestCase):
    def assertFound(self, facts, text):
        found = verdict(facts)
        self.assertTrue(any(text in one for one in found), found)

    def test_a_good_release_is_found_good(self):
        self.assertEqual(verdict(good()), [])

    def test_a_step_written_twice(self):
        facts = good()
        facts.calls.insert(3, alias_write(STEPS[0], "p2"))
        self.assertFound(facts, "repeated the alias of shop as it is 2 times")

    def test_a_fence_and_the_way_back_at_the_baseline(self):
        facts = good()
        del facts.calls[2]
        facts.calls[1:1] = [alias_write(BASE, "p2"), alias_write(BASE, "p2")]
        self.assertFalse([one for one in verdict(facts) if "repeated" in one])
        facts.calls.insert(1, alias_write(BASE, "p2"))
        self.assertFound(facts, "repeated the alias of shop as it is 3 times")

    def test_a_repetition_without_a_take_over(self):
        facts = good()
        facts.calls.insert(2, alias_write(STEPS[0], "p1"))
        self.assertFound(facts, "the first process repeated")

    def test_a_step_that_is_left_out(self):
        facts = good()
        del facts.calls[3]
        self.assertFound(facts, "got 100 % instead of step 2")

    def test_a_weight_that_nobody_planned(self):
        facts = good()
        facts.calls[3] = alias_write(("1", {"2": 90}), "p2")
        self.assertFound(facts, "got 90 % instead of step 2")

    def test_a_late_write_of_an_earlier_step(self):
        facts = good()
        facts.calls.append(alias_write(STEPS[0]))
        self.assertFound(facts, "2 writes of ('1', (('2', 20.0),)), of which 1 were intended")

    def test_a_version_that_is_nobodys_candidate(self):
        facts = good()
        facts.calls[4] = alias_write(("7", {}), "p2")
        self.assertFound(facts, "version 7 got traffic")

    def test_two_ways_back(self):
        facts = good()
        facts.calls[3:] = [alias_write(("1", {})), alias_write(STEPS[1]), alias_write(("1", {}))]
        self.assertFound(facts, "went back twice")

    def test_an_effect_without_an_intent(self):
        facts = good()
        facts.calls.insert(1, call("PUT", FUNCTION + "/code", {}, {}))
        self.assertFound(facts, "2 times UpdateFunctionCode, of which 1 were intended")

    def test_a_version_published_twice(self):
        facts = good()
        facts.after["shop"]["versions"]["3"] = NEW
        self.assertFound(facts, "has 2 versions with the content")

    def test_another_release_has_a_version_of_its_own(self):
        facts = good()
        facts.foreign = True
        facts.after["shop"]["versions"]["3"] = NEW
        facts.calls.append(call("POST", FUNCTION + "/versions", {}, {}, "o1"))
        self.assertEqual([], [one for one in verdict(facts) if "versions with" in one])

    def test_an_alias_that_stands_elsewhere(self):
        facts = good()
        facts.after["shop"]["alias"] = STEPS[1]
        self.assertFound(facts, "but the alias is at")

    def test_a_place_that_no_plan_declares(self):
        facts = good()
        facts.stores[0][0][0]["releases"][0]["place"] = "left_split"
        self.assertFound(facts, "which nothing in the plan declares")

    def test_a_change_that_no_run_knows_of(self):
        facts = good()
        facts.stores[0][0][0]["releases"] = []
        self.assertFound(facts, "no run says so")

    def test_a_run_that_has_not_ended(self):
        facts = good()
        del facts.stores[0][0][0]["ended"]
        self.assertFound(facts, "has not ended")

    def test_an_end_that_the_plan_does_not_lead_to(self):
        facts = good()
        facts.stores[0][0][0]["state"] = "stopped"
        self.assertFound(facts, "is stopped, expected ['succeeded']")

    def test_a_row_that_the_journal_does_not_confirm(self):
        facts = good()
        facts.stores[0][0][1][-1]["body"]["state"] = "failed"
        self.assertFound(facts, "ends ['failed'], its row says succeeded")

    def test_an_event_that_got_lost(self):
        facts = good()
        del facts.stores[0][0][1][1]
        self.assertFound(facts, "has gaps")
        self.assertFound(facts, "told of event 2 of d-1, which is not in the journal")

    def test_an_event_that_was_written_anew(self):
        facts = good()
        facts.printed[1][1]["body"] = {"effect": {"name": "CreateFunction"}}
        self.assertFound(facts, "told of event 2")

    def test_an_epoch_that_does_not_rise(self):
        facts = good()
        facts.stores[0][0][1].insert(4, {"run": "d-1", "seq": 5, "at": "t", "type": "run_claimed",
                                         "body": {"epoch": 2}})
        self.assertFound(facts, "epochs of d-1 do not rise")

    def test_an_alias_write_without_its_guard(self):
        facts = good()
        facts.calls[1] = alias_write(STEPS[0], RevisionId="")
        self.assertFound(facts, "without guard or whole content")

    def test_an_alias_write_that_changes_the_description(self):
        facts = good()
        facts.calls[1] = alias_write(STEPS[0], Description="by sluice")
        self.assertFound(facts, "changes the description")

    def test_a_write_of_a_process_that_has_no_journal(self):
        facts = good()
        facts.unwritable = ["p2"]
        self.assertFound(facts, "a process without a journal wrote")

    def with_webhooks(self, *ids):
        facts = good()
        journal_of_it = facts.stores[0][0][1]
        journal_of_it[4:4] = journal(
            ("effect_intended", {"effect": {"name": "SendRequest",
                                            "desired": {"delivery": "d-1/t"}}}),
            ("node_ended", {"node": "default/release/tell", "status": "succeeded"}))
        for number, event in enumerate(journal_of_it):
            event["seq"] = number + 1
        for one in ids:
            facts.calls.append(Call("POST", "/webhook", {"sluice-delivery": one}, b""))
        return facts

    def test_a_webhook_that_came_once_is_good(self):
        self.assertEqual(verdict(self.with_webhooks("d-1/t")), [])

    def test_a_webhook_that_never_came(self):
        self.assertFound(self.with_webhooks(), "the webhook of d-1 never came")

    def test_a_webhook_under_another_id(self):
        self.assertFound(self.with_webhooks("d-1/t", "d-1/u"), "has the ids")

    def test_a_webhook_that_came_too_often(self):
        self.assertFound(self.with_webhooks("d-1/t", "d-1/t"), "came 2 times, intended 1 times")
