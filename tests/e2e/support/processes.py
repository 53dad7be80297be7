"""Programs that tests start, with everything they print."""
import os
import signal
import subprocess
import threading
import time

BINARY = os.environ.get("SLUICE_BINARY", "sluice")
DEADLINE = 120  # seconds; generous, because tests share the machine


def until(condition, what, deadline=DEADLINE):
    """The first true answer of condition(), which is asked again and again."""
    end = time.monotonic() + deadline
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError("it did not happen within %s s: %s" % (deadline, what))
        time.sleep(0.05)


class Running:
    """A program at work. Its output is read all the time."""

    def __init__(self, words, env, cwd=None):
        self.process = subprocess.Popen(words, env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out, self.err = "", ""
        self._lock = threading.Lock()
        self._readers = [threading.Thread(target=self._read, args=arguments, daemon=True)
                         for arguments in ((self.process.stdout, "out"),
                                           (self.process.stderr, "err"))]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, name):
        for line in stream:
            with self._lock:
                setattr(self, name, getattr(self, name) + line.decode("utf-8", "replace"))
        stream.close()

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def wait(self, deadline=DEADLINE):
        """The exit code, once everything that was printed has been read."""
        try:
            self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("it did not end within %s s\n%s\n%s" %
                                 (deadline, self.out, self.err)) from None
        for reader in self._readers:
            reader.join(deadline)
        return self.process.returncode

    def says(self, text, deadline=DEADLINE):
        """Waits until it has printed that text."""
        def printed():
            if text in self.out or text in self.err:
                return True
            if not self.alive():
                self.wait()
                if text in self.out or text in self.err:
                    return True
                raise AssertionError("it ended without saying %r\n%s\n%s" %
                                     (text, self.out, self.err))
            return False
        until(printed, "the program says %r" % text, deadline)

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait(DEADLINE)
        for reader in self._readers:
            reader.join(DEADLINE)

    def end(self):
        """Asks it to end; kills it where that does not help."""
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                pass
        self.kill()
