"""The one style of the member names that Sluice writes: docs/reference/json.md."""
import json
import re

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
OTHER = re.compile(r"[a-z][A-Za-z0-9]*[A-Z]|[A-Za-z0-9]+-[a-z]")
ENVELOPE = {"apiVersion", "traceId"}
# What stands below these is AWS's or the user's: its spelling is theirs.
FOREIGN = {"configuration", "payload", "tags", "environment", "context", "set", "headers"}


def strange_names(value, path="$"):
    """The paths of the members that are written in another style."""
    found = []
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += strange_names(item, "%s[%d]" % (path, number))
    elif isinstance(value, dict):
        for name, item in value.items():
            if OTHER.match(name) and name not in ENVELOPE:
                found.append("%s.%s" % (path, name))
            if name not in FOREIGN:
                found += strange_names(item, "%s.%s" % (path, name))
    return found


def documents(text):
    """The JSON of a program's output: one document, or one a line."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def check(text):
    """Raises where a document that Sluice printed has a name in another style."""
    for document in documents(text):
        found = strange_names(document)
        assert not found, "not snake_case: %s" % ", ".join(found)
    return documents(text)
