"""A lane has an endpoint of its own, and a gate before it; trials run in it one after the other."""
import base64
import io
import json
import os
import shutil
import urllib.parse
import zipfile

from chaos.disks import can_mount
from chaos.gate import Gate
from support.stage import GOOD, ROLE, Stage
from support.wire import AwsError


def zipped(build):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), GOOD % build)
    return base64.b64encode(packed.getvalue()).decode()


class Lane:
    def __init__(self, settle_delay):
        self.options = ("--settle-delay", settle_delay)
        self.stage = Stage(*self.options)
        self.gate = Gate(self.address())
        self.mounts = can_mount(self.stage.folder)

    def address(self):
        parts = urllib.parse.urlsplit(self.stage.url)
        return parts.hostname, parts.port

    def close(self):
        self.gate.close()
        self.stage.close()

    def stop_endpoint(self):
        self.stage.endpoint.end()

    def start_endpoint(self):
        self.stage.up(*self.options)
        self.gate.target = self.address()

    def forget(self, trial):
        """What a good trial leaves behind is not kept."""
        for running in trial.processes:
            if running in self.stage.processes:
                self.stage.processes.remove(running)
        shutil.rmtree(os.path.join(self.stage.folder, trial.folder), ignore_errors=True)

    # -- the endpoint as it is, past the gate

    def post(self, path, body, method="POST"):
        text, _ = self.stage.wire.call(method, "/2015-03-31/functions" + path, body)
        return json.loads(text)

    def create(self, name, alias):
        """A function with one version, and the alias on it: the baseline."""
        self.post("", {"FunctionName": name, "Runtime": "python3.12", "Handler": "app.handler",
                       "Role": ROLE, "MemorySize": 128, "Publish": bool(alias),
                       "Code": {"ZipFile": zipped("one")}})
        if alias:
            self.post("/%s/aliases" % name, {"Name": alias, "FunctionVersion": "1"})

    def look(self, name, alias):
        """What is there: {alias, versions {number: content}, latest}, or None."""
        wire = self.stage.wire
        latest = wire.function(name)
        if latest is None:
            return None
        listed = wire.read("/2015-03-31/functions/%s/versions" % name)["Versions"]
        return {"alias": wire.alias(name, alias) if alias else None,
                "latest": self.content(latest),
                "versions": {one["Version"]: self.content(one) for one in listed
                             if one["Version"] != "$LATEST"}}

    @staticmethod
    def content(configuration):
        return configuration["CodeSha256"], configuration["MemorySize"]

    def move_alias(self, name, version, weights=None):
        """As a person would who knows nothing of the run; False where there is no such thing."""
        try:
            self.stage.wire.set_alias(name, version, weights)
            return True
        except AwsError:
            return False
