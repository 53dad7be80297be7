"""Disks that go bad: full, limited by the system, or not to be written."""
import os
import resource
import shutil
import subprocess

SIZE = 3 << 20  # of the small file system: room for the journals of one trial


def mounted(*words):
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


def can_mount(folder):
    """Root in a container may have no right to."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    place = os.path.join(folder, "mount-test")
    os.makedirs(place)
    done = mounted("-t", "tmpfs", "-o", "size=64k", "none", place)
    if done:
        subprocess.run(["umount", place], check=True)
    os.rmdir(place)
    return done


class Full:
    """A file system of its own for the store, filled to the last block."""

    outlives_process = True

    def __init__(self, trial):
        self.place = trial.state
        os.makedirs(self.place, mode=0o700)
        assert mounted("-t", "tmpfs", "-o", "size=%d,mode=700" % SIZE, "none", self.place)
        self.ballast = os.path.join(self.place, "ballast")

    def spoil(self, _pid):
        with open(self.ballast, "wb", buffering=0) as out:
            for size in (1 << 16, 1 << 12):
                try:
                    while True:
                        out.write(b"x" * size)
                except OSError:
                    pass

    def mend(self, _pid):
        if os.path.exists(self.ballast):
            os.remove(self.ballast)

    def close(self):
        """What the journal says is still wanted."""
        self.mend(None)
        kept = self.place + ".kept"
        shutil.copytree(self.place, kept, ignore=shutil.ignore_patterns("*.sock"))
        subprocess.run(["umount", self.place], check=True)
        os.rmdir(self.place)
        os.rename(kept, self.place)


class Limited:
    """RLIMIT_FSIZE: files of this process cannot grow any more."""

    outlives_process = False

    def __init__(self, _trial):
        self.before = None

    def spoil(self, pid):
        self.before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, self.before[1]))

    def mend(self, pid):
        if self.before is not None:
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, self.before)
            except ProcessLookupError:
                pass  # it was killed

    def close(self):
        pass


class ReadOnly:
    """By a mount that may only be read, or by the permissions of the files."""

    outlives_process = True

    def __init__(self, trial):
        self.place = trial.state
        self.by_mount = trial.lane.mounts

    def everything(self):
        yield self.place
        for folder, folders, files in os.walk(self.place):
            for name in folders + files:
                yield os.path.join(folder, name)

    def spoil(self, _pid):
        if self.by_mount:
            assert mounted("--bind", self.place, self.place)
            assert mounted("-o", "remount,bind,ro", self.place)
            return
        for path in list(self.everything()):
            os.chmod(path, 0o500 if os.path.isdir(path) else 0o400)

    def mend(self, _pid):
        if self.by_mount:
            subprocess.run(["umount", self.place], check=True)
            return
        os.chmod(self.place, 0o700)
        for path in list(self.everything()):
            os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)

    def close(self):
        self.mend(None)


def told(mounts):
    """What bad disks are on this machine."""
    if mounts:
        return "full disks are small file systems, stores are read-only by a mount"
    return "nothing can be mounted here: full disks are limits on files; stores are read-only by " \
        "%s" % ("permissions" if os.geteuid() != 0 else "nothing, which is skipped")


def disk_for(kind, trial):
    """Where nothing can be mounted, a full disk is a limit of the process instead. None: nothing
    here keeps root from writing."""
    if kind == "read only":
        can = trial.lane.mounts or os.geteuid() != 0
        return ReadOnly(trial) if can else None
    return Full(trial) if kind == "full" and trial.lane.mounts else Limited(trial)
