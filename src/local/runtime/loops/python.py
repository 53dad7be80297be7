"""Runs a Lambda handler: asks the Runtime API for an event, calls the handler, posts what it says.

It speaks HTTP on a socket itself and sends an answer together with the next question: http.client
would cost several times as much as all the rest of a request.
"""
import importlib
import json
import os
import socket
import sys
import time
import traceback

BASE = "/2018-06-01/runtime"
ROOT = os.environ["LAMBDA_TASK_ROOT"]
API = os.environ["AWS_LAMBDA_RUNTIME_API"]


class RuntimeFailure(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Connection:
    def __init__(self):
        host, port = API.split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")

    def send(self, *requests):
        self.socket.sendall(b"".join(requests))

    def answer(self):
        line = self.reader.readline()
        if not line:
            sys.exit(0)  # whoever started us has gone
        fields = {}
        while (line := self.reader.readline().rstrip()):
            name, _, value = line.decode().partition(":")
            fields[name.lower()] = value.strip()
        return fields, self.reader.read(int(fields.get("content-length", 0)))


def request(method, path, body=None, fields=""):
    length = "" if body is None else f"Content-Length: {len(body)}\r\n"
    head = f"{method} {BASE}{path} HTTP/1.1\r\nHost: {API}\r\n{fields}{length}\r\n"
    return head.encode() + (body or b"")


NEXT = request("GET", "/invocation/next")


class ClientContext:
    def __init__(self, document):
        self.custom = document.get("custom")
        self.env = document.get("env")
        self.client = None
        if client := document.get("client"):
            self.client = type("Client", (), client)()


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    def __init__(self, fields):
        self.aws_request_id = fields["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = fields["lambda-runtime-invoked-function-arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        client = fields.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self._deadline = int(fields["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)


def load(name):
    try:
        module_name, handler_name = name.rsplit(".", 1)
    except ValueError as error:
        raise RuntimeFailure("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise RuntimeFailure("Runtime.ImportModuleError", message)
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", message)
    if not hasattr(module, handler_name):
        message = f"Handler '{handler_name}' missing on module '{module_name}'"
        raise RuntimeFailure("Runtime.HandlerNotFound", message)
    return getattr(module, handler_name)


def own_frames(error):
    """The frames of the user's code: not ours, not those of the import machinery."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f for f in frames if f.filename != __file__ and "importlib" not in f.filename]


def failure(error, request_id=""):
    """The body and the fields of an error post; writes the error to the log as well."""
    known = isinstance(error, RuntimeFailure)
    kind = error.kind if known else type(error).__name__
    trace = [] if known else traceback.format_list(own_frames(error))
    document = {"errorMessage": str(error), "errorType": kind, "requestId": request_id}
    document["stackTrace"] = trace
    print(f"[ERROR] {kind}: {error}")
    if trace:
        print("Traceback (most recent call last):", "".join(trace), sep="\n", end="")
    sys.stdout.flush()
    return json.dumps(document).encode(), f"Lambda-Runtime-Function-Error-Type: {kind}\r\n"


def call(handler, body, context):
    try:
        event = json.loads(body)
    except ValueError as error:
        raise RuntimeFailure("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")
    result = handler(event, context)
    try:
        return json.dumps(result, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise RuntimeFailure("Runtime.MarshalError", f"Unable to marshal response: {error}")


def main():
    sys.stdout.reconfigure(line_buffering=True)
    sys.path[0] = ROOT
    connection = Connection()
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as error:
        body, fields = failure(error)
        connection.send(request("POST", "/init/error", body, fields))
        connection.answer()
        sys.exit(1)
    connection.send(NEXT)
    while True:
        fields, body = connection.answer()
        context = Context(fields)
        os.environ["_X_AMZN_TRACE_ID"] = fields["lambda-runtime-trace-id"]
        path = f"/invocation/{context.aws_request_id}"
        try:
            post = request("POST", path + "/response", call(handler, body, context))
        except Exception as error:
            post = request("POST", path + "/error", *failure(error, context.aws_request_id))
        sys.stdout.flush()
        connection.send(post, NEXT)
        connection.answer()


main()
