"""Cases on the border of JSON: what a writer of messages would try if two readers had to understand them differently.

`cases(count, seed)` yields the fixed ones first (every border once), then `count` generated ones; the same seed gives the same cases.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

NUMBERS = [
    "0", "-0", "00", "01", "-01", "-", "--1", "+1", ".5", "5.", "-.5", "1.0", "1.", "1.e1", "1e", "1e+", "1e-", "1e1", "1E1", "1e+1", "1e-1",
    "1e01", "1e0001", "0e0", "0e1", "0.0", "-0.0", "-0e9", "1e308", "1.7976931348623157e308", "1.7976931348623159e308", "1e309", "-1e309",
    "1e400", "1e-323", "1e-324", "1e-400", "1e99999", "1e-99999", "1e99999999999999999999", "0e99999999999999999999", "1e-99999999999999999999",
    "9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740993", "18446744073709551615", "18446744073709551616",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "0.1", "0.30000000000000004",
    "4.35", "0x10", "0X1F", "0b1", "0o7", "1_000", "1,000", "1 000", "1f", "1d", "1n", "1L", "NaN", "-NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf",
    "1e5.5", "1.2.3", "1-2", "1+2", "e5", "٣", "１", "1e１", "-\u22121", "½", "1" * 308, "9" * 309, "1" * 309, "1" * 310, "1" * 400, "0." + "0" * 400 + "1",
    "1" * 4300, "1" * 4301, "1." + "1" * 5000, "1" * 400 + "e-400", "0" * 400, "-" + "1" * 309, "1e" + "0" * 400 + "1", "1e-" + "0" * 400 + "1",
]
WORDS = ["true", "false", "null", "True", "None", "TRUE", "nul", "nulll", "undefined", "tru e", "truefalse", "null0", "t", "f", "n", "true\0"]
WHITESPACE = [
    " ", "\t", "\n", "\r", "\r\n", "\v", "\f", "\b", "\0", "\x1c", "\x1d", "\x1e", "\x1f", "\x7f", "\x85", "\xa0", "\u1680", "\u180e", "\u2000", "\u2028",
    "\u2029", "\u202f", "\u205f", "\u2060", "\u200b", "\u200d", "\u3000", "\ufeff", "\\", "\\n", "\\u0020", "//x\n", "/**/", "/* a */", "#x\n", "--", "<!--",
]
ESCAPES = (
    [rf"\{chr(c)}" for c in range(0x20, 0x7F)]
    + [rf"\u{unit:04x}" for unit in (0, 1, 8, 0x1F, 0x20, 0x22, 0x2F, 0x5C, 0x7F, 0x80, 0x85, 0xA0, 0xFF, 0x7FF, 0x800, 0x2028, 0x2029, 0xD7FF, 0xE000, 0xFDD0, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF)]
    + [r"\ud800", r"\udbff", r"\udc00", r"\udfff", r"\ud83d\ude00", r"\uD83D\uDE00", r"\ude00\ud83d", r"\ud83d\ud83d\ude00", r"\ud83d\ude00\ude00"]
    + [r"\ud83dx", r"\ud83d\n", r"\ud83d\u0041", r"\ud83d\\ude00", r"\ud83d \ude00", "\\ud83d😀", r"\ud83d\u", r"\ud83d\ude0", r"\ud83d\ude0g", r"\udbff\udfff", r"\ud800\udc00"]
    + [r"\u", r"\u1", r"\u12", r"\u123", r"\u123g", r"\u+123", r"\u-123", r"\u 123", r"\u12 3", r"\u0x41", r"\U0041", r"\u{41}", r"\u{1f600}", r"\x41", r"\x4", r"\101", r"\0"]
    + ["\\u０0４1", "\\u\u0660123", "\\\n", "\\\r\n", "\\\0", "\\\u2028", r"\c", r"\N{DIGIT ONE}", r"\u00e9", r"\u0065\u0301", r"\uFFFf", r"\uabcD"]
)
# Raw bytes in a string: invalid, overlong, surrogates, beyond Unicode, cut short; then characters that readers have tripped over.
RAW = (
    [bytes([b]) for b in range(0x20)]
    + [bytes([b]) for b in range(0x7F, 0x100)]
    + [b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf", b"\xf0\x8f\xbf\xbf", b"\xed\x9f\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf"]
    + [b"\xed\xa0\xbd\xed\xb8\x80", b"\xf4\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe\xff", b"\xff\xfe"]
    + [b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3", b"\xc3(", b"\xe2(\xa1", b"\xc0\xa2", b"\xc0\xdc"]
    + [c.encode() for c in "\x80\x85\xa0é\u2028\u2029\ufeff\ufffd\ufffe\uffff😀\U0010ffff\u202e\u0000\u200b＂“'`"]
)
KEYS = ['"a"', r'"\u0061"', r'"\u0041"', '"A"', '"b"', '""', r'"\u0000"', '"a\\u0000"', '"__proto__"', r'"__prot\u006f__"', '"constructor"', '"é"', '"e\u0301"',
        r'"\u00e9"', r'"\ud83d\ude00"', '"😀"', r'"\ud800"', r'"\udc00"', '"\ufffd"', '"a "', '" a"', '"0"', '"00"', '"1"', '"length"', '"toString"', '"\ufeffa"',
        r'"\/"', '"/"', '"Ａ"', '"ſ"', '"K"', '"id"', r'"i\u0064"', '"method"', r'"\u006dethod"']  # fmt: skip
TOPS = [
    b"", b" ", b"\n", b"{}", b"[]", b'""', b"0", b"null", b"{", b"}", b"[", b"]", b"[}", b"{]", b"[[]", b"[]]", b"{}{}", b"{} {}", b"[][]", b"1 2", b"1,2", b"{},", b",{}",
    b"{}\0", b"\0{}", b"{}\x1a", b"{};", b"({})", b")]}',{}", b"{}//", b"{}#", b"{}/**/", b"//\n{}", b"{}\n\n", b"\r\n{}\r\n", b"{,}", b"[,]", b"[1,]", b"[1,,2]", b"[,1]", b"[1 2]",
    b'{"a":1,}', b'{"a":1,,"b":2}', b'{,"a":1}', b'{"a"}', b'{"a":}', b'{:1}', b'{"a" 1}', b'{"a"::1}', b'{"a"=1}', b'{"a":1;"b":2}', b'{"a":1 "b":2}', b"{a:1}", b"{'a':1}",
    b"['a']", b"{1:2}", b"{null:1}", b'{["a"]:1}', b'{"a":1', b'{"a"', b'{"', b'"', b'"\\', b'"\\"', b"'", b"\"a", b"a\"", b"nul", b"-", b"[-]", b"[1", b"[1,", b'["a', b'{"a":"b',
    b"\xef\xbb\xbf{}", b"\xef\xbb\xbf", b"\xef\xbb{}", b" \xef\xbb\xbf{}", b"{}\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"\xfe\xff\0{\0}", b"{\0}\0", b"\0{\0}",
    b"{\0\0\0}\0\0\0", b"\0\0\0{\0\0\0}", b'"\0a"\0', b"1\0", b"\x001", b"[\0]\0", b"+ADw-", b"{\xa0}", b"\xc2\xa0{}", b"{}\xc2\xa0", b"\xe2\x80\xa8{}", b"[1]\x0c", b"\x0b[1]", b"<a/>",
    b"a: 1", b"- 1", b"{...}", b"[...]", b"`{}`", b"b'{}'", b"data: {}", b"{}\r", b"\r{}", b'{"a":1}}', b'{"a":{"a":1}', b'{"a":1}\\n', b"\\{}", b"{}\\", b"[0]0", b"0[0]", b"--{}",
]  # fmt: skip
DEPTHS = [1, 2, 64, 127, 128, 129, 300, 600]


def fixed() -> Iterator[bytes]:
    """Every border once, alone and in the places where it may stand."""
    yield from TOPS
    for number in NUMBERS + WORDS:
        text = number.encode("utf-8", "surrogatepass")
        yield from (text, b"[" + text + b"]", b'{"a":' + text + b"}", b"[1," + text + b" ]", b'{"id":' + text + b',"b":1}')
    for space in WHITESPACE:
        text = space.encode()
        for before, after in ((b"", b'{"a":1}'), (b'{"a":1}', b""), (b"{", b'"a":1}'), (b'{"a"', b":1}"), (b'{"a":', b"1}"), (b'{"a":1', b"}"), (b"[1,", b"2]"), (b'{"a":1,', b'"b":2}'), (b'["', b'"]'), (b'["\\u00', b'41"]')):
            yield before + text + after
    for escape in ESCAPES:
        text = escape.encode("utf-8")
        yield from (b'"' + text + b'"', b'["x' + text + b'y"]', b'{"' + text + b'":1}', b'{"a":"' + text + b'","b":"c"}')
    for raw in RAW:
        yield from (b'"' + raw + b'"', b'["x' + raw + b'y"]', b'{"' + raw + b'":1}', b"[" + raw + b"]", b"[1]" + raw, raw + b"[1]")
    for one in KEYS:
        for other in KEYS:
            yield f'{{{one}:1,{other}:2}}'.encode("utf-8")
        yield f'{{{one}:1,"x":{{{one}:2}},"y":[{{{one}:3}}]}}'.encode("utf-8")
    many = ",".join(f'"k{n}":{n}' for n in range(40))
    yield from (("{" + many + "}").encode(), ("{" + many + ',"k7":0}').encode(), ("{" + many + r',"\u006b7":0}').encode())
    # A reader that stops counting its objections must not let the last one pass.
    for flood in ('"\\ud800"', '"\x01"', "1e999", '{"a":1,"a":2}'):
        for last in ('{"a":1,"a":2}', '"\x02"', "1e999", '{"\\ud800":1}'):
            yield ("[" + ",".join([flood] * 70) + "," + last + "]").encode("utf-8")
    for depth in DEPTHS:
        yield b"[" * depth + b"]" * depth
        yield b'{"a":' * depth + b"1" + b"}" * depth
        yield b"[" * depth
        yield b'[{"a":' * depth + b"0" + b"}]" * depth
    yield from (b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000, b'"' + b"\\\\" * 50_000 + b'"', b'"' + b"\\" * 50_001 + b'"')


def tree(rng: random.Random, depth: int) -> bytes:
    """A piece of JSON, mostly valid, made of pieces that readers have read differently."""
    pick = rng.random()
    space = rng.choice([b"", b"", b"", b" ", b"\n", b"\t", b"\r\n"]) if rng.random() < 0.97 else rng.choice(WHITESPACE).encode()
    if depth == 0 or pick < 0.15:
        return space + (rng.choice(NUMBERS[:70]) if rng.random() < 0.3 else str(rng.randint(-(10**rng.randint(1, 25)), 10 ** rng.randint(1, 25)))).encode()
    if pick < 0.22:
        return space + rng.choice(WORDS[:3] if rng.random() < 0.95 else WORDS).encode()
    if pick < 0.5:
        return space + string(rng)
    items = rng.randint(0, 5)
    if pick < 0.72:
        return space + b"[" + b",".join(tree(rng, depth - 1) for _ in range(items)) + space + b"]"
    return space + b"{" + b",".join(space + key(rng) + space + b":" + tree(rng, depth - 1) for _ in range(items)) + b"}"


def key(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return rng.choice(KEYS).encode("utf-8")
    return spelled(rng, rng.choice(["a", "b", "id", "method", "params", "name", "é", "😀", "path"]))


def spelled(rng: random.Random, text: str) -> bytes:
    """The same key in one of its many spellings."""
    out = ""
    for char in text:
        units = char.encode("utf-16-be")
        escaped = "".join(rf"\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
        out += rng.choice([char, char, char, escaped, escaped.upper().replace("\\U", "\\u")])
    return f'"{out}"'.encode()


def string(rng: random.Random) -> bytes:
    parts = []
    for _ in range(rng.randint(0, 6)):
        pick = rng.random()
        if pick < 0.5:
            parts.append("".join(rng.choice("abc /.-_éж漢😀'<>&%") for _ in range(rng.randint(0, 12))).encode())
        elif pick < 0.85:
            parts.append(rng.choice([r"\n", r"\t", r"\"", r"\\", r"\/", r"\u0041", r"\ud83d\ude00", r"\u00e9", r"\b", r"\f", r"\r"]).encode())
        elif pick < 0.97:
            parts.append(rng.choice(ESCAPES).encode("utf-8"))
        else:
            parts.append(rng.choice(RAW))
    return b'"' + b"".join(parts) + b'"'


def mutated(rng: random.Random, case: bytes) -> bytes:
    """One to three edits: a byte cut, doubled, swapped or replaced, a tricky piece put in, two halves joined."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(case) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            case = case[:at] + case[at + rng.randint(1, 3) :]
        elif kind == 1:
            case = case[:at] + case[at : at + rng.randint(1, 8)] + case[at:]
        elif kind == 2:
            case = case[:at] + bytes([rng.randrange(256)]) + case[at + 1 :]
        elif kind == 3:
            case = case[:at] + rng.choice([b",", b":", b'"', b"{", b"}", b"[", b"]", b"\\", b"/", b"'", b"-", b".", b"e", b"0"]) + case[at:]
        elif kind == 4:
            case = case[:at] + rng.choice(RAW) + case[at:]
        elif kind == 5:
            case = case[:at] + rng.choice(WHITESPACE).encode() + case[at:]
        else:
            case = case[:at] + rng.choice(NUMBERS[:70] + WORDS + ESCAPES).encode("utf-8") + case[at:]
    return case


def cases(count: int, seed: int) -> Iterator[bytes]:
    yield from fixed()
    rng = random.Random(seed)
    for _ in range(count):
        case = tree(rng, rng.randint(1, 5))
        yield mutated(rng, case) if rng.random() < 0.4 else case
