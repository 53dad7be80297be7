"""A PostgreSQL server of a test alone: in a temporary folder, on a Unix socket in it.

As root it runs as another user, for PostgreSQL refuses to run as root.
"""
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import threading

from support.processes import DEADLINE, until

MISSING = "PostgreSQL is not installed (Debian package postgresql): this test does not run"
SETTINGS = ("listen_addresses=", "fsync=off", "shared_buffers=16MB", "log_min_messages=panic")


def programs():
    """The folder of initdb and the others, the newest; None where there is none."""
    # Debian keeps them apart by version; elsewhere they are on the path.
    found = [folder for folder in glob.glob("/usr/lib/postgresql/*/bin")
             if os.path.exists(os.path.join(folder, "initdb"))]
    if found:
        return max(found, key=lambda folder: float(folder.split("/")[-2]))
    initdb = shutil.which("initdb")
    return os.path.dirname(initdb) if initdb else None


class Postgres:
    _made = threading.Lock()
    _template = None  # a data folder as initdb makes it, for all servers of this process

    def __init__(self):
        self.programs = programs()
        self.folder = tempfile.mkdtemp(prefix="slp-")
        self.user = None
        if os.geteuid() == 0:
            try:
                self.user = pwd.getpwnam("postgres")
            except KeyError:
                self.user = pwd.getpwnam("nobody")
        self._give(self.folder)
        self.data = os.path.join(self.folder, "data")
        shutil.copytree(self._pristine(), self.data, copy_function=shutil.copy)
        for folder, _, files in os.walk(self.data):
            for path in (folder, *(os.path.join(folder, one) for one in files)):
                self._give(path)
        os.chmod(self.data, 0o700)
        self.process = None
        self.databases = 0
        self.start()

    def _give(self, path):
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _pristine(self):
        with Postgres._made:
            if Postgres._template is None:
                made = os.path.join(self.folder, "template")
                self._run("initdb", "-D", made, "-U", "sluice", "-A", "trust", "-E", "UTF8",
                          "--locale=C", "--no-sync")
                Postgres._template = tempfile.TemporaryDirectory(prefix="slp-")
                shutil.move(made, Postgres._template.name)
        return os.path.join(Postgres._template.name, "template")

    def _words(self, program, arguments):
        # setpriv also ends the server when the tests are killed.
        words = [shutil.which("setpriv", path="/usr/bin:/bin"), "--pdeathsig", "QUIT"]
        if self.user:
            words += ["--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid),
                      "--clear-groups"]
        return [*words, "--", os.path.join(self.programs, program), *arguments]

    def socket(self):
        return os.path.join(self.folder, ".s.PGSQL.5432")

    def ask(self, database, query):
        """What psql shows of the one value that the query finds."""
        return self._run("psql", "-h", self.folder, "-U", "sluice", "-d", database, "-Atc", query)

    def _run(self, program, *arguments):
        done = subprocess.run(self._words(program, arguments), cwd=self.folder, timeout=DEADLINE,
                              capture_output=True, check=False,
                              env={"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"})
        assert done.returncode == 0, "%s: %s" % (program, done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace").strip()

    def start(self):
        """To be called on a thread that lives as long as the server."""
        words = ["-D", self.data, "-k", self.folder]
        for setting in SETTINGS:
            words += ["-c", setting]
        self.process = subprocess.Popen(self._words("postgres", words), cwd=self.folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={"LC_ALL": "C", "TZ": "UTC"})
        until(self._answers, "PostgreSQL answers")

    def _answers(self):
        assert self.process.poll() is None, "PostgreSQL did not start"
        words = [os.path.join(self.programs, "pg_isready"), "-q", "-h", self.folder]
        return subprocess.run(words, check=False).returncode == 0

    def stop(self, how="fast"):
        """fast: as an administrator does; immediate: as if the machine had lost its power."""
        self._run("pg_ctl", "stop", "-D", self.data, "-m", how, "-w")
        self.process.wait(DEADLINE)

    def make_database(self):
        """The address of a new, empty one."""
        self.databases += 1
        name = "db%d" % self.databases
        self._run("createdb", "-h", self.folder, "-U", "sluice", name)
        return "postgres://sluice@/%s?host=%s" % (name, self.folder)

    def close(self):
        if self.process.poll() is None:
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
