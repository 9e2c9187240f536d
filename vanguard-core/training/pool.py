"""Collects honest text that no model here was trained on, to fix thresholds by: documentation on this machine.

Debian documentation, manual pages and message catalogues in many languages, Python's docstrings, and the Markdown and doc comments of the
crates that Cargo.lock names. What is taken is decided by a hash of the text, so the same files give the same pool. The pool is written
outside the clone and never committed; `manifest.json` states its hash and counts.
"""

import ast
import gettext
import gzip
import hashlib
import json
import pathlib
import re
import sys

LONG, SHORT = 12_000, 900
CAP = {"debian": 3000, "man": 2500, "man_ml": 2500, "catalogue": 4000, "python": 2500, "crate_md": 4000, "crate_doc": 4000}


def pieces(text):
    """The text as a whole, and its paragraphs."""
    text = text.strip()
    if len(text) >= 40:
        yield text[:LONG]
    for part in re.split(r"\n\s*\n", text):
        if 40 <= len(part.strip()) and len(text) > len(part) + 10:
            yield part.strip()[:SHORT]


def read(path):
    try:
        data = gzip.open(path).read(400_000) if path.suffix == ".gz" else path.open("rb").read(400_000)
        return data.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError, gzip.BadGzipFile):
        return ""


def plain_man(text):
    text = re.sub(r'(?m)^\.\\".*$|^\'\\".*$', "", text)
    text = re.sub(r"(?m)^\.(SH|SS|TH|B|I|BR|IR|RB|RI|IP|TP|PP|P|br|sp|nf|fi|RS|RE|ad|nh|hy|de|ie|el|if|ds|nr)\b ?", "", text)
    return re.sub(r"\\f.|\\-", lambda m: "-" if m[0] == "\\-" else "", text).replace("\\&", "")


def docstrings(path):
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, OSError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            doc = ast.get_docstring(node)
            if doc:
                yield doc


def sources(cargo):
    root = pathlib.Path("/usr/share")
    for path in sorted(root.glob("doc/**/*")):
        if path.is_file() and not path.is_symlink() and re.search(r"readme|news|faq|todo|\.txt|\.md|\.rst|\.html|howto|changelog", path.name, re.I):
            yield "debian", str(path), pieces(read(path))
    for path in sorted(root.glob("man/**/*.gz")):
        if path.is_file() and not path.is_symlink():
            kind = "man" if path.parent.parent.name == "man" else "man_ml"
            yield kind, str(path), pieces(plain_man(read(path)))
    for path in sorted(root.glob("locale/*/LC_MESSAGES/*.mo")):
        try:
            texts = gettext.GNUTranslations(path.open("rb"))._catalog.values()
        except (OSError, UnicodeDecodeError, ValueError, IndexError):
            continue
        yield "catalogue", str(path), (text for text in texts if isinstance(text, str) and len(text) >= 60)
    for path in sorted(pathlib.Path("/usr/lib/python3.11").glob("**/*.py")):
        yield "python", str(path), (piece for doc in docstrings(path) for piece in pieces(doc))
    for path in sorted(cargo.glob("*/*/**/*.md")):
        yield "crate_md", str(path.relative_to(cargo)), pieces(read(path))
    for path in sorted(cargo.glob("*/*/src/**/*.rs")):
        comments = re.findall(r"(?m)(?:^[ \t]*//[/!] ?.*\n)+", read(path))
        texts = ("\n".join(re.sub(r"^\s*//[/!] ?", "", line) for line in comment.splitlines()) for comment in comments)
        yield "crate_doc", str(path.relative_to(cargo)), (piece for text in texts for piece in pieces(text))


def main(out):
    cargo = pathlib.Path.home() / ".cargo/registry/src"
    chosen = {}
    for kind, source, texts in sources(cargo):
        for text in texts:
            digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
            # Long texts are few: they come first. The rest by hash.
            chosen.setdefault(kind, {})[digest] = (0 if len(text) > SHORT and digest < "6" else 1, digest, source, text)
    lines = []
    for kind, texts in sorted(chosen.items()):
        ranked = sorted(texts.values(), key=lambda entry: entry[:2])
        long = [entry for entry in ranked if entry[0] == 0][: CAP[kind] // 4]
        short = [entry for entry in ranked if entry[0] == 1][: CAP[kind] - len(long)]
        lines += [json.dumps({"kind": kind, "source": e[2], "text": e[3]}, ensure_ascii=False) for e in long + short]
    data = "\n".join(lines).encode("utf-8", "replace")
    with open(out, "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            packed.write(data)
    print(len(lines), "texts,", len(data), "bytes,", hashlib.sha256(data).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
