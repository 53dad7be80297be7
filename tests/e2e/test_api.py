"""The API of a process that executes a run, against its OpenAPI document, by a validator that is
not ours."""
import glob
import http.client
import importlib.util
import json
import os
import socket
import unittest
import uuid

from support.processes import until
from support.stage import StageTest

DOCUMENT = os.path.join(os.path.dirname(__file__), "../../docs/reference/openapi.json")


def has(module):
    return importlib.util.find_spec(module) is not None


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Api:
    """Asks, and compares every answer with the document."""

    def __init__(self, path):
        import jsonschema
        self.path = path
        with open(DOCUMENT, encoding="utf-8") as file:
            self.document = json.load(file)
        self.validator = jsonschema.Draft202012Validator
        self.validated = 0

    def declared(self, method, path, status):
        parts = path.split("?")[0].split("/")
        for pattern, operations in self.document["paths"].items():
            wanted = pattern.split("/")
            if len(wanted) == len(parts) and all(w.startswith("{") or w == p
                                                 for w, p in zip(wanted, parts)):
                operation = operations.get(method.lower())
                if operation:
                    found = operation["responses"].get(str(status))
                    return found or operation["responses"]["default"]
        return {"$ref": "#/components/responses/Problem"}

    def resolved(self, value):
        while "$ref" in value:
            found = self.document
            for part in value["$ref"][2:].split("/"):
                found = found[part]
            value = found
        return value

    def ask(self, method, path, body=None, **headers):
        connection = UnixConnection(self.path)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8")
        connection.close()
        self.validate(method, path, response, text)
        return response, text

    def validate(self, method, path, response, text):
        content = self.resolved(self.declared(method, path, response.status)).get("content")
        if content is None or method == "HEAD":
            assert text == "", text
            return
        kind = (response.headers["Content-Type"] or "").split(";")[0]
        assert kind in content, "%s %s: %s is not described" % (method, path, kind)
        if kind.endswith("json"):
            schema = {**content[kind]["schema"], "components": self.document["components"]}
            self.validator(schema).validate(json.loads(text))
            self.validated += 1


class ApiTest(StageTest):
    @unittest.skipUnless(has("openapi_spec_validator"), "openapi-spec-validator is not installed")
    def test_the_document_is_openapi(self):
        from openapi_spec_validator import validate
        with open(DOCUMENT, encoding="utf-8") as file:
            validate(json.load(file))

    @unittest.skipUnless(has("jsonschema"), "jsonschema is not installed")
    def test_every_answer_is_as_described(self):
        self.deployed("one")
        running, run = self.stage.start_deploy("two", strategy=[{"shift": 50, "pause": "1h"}])
        runtime = self.stage.env["XDG_RUNTIME_DIR"]
        found = until(lambda: glob.glob(runtime + "/sluice-*.sock"), "the holder serves")
        api = Api(found[0])
        until(lambda: "waits_for" in api.ask("GET", "/api/v1/runs/" + run)[1], "the run waits")

        served = json.loads(api.ask("GET", "/api/v1/openapi.json")[1])
        self.assertEqual(served, api.document)
        for path in ("/healthz", "/api/v1/healthz", "/readyz", "/metrics", "/", "/api/v1/runs",
                     "/api/v1/runs?limit=1", "/api/v1/runs/%s" % run,
                     "/api/v1/runs/%s/plan" % run, "/api/v1/runs/%s/events" % run,
                     "/api/v1/runs/%s/events?limit=2" % run):
            response, text = api.ask("GET", path)
            self.assertEqual(response.status, 200, path + "\n" + text)
        for method, path, body, status in (
                ("GET", "/nothing", None, 404), ("GET", "/api/v1/runs?stat=x", None, 400),
                ("GET", "/api/v1/runs?cursor=x", None, 400),
                ("GET", "/api/v1/runs/d-000000000", None, 404),
                ("GET", "/api/v1/runs/d-000000000/plan", None, 404),
                ("GET", "/api/v1/runs/d-000000000/events", None, 404),
                ("DELETE", "/api/v1/runs", None, 405), ("POST", "/api/v1/runs", {"palns": 1}, 400),
                ("POST", "/api/v1/runs/%s/signals" % run, {"kind": "continue"}, 409),
                ("POST", "/api/v1/runs/%s/resume" % run, {"aws": {}}, 204),
                ("HEAD", "/api/v1/packages/" + "0" * 64, None, 404),
                ("PUT", "/api/v1/packages/" + "0" * 64, None, 422)):
            response, text = api.ask(method, path, body)
            self.assertEqual(response.status, status, method + " " + path + "\n" + text)

        key = str(uuid.uuid4())
        for replayed in (None, "true"):
            response, text = api.ask("POST", "/api/v1/runs/%s/signals" % run, {"kind": "skip"},
                                     Idempotency_Key=key)
            self.assertEqual(response.status, 204, text)
            self.assertEqual(response.headers["Idempotency-Replayed"], replayed)
        self.assertEqual(running.wait(), 0, running.err)
        self.assertGreater(api.validated, 15)
