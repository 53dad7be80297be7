#!/usr/bin/env python3
"""What ./dev package made is unpacked and used. SLUICE_PACKAGES names the folder it is in."""
import glob
import http.server
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

PACKAGES = os.environ.get("SLUICE_PACKAGES", "build/packages")
COMPLETIONS = {"bash": "usr/share/bash-completion/completions/sluice",
               "zsh": "usr/share/zsh/vendor-completions/_sluice",
               "fish": "usr/share/fish/vendor_completions.d/sluice.fish"}
UNIT = "lib/systemd/system/sluice.service"
MAN = "usr/share/man/man1/sluice.1.gz"
# What lintian says about us and is meant so: there is no bug in Debian that this closes.
INTENDED = ("initial-upload-closes-no-bugs", "bogus-mail-host")


def output(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


def only(pattern):
    found = glob.glob(os.path.join(PACKAGES, pattern))
    assert len(found) == 1, "not one %s in %s: %s" % (pattern, PACKAGES, found)
    return os.path.abspath(found[0])


class PackageCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="sluice-package-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.unpack()

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def files(self):
        return {os.path.relpath(os.path.join(at, name), self.folder)
                for at, _, names in os.walk(self.folder) for name in names}

    def assertWorks(self, program):
        env = {"PATH": "/nowhere", "HOME": self.folder}
        version = output(program, "version", env=env)
        self.assertRegex(version, r"\Asluice \d+\.\d+\.\d+\n\Z")
        self.assertIn("Usage:", output(program, "--help", env=env))
        for shell in COMPLETIONS:
            self.assertIn("sluice", output(program, "completion", shell, env=env))
        return version.split()[1]


class TarballTest(PackageCase):
    @classmethod
    def unpack(cls):
        cls.tarball = only("sluice-*.tar.gz")
        output("tar", "xf", cls.tarball, "--strip-components=1", "-C", cls.folder)

    def test_the_program_in_it_works_and_has_the_version_of_the_name(self):
        version = self.assertWorks(self.path("bin/sluice"))
        self.assertTrue(os.path.basename(self.tarball).startswith("sluice-%s-linux-" % version))

    def test_it_has_what_belongs_to_the_program(self):
        files = self.files()
        for name in ["LICENSE", "README.md", "SHA256SUMS", "bin/sluice", UNIT,
                     MAN.removeprefix("usr/"), "share/doc/sluice/how-to/install.md",
                     "share/doc/sluice/reference/native.md",
                     *(name.removeprefix("usr/") for name in COMPLETIONS.values())]:
            self.assertIn(name, files)

    def test_the_sums_cover_everything_and_are_right(self):
        output("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=self.folder)
        listed = {line.split(None, 1)[1] for line in self.read("SHA256SUMS").splitlines()}
        self.assertEqual(listed, self.files() - {"SHA256SUMS"})

    def test_nothing_in_it_tells_who_packed_it_or_when(self):
        listed = output("tar", "tvf", self.tarball, "--numeric-owner", "--full-time").splitlines()
        names = [line.split(None, 5)[5].rstrip("/") for line in listed]
        self.assertEqual(names, sorted(names))
        self.assertEqual({line.split()[1] for line in listed}, {"0/0"})
        self.assertEqual(len({tuple(line.split()[3:5]) for line in listed}), 1)


class DebianTest(PackageCase):
    @classmethod
    def unpack(cls):
        if not shutil.which("dpkg-deb"):
            raise unittest.SkipTest("no dpkg-deb here")
        cls.package = only("sluice_*.deb")
        output("dpkg-deb", "--extract", cls.package, cls.folder)

    def field(self, name):
        return output("dpkg-deb", "--field", self.package, name).strip()

    def test_the_program_in_it_works_and_has_the_version_of_the_package(self):
        version = self.assertWorks(self.path("usr/bin/sluice"))
        self.assertEqual(self.field("Version"), version + "-1")
        said = output(self.path("usr/bin/sluice"), "completion", "bash")
        self.assertEqual(self.read(COMPLETIONS["bash"]), said)

    def test_it_has_exactly_these_files_besides_documents(self):
        documents = "usr/share/doc/sluice/"
        others = {name for name in self.files() if not name.startswith(documents)}
        self.assertEqual(others, {"usr/bin/sluice", "usr/" + UNIT, MAN, *COMPLETIONS.values()})
        for name in ("copyright", "changelog.gz", "changelog.Debian.gz", "reference/native.md"):
            self.assertIn(documents + name, self.files())

    def test_it_depends_on_the_libraries_that_the_program_was_linked_with(self):
        depends = self.field("Depends")
        for name in ("libc6", "libcurl4", "libmicrohttpd12", "libsqlite3-0", "libssl3",
                     "ca-certificates"):
            self.assertIn(name, depends)

    def test_the_server_is_not_enabled_and_is_confined(self):
        self.assertFalse([name for name in self.files() if ".wants/" in name])
        unit = self.read("usr/" + UNIT)
        for line in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes",
                     "MemoryDenyWriteExecute=yes", "LimitCORE=0", "NoExecPaths=/"):
            self.assertIn(line + "\n", unit)

    def test_systemd_finds_the_unit_hardly_exposed(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here")
        said = subprocess.run(["systemd-analyze", "security", "--offline=true",
                               self.path("usr/" + UNIT)], capture_output=True, text=True,
                              check=False)
        score = re.search(r"Overall exposure level for .*?: (\d+\.\d)", said.stdout)
        if not score:
            self.skipTest("systemd-analyze is too old for this: " + said.stderr.strip())
        self.assertLessEqual(float(score.group(1)), 2.0, said.stdout)

    def test_lintian_has_nothing_against_it(self):
        if not shutil.which("lintian"):
            self.skipTest("no lintian here")
        said = subprocess.run(["lintian", "--allow-root", "--suppress-tags", ",".join(INTENDED),
                               "--fail-on", "error,warning", self.package], capture_output=True,
                              text=True, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


class ContainerTest(unittest.TestCase):
    def recipe(self):
        with open(os.path.join(PACKAGES, "container", "Containerfile"), encoding="utf-8") as file:
            return file.read()

    def test_the_recipe_has_the_package_it_installs(self):
        self.assertEqual(os.path.basename(only("container/*.deb")),
                         os.path.basename(only("sluice_*.deb")))
        self.assertIn("COPY sluice_*.deb", self.recipe())

    def test_it_runs_as_nobody_in_particular_and_is_asked_whether_it_is_well(self):
        recipe = self.recipe()
        self.assertIn("USER 65532:65532\n", recipe)
        self.assertIn("HEALTHCHECK", recipe)

    def well(self, status):
        """What the health check says of a server that answers so."""
        asked = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        whole = self.recipe().replace("\\\n", "")
        words = json.loads(re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", whole, re.M).group(1))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            words = [word.replace("8470", str(server.server_address[1])) for word in words]
            code = subprocess.run(words, check=False, timeout=20).returncode
            server.shutdown()
        self.assertEqual(asked, ["/healthz"])
        self.assertNotEqual(subprocess.run(words, check=False, capture_output=True).returncode, 0)
        return code == 0

    def test_the_health_check_believes_a_server_that_is_well_and_no_other(self):
        if not shutil.which("bash"):
            self.skipTest("no bash here")
        self.assertTrue(self.well(200))
        self.assertFalse(self.well(503))


if __name__ == "__main__":
    unittest.main(verbosity=2)
