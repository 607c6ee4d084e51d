import type { CallTree } from './call-tree.ts';
import { int64At } from './int64-column.ts';
import type { Profile, ValueType } from './profile.ts';
import { createProfileBuilder } from './profile-builder.ts';

/*
 * Folded stacks, the common tongue of flame graph tools: `root;caller;leaf 42`, one stack a line,
 * frames from the root, the value behind the last space. (Format as written by Brendan Gregg's
 * stackcollapse scripts.)
 */

export type FoldedText =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** A stack longer than this is no stack but a file of another kind. */
export const FOLDED_MAX_FRAMES = 65_536;

/** Reads folded text. Empty lines are passed over; any other line must be a stack and a value. */
export function profileFromFoldedText(
  text: string,
  sampleType: ValueType = { type: 'samples', unit: 'count' },
): FoldedText {
  const builder = createProfileBuilder({ sampleTypes: [sampleType] });
  const no = (line: number, reason: string): FoldedText => ({ ok: false, line, reason });
  let lineNumber = 0;
  for (const raw of text.split('\n')) {
    lineNumber++;
    const line = raw.trim();
    if (line === '') continue;
    const space = line.lastIndexOf(' ');
    const value = parseInt64(line.slice(space + 1));
    if (space === -1) return no(lineNumber, `"${clip(line)}" has no value behind a space`);
    if (value === undefined) {
      return no(lineNumber, `"${clip(line.slice(space + 1))}" is not a 64-bit integer`);
    }
    const frames = line.slice(0, space).split(';');
    if (frames.length > FOLDED_MAX_FRAMES) {
      return no(lineNumber, `${frames.length} frames; the limit is ${FOLDED_MAX_FRAMES}`);
    }
    builder.addSample(
      builder.stacks.intern(frames.map((name) => builder.frame({ name: name.trim() }))),
      [value],
    );
  }
  return { ok: true, profile: builder.finish() };
}

/** Writes a call tree as folded text: a line for each node that has a value of its own. */
export function foldedTextFromTree(tree: CallTree): string[] {
  const pathOf: string[] = [];
  const lines: string[] = [];
  for (let node = 0; node < tree.length; node++) {
    const name = spoken(tree.frames.name[tree.frame[node]]);
    const caller = tree.parent[node];
    pathOf[node] = caller === -1 ? name : `${pathOf[caller]};${name}`;
    const self = int64At(tree.self, node);
    if (self !== 0n) lines.push(`${pathOf[node]} ${self}`);
  }
  return lines;

  /** A name without what the format would take for its own marks. */
  function spoken(name: string): string {
    return name.replaceAll(';', ':').replaceAll('\n', ' ');
  }
}

function parseInt64(digits: string): bigint | undefined {
  if (!/^[+-]?\d{1,19}$/.test(digits)) return undefined;
  const value = BigInt(digits.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
