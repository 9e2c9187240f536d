import { readFileSync } from 'node:fs';
import type * as native from '../native';
import { reasonOf } from './errors';
import type { SemanticLayer } from './layer';
import type { Profile } from './words';

/** The path of a configuration file, or an object with the same keys. */
export type Config = string | URL | { readonly [key: string]: unknown };

/** What code says beside configurations. */
export interface InspectorOptions {
  /** Whatever the configuration says. */
  profile?: Profile;
  /** How blocked requests are answered: with a JSON-RPC error, or a `tools/call` with an `isError` result. */
  denyAs?: 'error' | 'tool_result';
  /** Directories that tools may read and write; with one, paths outside all of them are blocked. */
  safeZones?: readonly string[];
  /** Warns of arguments and results that are not what the tool's own schemas say. */
  checkSchemas?: boolean;
  /** Layers of your own, which judge after the built-in ones. Asked on the thread that inspects, so keep them short. */
  semanticLayers?: readonly SemanticLayer[];
}

/** Every option, so that none can be forgotten here. */
const OPTIONS: Record<keyof InspectorOptions, true> = {
  profile: true,
  denyAs: true,
  safeZones: true,
  checkSchemas: true,
  semanticLayers: true,
};

/** Refuses what is no option of an inspector. */
export function checkOptions(options: object): void {
  onlyKnown(options, OPTIONS, 'Inspector');
}

/** Refuses what is no option: misspelt (`safezones`, `audti`), it would leave its owner with less than was asked for, without a word. */
export function onlyKnown(options: object, known: Record<string, true>, owner: string): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new TypeError(`\`${unknown}\` is no option of ${owner}: there are ${Object.keys(known).join(', ')}`);
}

/** Name and text of one configuration. */
export function textOf(config: Config): native.NativeText {
  if (typeof config === 'string') return { name: config, text: readFileSync(config, 'utf8') };
  if (config instanceof URL) return { name: config.pathname, text: readFileSync(config, 'utf8') };
  let text: string;
  try {
    // A Map or a class would be written without what it holds. An object of another realm is as good as one of this.
    const parent = typeof config === 'object' && config !== null ? Object.getPrototypeOf(config) : config;
    if (parent !== null && (typeof parent !== 'object' || Object.getPrototypeOf(parent) !== null)) {
      throw new TypeError(parent?.constructor?.name ?? typeof config);
    }
    text = JSON.stringify(config);
  } catch (error) {
    throw new TypeError(`a configuration is a path or a plain object that JSON can hold: ${reasonOf(error)}`);
  }
  return { name: 'config.json', text };
}
