"""Texts put together from forms of our own (`forms/*.txt`): orders to a model, jailbreaks, and honest texts in the same words. Always the same ones.

`[name]` begins a list and `[+head count]` or `[-honest count]` one whose lines make so many texts; `{name}` stands for a line of a list,
`{a|b|}` for one of these, `⟨ ⟩` for braces and `¦` for a bar.
"""

import hashlib
import pathlib
import re

import numpy as np

FORMS = pathlib.Path(__file__).parent / "forms"
TRIES = 3  # how often a text that was made before is made anew


def generator(name):
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")))


def parse(text):
    """A line as a list of parts: strings, and tuples of lines to choose from."""
    stack = [[[]]]
    for char in text:
        if char == "{":
            stack.append([[]])
        elif char == "}":
            options = stack.pop()
            stack[-1][-1].append(tuple(options))
        elif char == "|" and len(stack) > 1:
            stack[-1].append([])
        else:
            line = stack[-1][-1]
            if line and isinstance(line[-1], str):
                line[-1] += char
            else:
                line.append(char)
    if len(stack) != 1:
        raise ValueError(f"braces: {text}")
    return stack[0][0]


class Forms:
    """The lists of a file."""

    def __init__(self, path):
        self.lists, self.made = {}, []
        lines = None
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("# "):
                continue
            if line.startswith("[") and line.endswith("]") and (line[1] in "+-" or line[1:-1].islower() and line[1:-1].isalpha()):
                name, lines = line[1:-1], []
                if name[0] in "+-":
                    kind, count = name[1:].split()
                    self.made.append((kind, int(name[0] == "+"), int(count), lines))
                else:
                    self.lists[name] = lines
            elif lines is not None:
                lines.append(parse(line))
        # An empty line in a list of parts stands for nothing; the last one only ends the list.
        for lines in list(self.lists.values()) + [made[3] for made in self.made]:
            if lines and not lines[-1]:
                lines.pop()
        for _, _, _, lines in self.made:
            lines[:] = [line for line in lines if line]

    def write(self, parts, random):
        out = []
        for part in parts:
            if isinstance(part, str):
                out.append(part)
                continue
            options = part
            if len(part) == 1 and len(part[0]) == 1 and part[0][0] in self.lists:
                options = self.lists[part[0][0]]
            out.append(self.write(options[int(random.integers(0, len(options)))], random))
        return "".join(out)


def texts():
    """(kind, label, text), always in the same order. The kinds are `form_` and the head's name or `honest`."""
    out, seen = [], set()
    for path in sorted(FORMS.glob("*.txt")):
        forms = Forms(path)
        random = generator(path.name)
        for kind, label, count, lines in forms.made:
            # Every line as often as every other, or one with many words would drown the rest.
            for at in range(count):
                for _ in range(TRIES):
                    text = forms.write(lines[at % len(lines)], random)
                    text = re.sub(r" ([.,])(?= |$)", r"\1", " ".join(text.split())).replace("..", ".")
                    text = text.replace("⟨", "{").replace("⟩", "}").replace("¦", "|").replace("\\n", "\n")
                    if text not in seen:
                        seen.add(text)
                        out.append((f"form_{kind}", label, text))
                        break
    return out


if __name__ == "__main__":
    for kind, label, text in texts():
        print(kind, label, text)
