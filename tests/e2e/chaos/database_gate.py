"""Stands between servers and their PostgreSQL: sees every COMMIT, and can end connections at one.

It reads the messages of clients (PostgreSQL's protocol, version 3, without TLS) and hands those of
the database on as they are.
"""
import os
import socket
import struct
import threading

ENCRYPTION = (80877103, 80877104)  # SSLRequest, GSSENCRequest: answered with one byte
JOURNAL = b"insert into sluice.events"
BEFORE, AFTER = "before it arrives", "behind it"


class Session:
    """One connection of a client, and one to the database for it."""

    def __init__(self, gate, client):
        self.gate, self.client = gate, client
        self.database = socket.socket(socket.AF_UNIX)
        self.database.connect(gate.target)
        self.journals = False  # whether the transaction writes journals
        self.silent = threading.Event()  # the client gets no answer any more
        self.answered = threading.Event()  # the database has answered since

    def run(self):
        threading.Thread(target=self._answers, daemon=True).start()
        try:
            self._startup()
            while self._message():
                pass
        except OSError:
            pass
        finally:
            self.end()

    def end(self):
        for one in (self.client, self.database):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other side was first

    def close(self):
        self.end()
        self.client.close()
        self.database.close()

    def _answers(self):
        try:
            while data := self.database.recv(65536):
                if self.silent.is_set():
                    self.answered.set()
                else:
                    self.client.sendall(data)
        except OSError:
            pass
        self.answered.set()
        self.end()

    def _read(self, size):
        found = b""
        while len(found) < size:
            more = self.client.recv(size - len(found))
            if not more:
                raise ConnectionError
            found += more
        return found

    def _startup(self):
        while True:
            head = self._read(8)
            size, code = struct.unpack("!ii", head)
            self.database.sendall(head + self._read(size - 8))
            if code not in ENCRYPTION:
                return

    def _message(self):
        head = self._read(5)
        body = self._read(struct.unpack("!i", head[1:])[0] - 4)
        if head[:1] == b"Q" and body.rstrip(b"\0; ").lower() == b"commit":
            where = self.gate.at_commit(self.journals)
            self.journals = False
            if where == BEFORE:
                return False
            if where == AFTER:
                self.silent.set()
                self.database.sendall(head + body)
                self.answered.wait(60)
                return False
        elif JOURNAL in body and head[:1] in b"QP":
            self.journals = True
        self.database.sendall(head + body)
        return True


class DatabaseGate:
    """`target`: the database server's socket. `cut` is asked at each COMMIT, with whether journals
    are written: BEFORE and AFTER end the connection there."""

    def __init__(self, target):
        self.target = target
        self.cut = lambda journals: None
        self.away = 0  # that many connections are refused next
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def address(self, database):
        return "postgres://sluice@127.0.0.1:%d/%s" % (self.port, database)

    def at_commit(self, journals):
        with self._lock:
            return self.cut(journals)

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with self._lock:
            refused = self.away > 0
            self.away -= refused
        if refused:
            client.close()
            return
        try:
            session = Session(self, client)
        except OSError:  # the database is stopped
            client.close()
            return
        session.run()
        session.close()
