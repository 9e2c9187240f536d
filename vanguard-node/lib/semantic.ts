import * as native from '../native';
import { typed } from './errors';
import type { Profile } from './words';

/** What one head of the embedded model makes of a text: its strongest window. */
export interface Score {
  /** What it looks for. */
  head: 'injection' | 'jailbreak' | 'poisoned';
  /** In parts of a point, 16 to a point; what it means differs by head: see `band`. */
  score: number;
  /** How sure the model is; absent below all. */
  band?: 'warn' | 'firm' | 'block';
  /** The window's first byte, of the text in UTF-8. */
  start: number;
  /** One past the window's last byte. */
  end: number;
  /** The words that weighed most, if asked for. */
  words: { words: string; weight: number }[];
}

/**
 * What the embedded model makes of a text: one score for each head; none for a text without a word. The bands are those of a text that
 * stands `at` a place, in a profile; `words`: how many of the words that weighed most are told. The same scores everywhere.
 */
export function semanticScore(
  text: Uint8Array | string,
  about: { at?: 'result' | 'argument' | 'metadata'; profile?: Profile; words?: number } = {},
): Score[] {
  return typed(() => native.semanticScore(text, about.at, about.profile, about.words)) as Score[];
}
