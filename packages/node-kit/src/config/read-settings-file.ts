import { isMap, isScalar, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { didYouMean } from './near-miss.ts';
import { type ForeignNames, isForeign } from './read-flags.ts';
import type { SettingNames } from './setting-names.ts';
import type { RawValue } from './setting-origin.ts';

export type FromFile =
  | {
      readonly ok: true;
      /** Property → value. */
      readonly values: ReadonlyMap<string, RawValue>;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly reasons: readonly string[] };

export type FileOptions = ForeignNames & {
  /** Further places of settings, with dashes → the name of the setting. */
  readonly fileKeys: ReadonlyMap<string, string>;
};

/**
 * Takes the settings out of YAML 1.2. The name of a setting is a path: `querier.max-query-length` is
 * `querier: { max_query_length: 24h }`, with dashes or underscores, or one key with dots.
 * What is unknown is an error with the file, the line and the nearest known key; with
 * `acceptUnknownDotted` it is a warning where it lies inside a section (as Pyroscope's own keys do).
 */
export function readSettingsFile(
  names: SettingNames,
  text: string,
  path: string,
  options: FileOptions,
): FromFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = lines.linePos(error.pos[0]).line;
    return { ok: false, reasons: [`${path}:${line} is not YAML: ${firstSentence(error.message)}`] };
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    return { ok: true, values: new Map(), warnings: [] };
  }
  if (!isMap(root)) return { ok: false, reasons: [`${path} is not a map of settings`] };

  const values = new Map<string, RawValue>();
  const warnings: string[] = [];
  const reasons: string[] = [];
  const lineOf = (node: ParsedNode | null | undefined) => lines.linePos(node?.range[0] ?? 0).line;

  walk(root, [], 0);
  return reasons.length > 0 ? { ok: false, reasons } : { ok: true, values, warnings };

  function walk(map: ParsedNode, above: readonly string[], depth: number): void {
    if (!isMap(map)) return;
    for (const { key, value } of map.items) {
      const path = [...above, String(isScalar(key) ? key.value : key)];
      take(path, key as ParsedNode, value as ParsedNode | null, depth);
    }
  }

  function take(keys: readonly string[], key: ParsedNode, node: ParsedNode | null, depth: number) {
    const written = keys.join('.');
    const name = written.replaceAll('_', '-');
    const setting = names.byFlag.get(options.fileKeys.get(name) ?? name);
    const line = lineOf(key);
    if (setting !== undefined) {
      const value = plain(node, line);
      if (value === null || value === undefined) return;
      if (values.has(setting.property)) {
        reasons.push(`${path}:${line}: ${setting.facts.name} is set a second time`);
        return;
      }
      const origin = { kind: 'file', path, key: written, line } as const;
      const isList = setting.facts.form === 'list' && Array.isArray(value);
      const isText = ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
      const raw = isList ? value.join(',') : isText ? String(value) : value;
      values.set(setting.property, { value: raw, origin });
      return;
    }
    const known = [...names.byFlag.keys(), ...options.fileKeys.keys()];
    const isSection = known.some((place) => place.startsWith(`${name}.`));
    if (isMap(node) && (isSection || options.acceptUnknownDotted) && depth < MAX_DEPTH) {
      walk(node, keys, depth + 1);
      return;
    }
    const told = `${path}:${line}: ${written} is unknown${didYouMean(name, known)}`;
    if (isForeign(written, options)) warnings.push(`${told} (ignored)`);
    else reasons.push(told);
  }

  function plain(node: Node | null, line: number): unknown {
    try {
      return node?.toJS(document, { maxAliasCount: MAX_ALIASES });
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      reasons.push(`${path}:${line}: ${error.message}`);
      return undefined;
    }
  }
}

/** Pyroscope's deepest key lies five sections deep. */
const MAX_DEPTH = 16;

/** More than anybody writes; a file of aliases to aliases would otherwise grow without end. */
const MAX_ALIASES = 100;

function firstSentence(text: string): string {
  return text.split('\n', 1)[0]?.replace(/[.:]$/, '') ?? text;
}
