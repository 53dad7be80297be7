"""Figures of a server with much to do, as tables in markdown."""

from report.tables import number, table


def loads(section):
    return "Load %s before, %s after.\n" % tuple(number(load, 1) for load in section["load"])


def order_text(rounds):
    rows = [[row["releases"], number(row["seconds"], 1), number(row["per_second"], 1),
             row["refused"], number(row["p50_s"], 1), number(row["p99_s"], 1),
             number(row["largest_to_median"], 2), number(row["moved_p50"]),
             number(row["moved_largest"])] for row in rounds]
    heads = ["releases due at once", "last one acts after, s", "shifts/s", "refused as too fast",
             "wait p50, s", "p99, s", "largest / median", "places out of order, p50", "largest"]
    text = table(heads, rows, 0) + "\n"
    rows = [[number(row["neighbour_p50_s"], 2), number(row["neighbour_largest_s"], 2),
             number(row["seconds"] / row["neighbour_largest_s"], 1),
             number(row["rollback_s"] * 1000), row["shifts_before_rollback"],
             row["shifts_overtaken"]] for row in rounds]
    heads = ["ten of another Region: p50, s", "largest, s", "crowd / largest",
             "a rollback meanwhile, ms", "shifts that came before it", "shifts it overtook"]
    return text + table(heads, rows, 0)


ROLLBACKS = {
    "idle": "paused release, nothing else to do",
    "waits for its own shift": "one of the others, whose own shift waits for its turn",
    "paused, others compete": "paused release, while the others compete",
    "paused, many at once": "the same, all of them asked for at once"}


def rollback_text(figures):
    rows = [[ROLLBACKS[row["what"]], row["count"]] +
            [number(row[key]) for key in ("decided_p50_ms", "decided_p99_ms", "decided_largest_ms",
                                          "asked_p50_ms", "asked_p99_ms", "deciding_p99_ms")]
            for row in figures["rows"]]
    heads = ["rollback of a", "number", "decided → restored p50, ms", "p99", "largest",
             "signal → restored p50, ms", "p99", "signal → decided p99"]
    return table(heads, rows) + (
        "\n%d others competed for %.0f s, of which %d came to their shift; the endpoint refused "
        "%d calls as too fast.\n" % (figures["releases"], figures["seconds"],
                                    figures["shifted_meanwhile"], figures["refused"]))


def recovery_text(figures):
    rows = [[row["wanted_runs"]] + [number(row[key], digits) for key, digits in (
        ("opened_seconds", 1), ("first_seconds", 1), ("last_seconds", 1), ("ended_seconds", 1),
        ("transitions_per_second", 0), ("commits_per_second", 0), ("bare_commits_per_second", 0),
        ("committing_share", 2))] for row in figures if row["what"] == "recover"]
    heads = ["unfinished runs after kill -9", "store open and listed, s", "first overdue shift, s",
             "last, s", "all ended, s", "events/s", "commits/s", "store alone, commits/s",
             "share of time in commits"]
    return table(heads, rows, 0)


def transitions_text(figures):
    rows = []
    for row in figures:
        bare = row["bare_commits_per_second"]
        rows.append([row["store"], row["servers"]] +
                    [number(row[key + "_per_second"]) for key in ("steps", "events", "commits")] +
                    [number(bare), number(row["commits_per_second"] / bare if bare else 0, 2)])
    heads = ["store", "servers", "steps/s", "events/s", "commits/s", "store alone, commits/s",
             "share of it"]
    return table(heads, rows)


def streams_text(figures):
    names = {"no-stream": "no stream open", "open-streams": "%d open" % figures["streams"],
             "open-streams-and-events": "%d open, and events" % figures["streams"]}
    rows = [[names[row["what"]]] + spread(row, 1) for row in figures["lists"]]
    text = table(["a page of %d runs; ms" % figures["runs"], "p50", "p99", "largest"], rows) + "\n"
    rows = []
    for row in figures["events"]:
        rows.append([row["streams_of_the_run"]] + spread(row["from_journal"])[:2] +
                    spread(row["from_request"])[:2] + spread(row["last_stream"])[:2] +
                    spread(row["request"])[:2])
    heads = ["streams of the run; ms", "journal → client p50", "p99", "request → client p50", "p99",
             "request → last client p50", "p99", "request answered p50", "p99"]
    return text + table(heads, rows, 0)


def spread(samples, digits=0):
    return [number(samples[key], digits) for key in ("p50_ms", "p99_ms", "largest_ms")]


SECTIONS = (("order", "Order under the budget of calls", order_text),
            ("rollback", "Rollbacks", rollback_text),
            ("recovery", "Recovery after kill -9", recovery_text),
            ("transitions", "Transitions", transitions_text),
            ("streams", "Lists and event streams", streams_text))


def document(scale):
    text = ""
    for name, title, tell in SECTIONS:
        if name in scale:
            text += "\n## %s\n\n%s\n%s" % (title, tell(scale[name]["figures"]),
                                            loads(scale[name]))
    return text
