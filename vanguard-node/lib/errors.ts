import type { Verdict } from './verdict';

/** The base of every error of this package. */
export class VanguardError extends Error {
  override name = 'VanguardError';
}

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Whether it stops the configuration from being used. */
  severity: 'error' | 'warning';
  /** What was found. */
  message: string;
  /** What would be right. */
  help: string | null;
  /** The file. */
  file: string;
  /** The line, from 1. */
  line: number | null;
  /** The column, from 1, in characters. */
  column: number | null;
  /** First byte and one past the last, in the file. */
  span: [number, number] | null;
}

/** A configuration or rule pack is wrong. Its message shows every problem with its line and a caret below the place. */
export class ConfigError extends VanguardError {
  override name = 'ConfigError';

  constructor(
    message: string,
    /** Every problem, with its place. */
    readonly problems: readonly Problem[] = [],
  ) {
    super(message);
  }

  /** The file of the first error. */
  get file(): string | undefined {
    return this.#first?.file;
  }

  /** The line of the first error, from 1. */
  get line(): number | undefined {
    return this.#first?.line ?? undefined;
  }

  /** The column of the first error, from 1, in characters. */
  get column(): number | undefined {
    return this.#first?.column ?? undefined;
  }

  get #first(): Problem | undefined {
    return this.problems.find((problem) => problem.severity === 'error');
  }
}

/** What was given is no message: another type, a cycle, a BigInt, or nothing says its direction. */
export class DecodeError extends VanguardError {
  override name = 'DecodeError';
}

/** A message must not pass: thrown by `Verdict.throwIfBlocked`, and by guarded functions. */
export class Blocked extends VanguardError {
  override name = 'Blocked';

  constructor(
    /** Why. */
    readonly verdict: Verdict,
  ) {
    super(verdict.message);
  }
}

/** Runs native code and gives its errors their class. */
export function typed<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw known(error);
  }
}

/** The error of this package for one of the native module's. */
export function known(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  if (code === 'CONFIG') {
    const told = JSON.parse(error.message) as { text: string; problems: Problem[] };
    return new ConfigError(told.text, told.problems);
  }
  if (code === 'DECODE') return new DecodeError(error.message, { cause: error });
  // On a thread of the pool an error has no code of its own.
  const told = /^(DECODE|ARGUMENT): (.*)/s.exec(error.message);
  if (told?.[1] === 'DECODE') return new DecodeError(told[2], { cause: error });
  return new TypeError(plain(told?.[2] ?? error.message), { cause: error });
}

/** What is wrong with an argument, in words of this language. */
function plain(text: string): string {
  const [, given, type, key] =
    /^Failed to convert \w+ value(?: `(.*)`)? into rust type `(\w+)`(?: on \w+\.(\w+))?/s.exec(text) ?? [];
  if (type === undefined) return text;
  const wanted = { String: 'string', bool: 'boolean', f64: 'number' }[type] ?? type;
  return `${key === undefined ? 'an argument' : `\`${key}\``} is a ${wanted}${given === undefined ? '' : `, not ${given.trim()}`}`;
}

/** Why something was thrown, whatever it is. */
export function reasonOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.message}` : `${String(error)} was thrown`;
  } catch {
    return 'it throws';
  }
}
