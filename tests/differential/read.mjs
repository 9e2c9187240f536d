// What JSON.parse understands: one case a line (base64) on stdin, one JSON line for each on stdout, null where it refuses.
// The value has the form that vanguard-core/examples/read_cases.rs describes, keys sorted. Numbers as written need the
// reviver's `source`: Node 20 with --harmony-json-parse-with-source, later ones as they are.
import { createInterface } from 'node:readline';

class Literal {
  constructor(source) {
    this.source = source;
  }
}

function form(value) {
  if (value === null) return ['z'];
  if (value instanceof Literal) return ['n', value.source];
  if (typeof value === 'boolean') return ['b', value];
  if (typeof value === 'string') return ['s', value.toWellFormed()];
  if (Array.isArray(value)) return ['a', value.map(form)];
  return ['o', Object.keys(value).map((key) => [key, form(value[key])])];
}

const wellFormed = (text) => text.toWellFormed();

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let answer = null;
  try {
    const text = Buffer.from(line, 'base64').toString('utf8'); // as the SDKs decode: invalid bytes become U+FFFD
    const value = form(JSON.parse(text, (_key, inner, context) => (typeof inner === 'number' ? new Literal(context.source) : inner)));
    answer = JSON.stringify({ value }, (_key, inner) => (typeof inner === 'string' ? wellFormed(inner) : inner));
  } catch {
    // refused
  }
  process.stdout.write(`${answer}\n`);
}
