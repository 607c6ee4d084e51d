import { createProfileBuilder, NO_STACK, type StackIndex } from '@emberscope/profile';
import {
  type JsonObject,
  MalformedFile,
  number,
  object,
  optionalArray,
  readJson,
} from './json-shape.ts';
import type { ReadProfile } from './read-answer.ts';
import { toInt64 } from './to-int64.ts';
import { parseV8CallFrame, sourceFrameOfV8, V8_ROOT } from './v8-call-frame.ts';

/** More nodes than V8 ever writes; each is at least a few dozen bytes of JSON. */
export const HEAP_PROFILE_MAX_NODES = 10_000_000;

/**
 * Reads a `.heapprofile` of V8 (DevTools protocol, `HeapProfiler.SamplingHeapProfile`): bytes in use
 * by the stack that allocated them.
 */
export function readHeapProfile(bytes: Uint8Array): ReadProfile {
  const read = readJson(bytes, (file) => {
    const builder = createProfileBuilder({
      sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }],
      periodType: { type: 'inuse_space', unit: 'bytes' },
    });
    // A stack of our own: the file may be nested deeper than calls can be.
    const waiting: { readonly node: JsonObject; readonly caller: StackIndex }[] = [
      { node: object(file.head, 'head'), caller: NO_STACK },
    ];
    let nodeCount = 0;
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, caller } = next;
      if (++nodeCount > HEAP_PROFILE_MAX_NODES) {
        throw new MalformedFile(`more than ${HEAP_PROFILE_MAX_NODES} nodes`);
      }
      const frame = parseV8CallFrame(node, 'a node');
      const isRoot = caller === NO_STACK && frame.functionName === V8_ROOT;
      const stack = isRoot
        ? NO_STACK
        : builder.stacks.push(caller, builder.frame(sourceFrameOfV8(frame)));
      const selfBytes = number(node.selfSize, 'a node’s selfSize');
      if (selfBytes < 0) throw new MalformedFile(`a node’s selfSize is negative: ${selfBytes}`);
      if (selfBytes > 0) builder.addSample(stack, [toInt64(selfBytes)]);
      const children = optionalArray(node.children, 'a node’s children');
      for (let i = children.length - 1; i >= 0; i--) {
        waiting.push({ node: object(children[i], 'a child'), caller: stack });
      }
    }
    return builder.finish();
  });
  return read.ok ? { ok: true, profile: read.value } : read;
}
