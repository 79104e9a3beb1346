"""The original's side of the comparison: answers lines of JSON on stdin with lines on stdout.

["echo", signature, text]  decodes the text and encodes the value again: ["ok", text] or ["refused", reason]
["make", seed, count]      makes values of its own: [signature, text, what decoding and encoding again gives] each
"""
import sys, json, types, random, uuid
from collections import deque
from datetime import datetime, timedelta, timezone
from enum import Enum

import layer_cake as lc
from layer_cake.virtual_memory import *
from layer_cake.message_memory import *
from layer_cake.convert_signature import signature_to_portable
from layer_cake.convert_type import install_portable, lookup_signature
from layer_cake.json_codec import CodecJson
from layer_cake.virtual_codec import CodecRuntimeError

recorded = json.load(open(sys.argv[1]))
module = types.ModuleType('golden_types')
sys.modules['golden_types'] = module
module.__dict__.update(lc=lc)

Colour = Enum('Colour', recorded['enumerations']['golden_types.Colour'], module='golden_types')
module.Colour = Colour
from layer_cake import message_memory


def plain_default(tagged):
    if tagged is None or isinstance(tagged, bool):
        return repr(tagged)
    if 'int' in tagged: return tagged['int']
    if 'float' in tagged: return tagged['float']
    if 'str' in tagged: return repr(tagged['str'])
    if 'list' in tagged: return '[' + ', '.join(plain_default(t) for t in tagged['list']) + ']'
    if 'deque' in tagged: return 'deque()'
    if 'set' in tagged: return 'set()'
    if 'map' in tagged: return '{}'
    if 'message' in tagged: return tagged['message'].split('.')[-1] + '()'
    raise ValueError(tagged)


def declare():
    module.deque = deque
    waiting = {k: v for k, v in recorded['vector_types'].items()}
    classes = {}
    while waiting:
        for name, v in list(waiting.items()):
            short = name.split('.')[-1]
            if any(d is not None and isinstance(d, dict) and 'message' in d and d['message'] in waiting for d in v['defaults'].values()):
                continue
            lines = [f'class {short}(object):', '    def __init__(self):']
            lines += [f'        self.{m} = {plain_default(v["defaults"].get(m))}' for m in v['members']] or ['        pass']
            exec('\n'.join(lines), module.__dict__)
            c = module.__dict__[short]
            c.__module__ = 'golden_types'
            classes[name] = c
            # A stub until all classes are there: signatures of members name classes further on.
            del waiting[name]
    install_portable(Enumeration(Colour))
    order = ['Pair', 'Empty', 'Defaults', 'Scalars', 'Times', 'Addressed', 'Carrier', 'WordHolder', 'TypeHolder', 'Holder', 'Branch',
        'Node', 'State', 'Outer', 'Containers', 'TwoPointers']
    for short in order:
        c = module.__dict__[short]
        c.__art__ = message_memory.Runtime(short, 'golden_types')
    for short in order:
        c = module.__dict__[short]
        schema = {m: type_of(s) for m, s in recorded['vector_types']['golden_types.' + short]['members'].items()}
        lc.bind_message(c, **schema)


cache = {}


def type_of(signature):
    t = cache.get(signature)
    if t is None:
        t = install_portable(signature_to_portable(signature))
        cache[signature] = t
    return t


declare()
for s in ["vector<vector<float8>>", "vector<integer8>", "map<unicode,golden_types.Pair>", "set<unicode>", "vector<any>",
        "vector<pointer<golden_types.Pair>>"]:
    type_of(s)

MESSAGES = [module.__dict__[n.split('.')[-1]] for n in recorded['vector_types']]
KEYS = ['unicode', 'integer8', 'uuid', 'boolean', 'string', 'golden_types.Colour', 'rune', 'world', 'delta', 'float8']
PLAIN = ['boolean', 'byte', 'character', 'rune', 'integer2', 'integer4', 'integer8', 'unsigned2', 'unsigned4', 'unsigned8',
    'float4', 'float8', 'block', 'string', 'unicode', 'clock', 'span', 'world', 'delta', 'uuid', 'any', 'target', 'address', 'type', 'word']
IN_ANY = list(recorded['vector_types']) + ["vector<vector<float8>>", "vector<integer8>", "map<unicode,golden_types.Pair>", "set<unicode>",
    "vector<any>", "golden_types.Colour", "vector<pointer<golden_types.Pair>>", "integer8", "float8", "unicode", "uuid", "world",
    "delta", "boolean", "string", "block", "type", "word", "clock", "span"]


def signature(r, depth=3):
    k = r.randrange(2 if depth == 0 else 9)
    if k == 0: return r.choice(PLAIN)
    if k == 1: return r.choice(list(recorded['vector_types']))
    if k == 2: return f'vector<{signature(r, depth - 1)}>'
    if k == 3: return f'deque<{signature(r, depth - 1)}>'
    if k == 4: return f'array<{signature(r, depth - 1)},{r.randrange(4)}>'
    if k == 5: return f'set<{r.choice(KEYS)}>'
    if k == 6: return f'map<{r.choice(KEYS)},{signature(r, depth - 1)}>'
    if k == 7: return f'pointer<{r.choice(list(recorded["vector_types"]))}>'
    return 'golden_types.Colour'


CHARACTERS = list("abcXYZ012 _-.,:[]{}\"\\/'\n\r\t\b\f\0\x1f\x7f\xff\u0100éß中\u2028\ufffd😀\U0010ffff\ud83d\udc00") + ['null', '1100:']


