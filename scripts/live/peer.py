"""One process of a live check, made by the original; `peer.ts` is the same of cake. Tells what happened on stdout."""
import hashlib
import json
import time

import layer_cake as lc
from live_api import BLOCK, PIECE_BYTES, PIECES, PIECES_AT_ONCE, Digest, Letter, piece

ANSWER_SECONDS = 60


def tell(**event):
    print(json.dumps(event), flush=True)


def helper(self):
    while True:
        m = self.input()
        if isinstance(m, lc.Stop):
            return lc.Aborted()
        if isinstance(m, lc.Ping):
            self.reply(lc.Nak())
        elif isinstance(m, Letter):
            self.send(lc.Ack(), m.who)


lc.bind(helper)


def serve(self, port, encrypted):
    found = self.create(helper)
    lc.listen(self, lc.HostPort("127.0.0.1", port), encrypted=encrypted)
    digest, pieces, size = hashlib.sha256(), 0, 0
    while True:
        m = self.input()
        if isinstance(m, lc.Stop):
            return lc.Aborted()
        if isinstance(m, lc.Listening):
            tell(port=m.listening_ipp.port)
        elif isinstance(m, lc.Closed):
            tell(closed=m.reason.name, note=m.note)
        elif isinstance(m, lc.Ping):
            self.reply(lc.Ack())
        elif isinstance(m, bytearray):
            digest.update(m)
            pieces += 1
            size += len(m)
        elif isinstance(m, lc.Enquiry):
            self.reply(Digest(pieces, size, digest.hexdigest()))
            digest, pieces, size = hashlib.sha256(), 0, 0
        elif isinstance(m, lc.Discover):
            self.reply(Letter("helper", found))


def join(self, port, encrypted, keep_alive=False):
    lc.connect(self, lc.HostPort("127.0.0.1", port), encrypted=encrypted, keep_alive=keep_alive)
    m = self.input()
    if not isinstance(m, lc.Connected):
        raise RuntimeError(f"not connected, {m}")
    return self.return_address


def expect(self, kind):
    self.start(lc.T1, ANSWER_SECONDS)
    while True:
        m = self.input()
        if isinstance(m, kind):
            self.cancel(lc.T1)
            return m
        if isinstance(m, (lc.T1, lc.Closed)):
            raise RuntimeError(f"no {kind.__name__}, but {m}")


def middle(self, port, encrypted):
    proxy = join(self, port, encrypted)
    self.send(lc.Discover(), proxy)
    who = expect(self, Letter).who
    lc.listen(self, lc.HostPort("127.0.0.1", 0), encrypted=encrypted)
    while True:
        m = self.input()
        if isinstance(m, lc.Stop):
            return lc.Aborted()
        if isinstance(m, lc.Listening):
            tell(port=m.listening_ipp.port)
        elif isinstance(m, lc.Enquiry):
            self.reply(Letter("far helper", who))
        elif isinstance(m, lc.Discover):
            self.reply(Letter("far", proxy))


def near(self, port, encrypted, seconds):
    proxy = join(self, port, encrypted)
    self.send(lc.Enquiry(), proxy)
    found = expect(self, Letter)
    self.send(lc.Ping(), found.who)
    expect(self, lc.Nak)
    if tuple(self.return_address) != tuple(found.who):
        raise RuntimeError(f"answer from {self.return_address}, asked {found.who}")
    self.send(Letter("here", self.object_address), found.who)
    expect(self, lc.Ack)
    self.send(lc.Discover(), proxy)
    far = expect(self, Letter)
    self.send(lc.Ping(), far.who)
    expect(self, lc.Ack)
    return dict(addresses="work")


def stay(self, port, encrypted, seconds):
    proxy = join(self, port, encrypted, keep_alive=True)
    start = time.monotonic()
    self.start(lc.T1, seconds)
    m = self.input()
    stayed = round(time.monotonic() - start)
    if isinstance(m, lc.Closed):
        raise RuntimeError(f"closed after {stayed} s ({m.reason}, {m.note})")
    self.send(lc.Ping(), proxy)
    expect(self, lc.Ack)
    return dict(seconds=stayed)


def blocks(self, port, encrypted, seconds):
    proxy = join(self, port, encrypted)
    digest = hashlib.sha256()
    for number in range(PIECES):
        data = piece(number)
        digest.update(data)
        self.send(lc.cast_to(data, BLOCK), proxy)
        if number % PIECES_AT_ONCE == 0:
            self.send(lc.Ping(), proxy)
            expect(self, lc.Ack)
    self.send(lc.Enquiry(), proxy)
    m = expect(self, Digest)
    if (m.pieces, m.size, m.sha256) != (PIECES, PIECES * PIECE_BYTES, digest.hexdigest()):
        raise RuntimeError(f"{m.pieces} pieces, {m.size} bytes, {m.sha256}")
    return dict(pieces=m.pieces, size=m.size)


def peer(self, part: str = None, port: int = 0, encrypted: int = 0, seconds: int = 0):
    if part in (None, "serve"):
        return serve(self, port, encrypted == 1)
    if part == "middle":
        return middle(self, port, encrypted == 1)
    try:
        tell(ok=True, **{"near": near, "stay": stay, "blocks": blocks}[part](self, port, encrypted == 1, seconds))
    except Exception as error:
        tell(ok=False, error=str(error))


lc.bind(peer)

if __name__ == "__main__":
    lc.create(peer)
