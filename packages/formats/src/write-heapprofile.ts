import type { Profile } from '@emberscope/profile';
import type { V8CallFrame } from './v8-call-frame.ts';
import { v8NodesOf } from './v8-nodes.ts';

type HeapNode = {
  readonly callFrame: V8CallFrame;
  readonly selfSize: number;
  readonly id: number;
  readonly children: readonly HeapNode[];
};

/**
 * Writes a `.heapprofile` that DevTools opens, from the first sample type in bytes; empty without
 * one. Running lines are lost: the format has none.
 */
export function writeHeapProfile(profile: Profile): Uint8Array {
  const type = profile.sampleTypes.findIndex(({ unit }) => unit === 'bytes');
  const tree = v8NodesOf(profile);
  const written: HeapNode[] = [];
  // Children stand behind their parents, so from the end every child is there before its parent.
  for (let id = tree.length - 1; id >= 0; id--) {
    const { callFrame, children, byLine } = tree[id];
    let selfSize = 0n;
    for (const values of byLine.values()) selfSize += values[type] ?? 0n;
    written[id] = {
      callFrame,
      selfSize: Math.max(0, Number(selfSize)),
      id: id + 1,
      children: children.map((child) => written[child]),
    };
  }
  return new TextEncoder().encode(stringifyNested(written[0]));
}

/** `JSON.stringify` calls itself for each level; a stack of a thousand frames is a thousand. */
function stringifyNested(head: HeapNode): string {
  const parts: string[] = ['{"head":'];
  const waiting: (HeapNode | string)[] = [head];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') {
      parts.push(next);
      continue;
    }
    const { children, ...own } = next;
    parts.push(JSON.stringify(own).slice(0, -1), ',"children":[');
    waiting.push(']}');
    for (let i = children.length - 1; i >= 0; i--) {
      waiting.push(children[i]);
      if (i > 0) waiting.push(',');
    }
  }
  parts.push(',"samples":[]}');
  return parts.join('');
}
