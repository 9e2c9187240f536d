"""Tokens and features of a text, exactly as `src/semantic/split.rs` makes them (`tests/semantic.rs` holds both to the same scores)."""

import re

import numpy as np

BITS = 17
BLOCK = 24  # tokens in a block; a window is two of them, and each block is in two windows
LEAST = 48  # features that a window counts as having, at least
DENSE = 2 * BLOCK  # a block of which the tokens have no more bytes than these says nothing, at most eight counted of each
SEEN = 1 << 12  # a feature counts once in a window; whether it was seen is remembered in so many places

MASK = (1 << 64) - 1
SEED = 0x9E37_79B9_7F4A_7C15
WORD = 0xFF51_AFD7_ED55_8CCD
PAIR = 0xC4CE_B9FE_1A85_EC53
TRIPLE = 0x2545_F491_4F6C_DD1D

SKIP = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
SPACE = "\x00-\x20\x7f\x80-\x9f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fff\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
PUNCTUATION = (
    "\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u06d4"
    "\u0964\u0965\u2010-\u2027\u2030-\u205e\u2070-\u2bff\u3001-\u303f\ufe10-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40"
    "\uff5b-\uff65\ufff0-\uffff\U0001f000-\U0001faff"
)
SKIPPED = re.compile(f"[{SKIP}]+")
TOKEN = re.compile(f"[{SINGLE}]|[{PUNCTUATION}]+|[^{SINGLE}{PUNCTUATION}{SPACE}]+")
DIGITS = {ord(digit): "0" for digit in "0123456789"}
PUNCT = re.compile(f"[{PUNCTUATION}]")


def folded(text):
    """Lower case char by char (of the scripts before U+3000), zero-width characters gone, digits to 0."""
    if text.isascii():
        return text.lower().translate(DIGITS)
    text = SKIPPED.sub("", text)
    return "".join(char.lower()[0] if char < "\u3000" else char for char in text).translate(DIGITS)


sizes = {}  # bytes of a token, at most eight, by its hash


def hash_of(token):
    """The hash of a token: its bytes eight at a time; of a run of punctuation the first eight."""
    data = token.encode("utf-8", "surrogatepass")
    if PUNCT.match(token):
        data = data[:8]
    value = SEED
    for at in range(0, len(data), 8):
        value = ((value ^ int.from_bytes(data[at : at + 8], "little")) * WORD) & MASK
        value ^= value >> 32
    sizes[value] = min(len(data), 8)
    return value


_known = {}


def tokens(text):
    """The hashes of a text's tokens, in order."""
    known, out = _known, []
    for token in TOKEN.findall(folded(text)):
        value = known.get(token)
        if value is None:
            value = known[token] = hash_of(token)
        out.append(value)
    return np.array(out, dtype=np.uint64)


def words(text):
    """The tokens themselves, for people."""
    return TOKEN.findall(folded(text))


def tokens_at(text):
    """Hashes as `tokens` has them, and for each the bytes of the text that it stands in."""
    plain, places, at = [], [], 0
    for char in text:
        size = len(char.encode("utf-8", "surrogatepass"))
        if not SKIPPED.match(char):
            plain.append(folded(char))
            places.append((at, at + size))
        at += size
    found = [(hash_of(match[0]), (places[match.start()][0], places[match.end() - 1][1])) for match in TOKEN.finditer("".join(plain))]
    return np.array([value for value, _ in found], dtype=np.uint64), [place for _, place in found]


def buckets(hashes):
    """Three buckets a token: the word, the pair and the triple that end there. -1 where there is none."""
    out = np.full((len(hashes), 3), -1, dtype=np.int32)
    with np.errstate(over="ignore"):
        shift = np.uint64(64 - BITS)
        pair, triple = np.uint64(PAIR), np.uint64(TRIPLE)
        out[:, 0] = (hashes * triple) >> shift
        if len(hashes) > 1:
            two = hashes[:-1] * pair + hashes[1:]
            out[1:, 1] = (two * triple) >> shift
            if len(hashes) > 2:
                out[2:, 2] = ((two[:-1] * pair + hashes[2:]) * triple) >> shift
    for start in range(0, len(hashes) - BLOCK + 1, BLOCK):
        block = hashes[start : start + BLOCK].tolist()
        if sum(map(sizes.get, block)) <= DENSE:
            out[start : start + BLOCK] = -1
    return out


def once(found):
    """The features of a window, -1 where it has had one of the same place before: what is said twice weighs once."""
    flat = found.reshape(-1)
    held = np.flatnonzero(flat >= 0)
    first = held[np.unique(flat[held] & (SEEN - 1), return_index=True)[1]]
    out = np.full(len(flat), -1, dtype=np.int32)
    out[first] = flat[first]
    return out.reshape(-1, 3)
