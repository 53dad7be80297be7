"""Stands between the releasing processes and the local endpoint: sees every call, can act on it.

A watcher is told of each call twice: when it has "arrived" and is not yet at the endpoint, and when
it is "answered" and the answer is not yet at the caller. It may take its time meanwhile, and may
say CUT, which closes the connection instead of going on.

Webhooks of the releases come here as well, and are answered.
"""
import http.client
import re
import socketserver
import threading

CUT = "cut"
WEBHOOK = "/webhook"
FUNCTIONS = re.compile(r"/\d{4}-\d{2}-\d{2}/functions")
SIGNER = re.compile(r"Credential=([^/]+)/[^/]+/[^/]+/([^/]+)/")
# Method and path below /functions to the operation; what is not listed is named by both.
OPERATIONS = (
    ("POST", r"", "CreateFunction"), ("PUT", r"/[^/]+/code", "UpdateFunctionCode"),
    ("PUT", r"/[^/]+/configuration", "UpdateFunctionConfiguration"),
    ("POST", r"/[^/]+/versions", "PublishVersion"), ("POST", r"/[^/]+/aliases", "CreateAlias"),
    ("PUT", r"/[^/]+/aliases/[^/]+", "UpdateAlias"),
    ("PUT", r"/[^/]+/concurrency", "PutFunctionConcurrency"),
    ("POST", r"/[^/]+/invocations", "Invoke"), ("DELETE", r"/[^/]+", "DeleteFunction"),
)


class Call:
    """One request, who sent it, and what became of it."""

    def __init__(self, method, path, headers, body):
        self.number = 0
        self.method, self.path, self.body = method, path, body
        self.headers = headers
        who = SIGNER.search(headers.get("authorization", ""))
        self.key, self.service = who.groups() if who else ("", "")
        self.operation = self._operation()
        self.status = None  # of the endpoint; None where it never answered
        self.answer = b""

    def _operation(self):
        if self.path == WEBHOOK:
            return "Webhook"
        path = self.path.partition("?")[0]
        if self.service == "lambda" and FUNCTIONS.match(path):
            rest = FUNCTIONS.sub("", path, count=1).rstrip("/")
            for method, pattern, name in OPERATIONS:
                if method == self.method and re.fullmatch(pattern, rest):
                    return name
        return self.method + " " + path

    @property
    def writes(self):
        """Whether it changes something at the endpoint."""
        return (self.service == "lambda" and self.method != "GET" and self.operation != "Invoke" and
                b'"DryRun":true' not in self.body)

    @property
    def happened(self):
        return self.writes and self.status is not None and 200 <= self.status < 300

    def __str__(self):
        return "%d %s %s %s -> %s %s" % (self.number, self.key, self.operation, self.path,
                                         self.status, self.body[:200].decode("utf-8", "replace")
                                         if self.service == "lambda" and self.writes and
                                         len(self.body) < 1000 else "")


class Answered:
    """What a webhook is answered."""

    status, reason = 200, "OK"

    def __init__(self, call):
        call.status = self.status

    @staticmethod
    def getheaders():
        return []


class Gate:
    def __init__(self, target):
        self.target = target  # (host, port) of the endpoint
        self.watch = lambda call, moment: None
        self._calls = []
        self._lock = threading.Lock()
        self._write = threading.Lock()  # writes reach the endpoint one after the other
        gate = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 120
            disable_nagle_algorithm = True

            def handle(self):
                gate._serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128
            block_on_close = False

            def handle_error(self, request, client_address):
                pass  # a caller that was killed, or an endpoint that is down

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1},
                         daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def calls(self):
        """Every call so far, writes in the order in which they had their effects."""
        with self._lock:
            return list(self._calls)

    def clear(self):
        with self._lock:
            self._calls.clear()

    def forward(self, call):
        """Sends it to the endpoint, whoever still waits for the answer."""
        if not call.writes:
            return self._exchange(call)
        with self._write:
            with self._lock:
                if call in self._calls:  # held until now: others went before it
                    self._calls.remove(call)
                self._calls.append(call)
            return self._exchange(call)

    def _exchange(self, call):
        connection = http.client.HTTPConnection(*self.target, timeout=60)
        try:
            # The endpoint is asked under the name by which the caller signed.
            fields = {name: value for name, value in call.headers.items() if name != "connection"}
            connection.request(call.method, call.path, call.body, fields)
            answer = connection.getresponse()
            call.answer = answer.read()
            call.status = answer.status
            return answer
        finally:
            connection.close()

    @staticmethod
    def _read(stream):
        line = stream.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while True:
            field = stream.readline(65536).decode("latin-1").strip()
            if not field:
                break
            name, _, value = field.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
        return Call(line[0], line[1], headers, body)

    def _serve(self, handler):
        while True:
            call = self._read(handler.rfile)
            if call is None:
                return
            with self._lock:
                call.number = len(self._calls) + 1
                self._calls.append(call)
            if self.watch(call, "arrived") == CUT:
                return
            answer = Answered(call) if call.operation == "Webhook" else self.forward(call)
            if self.watch(call, "answered") == CUT:
                return
            head = ["HTTP/1.1 %d %s" % (answer.status, answer.reason)]
            head += ["%s: %s" % field for field in answer.getheaders()
                     if field[0].lower() not in ("connection", "transfer-encoding",
                                                 "content-length", "keep-alive")]
            head += ["Content-Length: %d" % len(call.answer), "", ""]
            handler.wfile.write("\r\n".join(head).encode("latin-1") + call.answer)
