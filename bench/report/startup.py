"""Start-up, size and memory of the built `sluice`."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

MEGABYTE = 1024 * 1024
RELEASE_FILE = """function: {function}
region: us-east-1
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/bench
package: {package}
alias: live
"""


def call(tool, what, rounds, commands, environment=None):
    words = [str(tool), what, str(rounds)] + [json.dumps([str(w) for w in c]) for c in commands]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False, env=environment)
    if done.returncode != 0:
        sys.exit("bench/run: bench_startup %s failed; its message stands above" % what)
    return json.loads(done.stdout)


def make_zip(path, megabytes, seed):
    """A package of that size which cannot be compressed."""
    generator = random.Random(seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("index.js", "exports.handler = async () => ({});\n")
        archive.writestr("data.bin", generator.randbytes(int(megabytes * MEGABYTE)))


def sizes(sluice, folder):
    stripped = folder / "stripped"
    found = {"built": sluice.stat().st_size}
    if shutil.which("strip"):
        shutil.copy(sluice, stripped)
        subprocess.run(["strip", str(stripped)], check=True)
        found["stripped"] = stripped.stat().st_size
    return found


@contextlib.contextmanager
def local_endpoint(program):
    process = subprocess.Popen([str(program), "--serve", "endpoint"], stdout=subprocess.PIPE,
                               text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def put(url, path, body):
    """Into the local endpoint's S3, which believes any signature of an undeclared key."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = "bench/%s/us-east-1/s3/aws4_request" % stamp[:8]
    request = urllib.request.Request(url + path, data=body, method="PUT", headers={
        "X-Amz-Date": stamp, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
        "Content-Type": "application/octet-stream",
        "Authorization": "AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=host;x-amz-date, "
                         "Signature=%s" % (scope, "0" * 64)})
    with urllib.request.urlopen(request) as answer:
        answer.read()


def user(folder, url):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "XDG_"))}
    environment.update(AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="bench", HOME=str(folder),
                       AWS_SECRET_ACCESS_KEY="bench", AWS_REGION="us-east-1",
                       XDG_STATE_HOME=str(folder / "state"), XDG_RUNTIME_DIR=str(folder / "run"))
    for name in ("state", "run"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    return environment


def release_file(folder, function, package):
    path = folder / (function + ".yaml")
    path.write_text(RELEASE_FILE.format(function=function, package=package))
    return path


def memory(tool, sluice, endpoint_program, folder):
    """Peaks of `sluice deploy`: a first create, then a release of other code of the same size."""
    rows = []
    with local_endpoint(endpoint_program) as url:
        environment = user(folder, url)
        put(url, "/bench-packages", b"")
        for megabytes in (0.01, 5, 40):
            name = "package-%s" % str(megabytes).replace(".", "-")
            for seed, title in ((1, "first create"), (2, "update")):
                package = folder / (name + ".zip")
                make_zip(package, megabytes, seed)
                key = "/bench-packages/%s-%d.zip" % (name, seed)
                put(url, key, package.read_bytes())
                for kind, place in (("zip", package.name), ("S3", "s3:/" + key)):
                    path = release_file(folder, "%s-%s" % (kind, name), place)
                    rows.append({"kind": kind, "megabytes": megabytes, "release": title,
                                 **deploy(tool, sluice, environment, path)})
    return rows


def deploy(tool, sluice, environment, path):
    print("startup: memory, %s" % path.name, file=sys.stderr)
    return call(tool, "memory", 1, [[sluice, "deploy", path]], environment)


def first_calls(tool, sluice, path, rounds):
    """By what the state folder holds and lies on: what a disk must keep is part of the time."""
    deploy, lists = [sluice, "deploy", path], [sluice, "list"]
    found = {"new journal": call(tool, "first-call", rounds, [deploy]),
             "journal there already": call(tool, "first-call", rounds, [deploy, lists])}
    if os.path.isdir("/dev/shm"):
        in_memory = dict(os.environ, TMPDIR="/dev/shm")
        found["new journal, state in memory"] = call(tool, "first-call", rounds, [deploy],
                                                     in_memory)
    return found


def measure_startup(build, tool, endpoint_program, quick):
    sluice = build / "src" / "cli" / "sluice"
    if not sluice.exists():
        sys.exit("bench/run: %s is not built; ninja -C %s sluice" % (sluice, build))
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        folder = pathlib.Path(name)
        print("startup: times", file=sys.stderr)
        commands = {"/bin/true": ["/bin/true"], "sluice --help": [sluice, "--help"],
                    "sluice version": [sluice, "version"],
                    "sluice deploy --help": [sluice, "deploy", "--help"]}
        if shutil.which("curl"):
            commands["curl --version"] = [shutil.which("curl"), "--version"]
        times = call(tool, "times", 20 if quick else 100, commands.values())
        make_zip(folder / "package.zip", 0.01, 1)
        path = release_file(folder, "orders", "package.zip")
        first = first_calls(tool, sluice, path, 5 if quick else 30)
        floor = call(tool, "memory", 1, [["/bin/true"]])
        version = call(tool, "memory", 1, [[sluice, "version"]])
        return {"times": dict(zip(commands, times)), "first_call": first,
                "size": sizes(sluice, folder), "floor": floor, "version": version,
                "memory": memory(tool, sluice, endpoint_program, folder)}
