"""Figures as tables in markdown."""

from collections import Counter

LOOK_OUTS = ("ListEventSourceMappings", "GetFunctionUrlConfig", "GetPolicy")
AIMS = {"late_ms": 150, "help_ms": 20, "first_call_ms": 60, "memory_mb": 40, "size_mb": 40}


def table(heads, rows, numbers_from=1):
    lines = ["| " + " | ".join(heads) + " |",
             "|" + "|".join("---" if i < numbers_from else "--:" for i in range(len(heads))) + "|"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def short(operations):
    """'GetFunction ×2, UpdateAlias': in the order of their first appearance."""
    counted = Counter(operations)
    return ", ".join(name + (" ×%d" % n if n > 1 else "") for name, n in counted.items()) or "none"


def number(value, digits=0):
    return "%.*f" % (digits, value)


def middle(samples, digits=0):
    """The median, and the range it comes from."""
    keys = ("median", "smallest", "largest")
    return "%s (%s–%s)" % tuple(number(samples[key], digits) for key in keys)


def verdict(value, aim):
    return "yes" if value <= aim else "**no**"


def call_rows(calls):
    for row in calls:
        made = Counter(row["calls"])
        identity = [name for name in row["calls"] if name.startswith("sts:")]
        look_outs = [name for name in row["calls"] if name in LOOK_OUTS]
        guards = list((made - Counter(row["bound"]) - Counter(identity) -
                       Counter(look_outs)).elements())
        missing = list((Counter(row["bound"]) - made).elements())
        yield row, identity, look_outs, guards, missing


def calls_text(calls):
    rows, notes = [], []
    for row, identity, look_outs, guards, missing in call_rows(calls):
        rows.append([row["title"], len(row["bound"]), len(row["calls"]), len(guards),
                     len(look_outs), len(identity), row["commits"]])
        note = "- **%s**: bound %s." % (row["title"], short(row["bound"]))
        if guards:
            note += " Beside it %s: %s." % (short(guards), row["difference"] or "**unexplained**")
        if missing:
            note += " **Without** %s." % short(missing)
        notes.append(note)
    heads = ["release", "bound", "calls", "of them reads and guards beyond the bound",
             "look-outs for traffic past the alias", "identity", "commits of the journal"]
    return table(heads, rows) + "\n" + "\n".join(notes) + "\n"


def wall_text(releases):
    titles = {row["id"]: row["title"] for row in releases["calls"]}
    text = ""
    for delay in sorted({row["settle_delay"] for row in releases["wall"]}):
        rows = []
        for row in (r for r in releases["wall"] if r["settle_delay"] == delay):
            late = row.get("late")
            rows.append([titles[row["id"]], number(row["endpoint"]["median"]),
                         number(row["plain"]["median"]), number(row["sluice"]["median"]),
                         middle(row["more"]), middle(late) if late else "–",
                         verdict(late["largest"], AIMS["late_ms"]) if late else "–",
                         number(row["late_in_all"]["median"]) if late else "–",
                         number(row["early_looks"], 1), number(row["committing"]["median"])])
        name = "at once" if delay == 0 else "%d to %d ms" % (delay, delay + 100)
        heads = ["settles " + name + "; ms", "endpoint itself", "shortest client", "sluice",
                 "sluice beyond the shortest", "late per wait", "≤ %d" % AIMS["late_ms"],
                 "late in all", "looks too early", "in commits"]
        text += table(heads, rows) + "\n"
    rows = [[titles[row["id"]], number(row["sluice"]["median"]),
             number(row["without_budget"]["median"])]
            for row in releases["wall"] if "without_budget" in row]
    heads = ["settles at once; ms", "sluice", "without the budget of calls"]
    text += table(heads, rows)
    commit, write = (releases["commits"][key] for key in ("commit", "write"))
    sentence = ("\nOne commit of the journal took %s ms; 4 KB more at the end of a file on the "
                "same disk, kept as safely, %s ms: it took %s times as long.\n")
    return text + sentence % (middle(commit, 2), middle(write, 2),
                              number(commit["median"] / write["median"], 1))


def startup_text(startup):
    times, first = startup["times"], startup["first_call"]
    floor = times["/bin/true"]["median"]
    rows = []
    for name, samples in times.items():
        aim = AIMS["help_ms"] if name == "sluice --help" else None
        rows.append([name, middle(samples, 1), number(samples["median"] / floor, 1),
                     verdict(samples["median"], aim) + " (%d)" % aim if aim else "–"])
    for name, samples in ((name, each["asked"]) for name, each in first.items()):
        rows.append(["sluice deploy, to the first AWS call; " + name, middle(samples, 1),
                     number(samples["median"] / floor, 1),
                     verdict(samples["median"], AIMS["first_call_ms"]) +
                     " (%d)" % AIMS["first_call_ms"]])
    text = table(["start-up; ms", "median (smallest–largest)", "times /bin/true", "within aim"],
                 rows)
    text += "\n`sluice version` used %.1f ms of processor, /bin/true %.1f ms.\n\n" % (
        startup["version"]["cpu_ms"], startup["floor"]["cpu_ms"])
    rows = [[name, number(size / 1e6, 1), verdict(size / 1e6, AIMS["size_mb"]) +
             " (%d)" % AIMS["size_mb"]] for name, size in startup["size"].items()]
    text += table(["binary; MB", "size", "within aim"], rows) + "\n"
    rows = [[title, "", number(startup[key]["peak_kilobytes"] / 1024, 1), "–", "–"]
            for key, title in (("floor", "/bin/true"), ("version", "sluice version"))]
    for row in startup["memory"]:
        peak = row["peak_kilobytes"] / 1024
        rows.append(["%s of %s MB" % (row["kind"], row["megabytes"]), row["release"],
                     number(peak, 1), verdict(peak, AIMS["memory_mb"]) + " (%d)" %
                     AIMS["memory_mb"], number(row["wall_ms"])])
    return text + table(["peak memory", "release", "MiB", "within aim", "wall, ms"], rows, 2)


def endpoint_text(endpoint):
    rows = [[row["title"], row["callers"], middle(row["per_second"]),
             number(row["share_of_ceiling"]["median"], 3), number(row["median_ms"]["median"], 2),
             number(row["slow_ms"]["median"], 2), number(row["server_us"]["median"]),
             number(row["functions_us"]["median"]), number(row["generator_us"]["median"])]
            for row in sorted(endpoint["rows"],
                              key=lambda r: (r["id"] != "static", r["id"], r["callers"]))]
    heads = ["call", "callers", "per second", "of the ceiling", "latency, ms", "99 %, ms",
             "processor µs per call: server", "functions", "generator"]
    busy = endpoint["processors_busy_with_others"]
    return table(heads, rows) + "\nMeanwhile other programs kept %.1f processors busy.\n" % busy


def paused_text(paused):
    def rows_of(what, columns):
        return [[row["wanted_runs"]] + [number(row[key], digits) for key, digits in columns]
                for row in paused if row["what"] == what]
    held = []
    for what, title in (("hold", "outside of it"), ("hold all in memory", "in it")):
        held += [[title] + row for row in rows_of(what, (
            ("in_memory", 0), ("empty_mb", 0), ("memory_mb", 0), ("peak_mb", 0),
            ("idle_cpu_percent", 2), ("resumed_seconds", 1)))]
    text = table(["runs that wait are kept", "runs", "in memory", "process without runs, MiB",
                  "with them, MiB", "peak, MiB", "idle, % of a processor", "taken up in, s"],
                 held) + "\n"
    text += table(["due within a minute", "late p50, ms", "p99, ms", "largest, ms",
                   "% of a processor"], rows_of("late", (
                       ("p50_ms", 0), ("p99_ms", 0), ("largest_ms", 0), ("cpu_percent", 0))),
                  0) + "\n"
    text += table(["overdue after kill -9", "store open, s", "first shift, s", "last shift, s",
                   "all taken up, s", "all ended, s", "events/s", "commits/s",
                   "store alone, commits/s", "share of time in commits"], rows_of("recover", (
                       ("opened_seconds", 1), ("first_seconds", 1), ("last_seconds", 1),
                       ("resumed_seconds", 1), ("ended_seconds", 1),
                       ("transitions_per_second", 0), ("commits_per_second", 0),
                       ("bare_commits_per_second", 0), ("committing_share", 2))), 0)
    return text


def document(figures):
    machine = figures["machine"]
    text = "# Figures\n\n%s, %d processors, %s, build type %s; load %s before, %s after.%s\n" % (
        machine["processor"], machine["processors"], machine["system"], machine["build"],
        number(machine["load_before"][0], 1), number(machine["load_after"][0], 1),
        " Quick run: few rounds." if figures["quick"] else "")
    if "releases" in figures:
        text += "\n## Calls of a release\n\n" + calls_text(figures["releases"]["calls"])
        text += "\n## Wall time of a release\n\n" + wall_text(figures["releases"])
    if "startup" in figures:
        text += "\n## Start-up, size, memory\n\n" + startup_text(figures["startup"])
    if "endpoint" in figures:
        text += "\n## The local endpoint\n\n" + endpoint_text(figures["endpoint"])
    if "paused" in figures:
        text += "\n## Paused releases\n\n" + paused_text(figures["paused"])
    return text
