"""A client of the local endpoint in the standard library: reads what is there without Sluice."""
import http.client
import json
import urllib.parse

SIGNATURE = ("AWS4-HMAC-SHA256 Credential=%s/20260101/%s/%s/aws4_request, "
             "SignedHeaders=host;x-amz-date, Signature=%s")


class AwsError(Exception):
    def __init__(self, status, body):
        super().__init__("%d %s" % (status, body))
        self.status = status
        self.body = body


class Wire:
    """Signed by a key that nobody declared: the endpoint takes any signature of such a key."""

    def __init__(self, url, key="reader", region="us-east-1"):
        self.host = urllib.parse.urlsplit(url).netloc
        self.key, self.region = key, region

    def call(self, method, path, body=None, service="lambda", headers=()):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            fields = {"Authorization": SIGNATURE % (self.key, self.region, service, "0" * 64),
                      "X-Amz-Date": "20260101T000000Z", "Content-Type": "application/json"}
            fields.update(headers)
            data = json.dumps(body) if isinstance(body, (dict, list)) else body
            connection.request(method, path, data, fields)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 300:
                raise AwsError(answer.status, text.decode("utf-8", "replace"))
            return text, dict((name.lower(), value) for name, value in answer.getheaders())
        finally:
            connection.close()

    def read(self, path):
        return json.loads(self.call("GET", path)[0])

    def function(self, name, qualifier=None):
        """FunctionConfiguration, or None."""
        more = "?Qualifier=" + qualifier if qualifier else ""
        try:
            return self.read("/2015-03-31/functions/%s/configuration%s" % (name, more))
        except AwsError as error:
            if error.status == 404:
                return None
            raise

    def alias(self, name, alias="live"):
        """(version, {other version: percent}), or None."""
        try:
            found = self.read("/2015-03-31/functions/%s/aliases/%s" % (name, alias))
        except AwsError as error:
            if error.status == 404:
                return None
            raise
        weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        return found["FunctionVersion"], {version: round(weight * 100, 6)
                                          for version, weight in weights.items()}

    def set_alias(self, name, version, weights=None, alias="live"):
        body = {"FunctionVersion": version, "RoutingConfig":
                {"AdditionalVersionWeights": {k: v / 100 for k, v in (weights or {}).items()}}}
        self.call("PUT", "/2015-03-31/functions/%s/aliases/%s" % (name, alias), body)

    def versions(self, name):
        """Numbers of the published versions, oldest first."""
        found = self.read("/2015-03-31/functions/%s/versions" % name)["Versions"]
        return [one["Version"] for one in found if one["Version"] != "$LATEST"]

    def tags(self, arn):
        return self.read("/2017-03-31/tags/" + urllib.parse.quote(arn, safe=""))["Tags"]

    def invoke(self, name, payload=None):
        """(answer, executed version, function error or None)."""
        function, _, qualifier = name.partition(":")
        path = "/2015-03-31/functions/%s/invocations" % function
        if qualifier:
            path += "?Qualifier=" + qualifier
        text, headers = self.call("POST", path, json.dumps(payload or {}))
        return (json.loads(text), headers.get("x-amz-executed-version"),
                headers.get("x-amz-function-error"))

    def metrics(self, operation, members):
        """A call of CloudWatch."""
        fields = {"X-Amz-Target": "GraniteServiceVersion20100801." + operation,
                  "Content-Type": "application/x-amz-json-1.0"}
        text, _ = self.call("POST", "/", members, service="monitoring", headers=fields)
        return json.loads(text)
