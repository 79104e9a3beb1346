"""The rows of the benchmark that the original has an equivalent of, in the same run as cake's.

Its sources are on PYTHONPATH. With the argument "serve" it is the other process, which prints its port; else it prints one JSON
line for each row: original.py REPEAT
"""
import json
import subprocess
import sys
import time

import layer_cake as lc

LOCAL = 3000
ACTORS = 2000
ONE_AT_A_TIME = 1500
OUTSTANDING = 100
PIPELINED = 5000
ONE_WAY = 5000


class Note(object):
    def __init__(self, text: str = None):
        self.text = text


class Tally(object):
    def __init__(self, count: int = 0):
        self.count = count


lc.bind(Note)
lc.bind(Tally)


def answer_once(self):
    return lc.Ack()


lc.bind(answer_once)


def echo(self):
    while True:
        m = self.input()
        if isinstance(m, lc.Stop):
            return lc.Aborted()
        self.reply(lc.Ack())


lc.bind(echo)


def serve(self):
    lc.listen(self, lc.HostPort('127.0.0.1', 0))
    m = self.input()
    if not isinstance(m, lc.Listening):
        return m
    print(m.listening_ipp.port, flush=True)
    count = 0
    while True:
        m = self.input()
        if isinstance(m, lc.Stop):
            return lc.Aborted()
        if isinstance(m, lc.Ping):
            self.reply(lc.Ack())
        elif isinstance(m, Note):
            count += 1
        elif isinstance(m, lc.Enquiry):
            self.reply(Tally(count))


lc.bind(serve)


def row(name, unit, repeat, measure):
    values = sorted(measure() for _ in range(repeat))
    print(json.dumps({'row': name, 'unit': unit, 'median': values[repeat // 2], 'min': values[0], 'max': values[-1]}),
          flush=True)


def bench(self, port: int = 0, repeat: int = 1):
    server = self.create(echo)

    def request_reply(to, count):
        begun = time.monotonic()
        for _ in range(count):
            self.send(lc.Ping(), to)
            self.input()
        return count / (time.monotonic() - begun)

    def create():
        begun = time.monotonic()
        for _ in range(ACTORS):
            self.create(answer_once)
        for _ in range(ACTORS):
            self.input()
        # Threads by the hundred thousand are out of its reach: the time is scaled up.
        return (time.monotonic() - begun) * 100000 / ACTORS

    row('local request and reply, routine to routine', '1/s', repeat, lambda: request_reply(server, LOCAL))
    row('create 100 000 actors, each answers once', 's', repeat, create)

    lc.connect(self, lc.HostPort('127.0.0.1', port))
    m = self.input()
    if not isinstance(m, lc.Connected):
        return m
    peer = self.return_address

    def outstanding():
        begun = time.monotonic()
        for _ in range(OUTSTANDING):
            self.send(lc.Ping(), peer)
        for _ in range(PIPELINED - OUTSTANDING):
            self.input()
            self.send(lc.Ping(), peer)
        for _ in range(OUTSTANDING):
            self.input()
        return PIPELINED / (time.monotonic() - begun)

    def one_way():
        self.send(lc.Enquiry(), peer)
        before = self.input().count
        begun = time.monotonic()
        note = Note('x' * 50)
        for _ in range(ONE_WAY):
            self.send(note, peer)
        self.send(lc.Enquiry(), peer)
        arrived = self.input().count - before
        if arrived != ONE_WAY:
            raise RuntimeError('%d were sent, %d have arrived' % (ONE_WAY, arrived))
        return ONE_WAY / (time.monotonic() - begun)

    row('transport: request and reply, one at a time', '1/s', repeat, lambda: request_reply(peer, ONE_AT_A_TIME))
    row('transport: request and reply, 100 outstanding', '1/s', repeat, outstanding)
    row('transport: one way, 100 bytes', '1/s', repeat, one_way)
    self.send(lc.Stop(), server)
    self.input()
    return lc.Ack()


lc.bind(bench)

if __name__ == '__main__':
    if sys.argv[1:2] == ['serve']:
        sys.argv = sys.argv[:1]
        lc.create(serve)
    else:
        repeat = int(sys.argv[1])
        child = subprocess.Popen([sys.executable, __file__, 'serve'], stdout=subprocess.PIPE, text=True)
        port = int(child.stdout.readline())
        sys.argv = sys.argv[:1] + ['--port=%d' % port, '--repeat=%d' % repeat]
        try:
            lc.create(bench)
        finally:
            child.kill()
            child.wait()
