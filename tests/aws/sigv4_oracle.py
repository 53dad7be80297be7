"""Signs the requests read from the file named first, with botocore; one signature a line.

Each line of input is a JSON object: service, method, url, headers, body, token, unsigned.
Exits with 77 where botocore is not installed.
"""
import datetime
import json
import sys

try:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.config import Config
    from botocore.credentials import Credentials
except ImportError:
    sys.exit(77)

MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5)


class FixedDatetime(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return MOMENT


if hasattr(botocore.auth, "get_current_datetime"):
    botocore.auth.get_current_datetime = lambda *args, **kwargs: MOMENT
else:
    botocore.auth.datetime = type("Module", (), {"datetime": FixedDatetime})

with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        case = json.loads(line)
        credentials = Credentials("AKIDEXAMPLE", case["secret"], case["token"] or None)
        request = AWSRequest(
            method=case["method"],
            url=case["url"],
            headers=case["headers"],
            data=case["body"].encode("utf-8"),
        )
        kind = botocore.auth.S3SigV4Auth if case["service"] == "s3" else botocore.auth.SigV4Auth
        request.context["client_config"] = Config(
            s3={"payload_signing_enabled": not case["unsigned"]}
        )
        kind(credentials, case["service"], "eu-west-1").add_auth(request)
        print(request.headers["Authorization"].rsplit("Signature=", 1)[1])
