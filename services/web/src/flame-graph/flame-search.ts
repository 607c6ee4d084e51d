import { compileValuePattern } from '@emberscope/labels';
import { type FrameTable, NO_NODE, type NodeIndex } from '@emberscope/profile';
import type { FlameModel } from './flame-model.ts';
import { nameOfOrigin, originOfFile } from './package-of-file.ts';

/** A search that the reader typed, made ready: which frames it means. */
export type FrameSearch =
  | { readonly kind: 'none' }
  /** `length f`: 1 for each frame that matches. */
  | { readonly kind: 'frames'; readonly isMatch: Uint8Array }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Plain text is looked for in name and file, in any case. `regex:` takes RE2 (any part of the name
 * may match), `file:` looks in files alone, `pkg:` in names of packages (`pkg:lmdb`, `pkg:own`).
 */
export function searchFrames(frames: FrameTable, text: string): FrameSearch {
  const wanted = text.trim();
  if (wanted === '') return { kind: 'none' };
  const made = predicateOfText(frames, wanted);
  if (typeof made === 'string') return { kind: 'unreadable', reason: made };
  const isMatch = new Uint8Array(frames.length);
  for (let frame = 0; frame < frames.length; frame++) {
    if (made(frames.name[frame] ?? '', frames.file[frame] ?? '')) isMatch[frame] = 1;
  }
  return { kind: 'frames', isMatch };
}

/** The boxes of a search within what a node holds, from left to right, and what they cost. */
export type FoundNodes = {
  /** Outermost matches only: what is above another match holds it already. */
  readonly nodes: readonly NodeIndex[];
  readonly total: number;
};

/** A match within a match is not counted again, so shares never pass 100 %. */
export function findNodes(model: FlameModel, isMatch: Uint8Array, within: NodeIndex): FoundNodes {
  const { tree, ends } = model;
  const nodes: NodeIndex[] = [];
  let total = 0;
  const end = within === NO_NODE ? tree.length : (ends[within] ?? 0);
  for (let node = Math.max(0, within); node < end; ) {
    if (isMatch[tree.frame[node] ?? 0] === 1) {
      nodes.push(node);
      total += Number(tree.total[node]);
      node = ends[node] ?? end;
    } else node++;
  }
  return { nodes, total };
}

type Predicate = (name: string, file: string) => boolean;

/** A string is why there is none. */
function predicateOfText(frames: FrameTable, wanted: string): Predicate | string {
  const [, prefix, rest = ''] = /^(regex|file|pkg):(.*)$/s.exec(wanted) ?? [];
  const needle = rest.trim().toLowerCase();
  switch (prefix) {
    case 'regex': {
      // RE2, not the browser's engine: a pattern typed letter by letter must never hang the page.
      const compiled = compileValuePattern(`(?i).*(?:${rest}).*`);
      if (compiled.ok) return (name) => compiled.pattern.matches(name);
      // Without the pattern that stands around the reader's own.
      return compiled.reason.replace(/^error parsing regexp: /, '').replace(/: `.*`$/s, '');
    }
    case 'file':
      return (_name, file) => file.toLowerCase().includes(needle);
    case 'pkg': {
      const origins = frames.file.map((file) => nameOfOrigin(originOfFile(file)).toLowerCase());
      // A whole name means that package alone: `node` is not `node-fetch`.
      const isWhole = origins.includes(needle);
      return (_name, file) => {
        const origin = nameOfOrigin(originOfFile(file)).toLowerCase();
        return isWhole ? origin === needle : origin.includes(needle);
      };
    }
    default: {
      const plain = wanted.toLowerCase();
      return (name, file) =>
        name.toLowerCase().includes(plain) || file.toLowerCase().includes(plain);
    }
  }
}
