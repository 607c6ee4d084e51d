import { createNamedProfileBuilder, NO_STACK, type StackIndex } from '@emberscope/profile';
import { decodeName, walkNodes } from './nested-nodes.ts';
import type { ReadProfile } from './read-answer.ts';

/** Reads Pyroscope's tree: a node is one frame, its value what it cost itself. */
export function readTree(bytes: Uint8Array): ReadProfile {
  const builder = createNamedProfileBuilder({ sampleTypes: [{ type: 'samples', unit: 'count' }] });
  const counts = new Map<StackIndex, bigint>();
  let isRoot = true;
  const walked = walkNodes(bytes, NO_STACK, (caller, name, value) => {
    if (isRoot) {
      isRoot = false;
      return NO_STACK;
    }
    const stack = builder.stacks.push(caller, builder.frame(decodeName(name)));
    if (value !== 0n) counts.set(stack, BigInt.asIntN(64, (counts.get(stack) ?? 0n) + value));
    return stack;
  });
  if (!walked.ok) return walked;
  for (const [stack, count] of counts) builder.addSample(stack, [count]);
  return { ok: true, profile: builder.finish() };
}