def text(r):
    return ''.join(r.choice(CHARACTERS) for _ in range(r.randrange(80 if r.randrange(10) == 0 else 8)))


def integer(r):
    v = r.randrange(2 ** r.choice([4, 10, 53, 63, 64, 100]))
    return -v if r.randrange(2) else v


def number(r):
    k = r.randrange(5)
    if k == 0: return r.choice([0.0, -0.0, 1.0, 0.1, 1e16, 9999999999999998.0, 1e-4, 9.999e-5, 5e-324, 1.7976931348623157e308, 1e21])
    if k == 1: return r.choice([float('inf'), float('-inf'), float('nan')])
    if k == 2: return float(r.randrange(-2 ** 30, 2 ** 30))
    if k == 3: return r.randrange(10 ** 6) / 10 ** r.randrange(7)
    return (r.random() - 0.5) * 10 ** r.randrange(-20, 20)


def word(r, depth):
    k = r.randrange(5 if depth <= 0 else 7)
    if k == 0: return r.choice([None, True, False])
    if k == 1: return integer(r)
    if k == 2: return number(r)
    if k in (3, 4): return text(r)
    if k == 5: return [word(r, depth - 1) for _ in range(r.randrange(4))]
    return {text(r): word(r, depth - 1) for _ in range(r.randrange(4))}


def value(r, t, depth, pool):
    n = 0 if depth <= 0 else r.randrange(4)
    if isinstance(t, ArrayOf): return [value(r, t.element, depth - 1, pool) for _ in range(t.size)]
    if isinstance(t, VectorOf): return [value(r, t.element, depth - 1, pool) for _ in range(n)]
    if isinstance(t, DequeOf): return deque(value(r, t.element, depth - 1, pool) for _ in range(n))
    if isinstance(t, SetOf): return {value(r, t.element, depth - 1, pool) for _ in range(n)}
    if isinstance(t, MapOf): return {value(r, t.key, depth - 1, pool): value(r, t.value, depth - 1, pool) for _ in range(n)}
    if isinstance(t, UserDefined): return fill(r, t.element(), depth, pool)
    if isinstance(t, TimeDelta): return timedelta(microseconds=int((r.random() - 0.5) * 10 ** r.randrange(15)))
    if r.randrange(8) == 0: return None
    if isinstance(t, PointerTo):
        held = pool.setdefault(id(t), [])
        if held and (depth <= 0 or r.randrange(3) == 0): return r.choice(held)
        if depth <= 0: return None
        if isinstance(t.element, UserDefined):
            m = t.element.element()
            held.append(m)
            return fill(r, m, depth, pool)
        v = value(r, t.element, depth - 1, pool)
        if v is not None: held.append(v)
        return v
    if isinstance(t, Any):
        s = 'integer8' if depth <= 0 else r.choice(IN_ANY)
        u = type_of(s)
        v = value(r, u, depth - 1, pool)
        return v if isinstance(u, UserDefined) else (v, u)
    if isinstance(t, Boolean): return bool(r.randrange(2))
    if isinstance(t, (Byte, Integer2, Integer4, Integer8, Unsigned2, Unsigned4, Unsigned8)): return integer(r)
    if isinstance(t, (Float4, Float8)): return number(r)
    if isinstance(t, (Rune, Unicode)): return text(r)
    if isinstance(t, (Character, String)): return bytes(r.randrange(256) for _ in range(r.randrange(6)))
    if isinstance(t, Block): return bytearray(r.randrange(256) for _ in range(r.randrange(6)))
    if isinstance(t, ClockTime): return int(r.random() * 4e15) / 1e6
    if isinstance(t, TimeSpan): return (r.randrange(2) * 2 - 1) * int(r.random() * 10 ** r.randrange(13)) / 1e6
    if isinstance(t, WorldTime):
        z = timezone.utc if r.randrange(3) else timezone(timedelta(minutes=r.randrange(1, 1440)))
        return datetime(1970, 1, 1, tzinfo=timezone.utc).astimezone(z) + timedelta(microseconds=int(r.random() * 3e17 - 6e16))
    if isinstance(t, UUID): return uuid.UUID(int=r.getrandbits(128))
    if isinstance(t, Enumeration): return r.choice(list(Colour))
    if isinstance(t, Type): return r.choice(MESSAGES)
    if isinstance(t, Word): return word(r, 3)
    return tuple(1 + r.randrange(10 ** r.randrange(6)) for _ in range(1 + r.randrange(3)))


def fill(r, m, depth, pool):
    for k, t in m.__art__.schema.items():
        setattr(m, k, value(r, t, depth - 1, pool))
    return m


def echo(s, t):
    codec = CodecJson()
    return codec.encode(codec.decode(t, type_of(s)), type_of(s))


for line in sys.stdin:
    request = json.loads(line)
    if request[0] == 'echo':
        try:
            answer = ['ok', echo(request[1], request[2])]
        except Exception as e:
            answer = ['refused', f'{type(e).__name__}: {e}']
        print(json.dumps(answer))
    else:
        r = random.Random(request[1])
        for _ in range(request[2]):
            s = signature(r)
            try:
                t = CodecJson().encode(value(r, type_of(s), 4, {}), type_of(s))
            except Exception as e:
                print(json.dumps([s, None, f'{type(e).__name__}: {e}']))
                continue
            try:
                again = echo(s, t)
            except Exception as e:
                again = None
            print(json.dumps([s, t, again]))
    sys.stdout.flush()
