"""What the peers of this folder say to each other; `live_api.ts` has the same for cake."""
import layer_cake as lc


class Digest(object):
    def __init__(self, pieces: int = None, size: int = None, sha256: str = None):
        self.pieces = pieces
        self.size = size
        self.sha256 = sha256


class Letter(object):
    def __init__(self, text: str = None, who: lc.Address = None):
        self.text = text
        self.who = who


lc.bind(Digest)
lc.bind(Letter)

BLOCK = lc.def_type(lc.Block())
PIECES = 50
PIECE_BYTES = 1_000_000
PIECES_AT_ONCE = 8


def piece(number):
    return bytearray((at * 31 + number * 7) & 0xFF for at in range(PIECE_BYTES))
