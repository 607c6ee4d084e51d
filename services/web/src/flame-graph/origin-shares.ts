import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import type { FlameModel } from './flame-model.ts';
import { type CodeOrigin, nameOfOrigin, originOfFile } from './package-of-file.ts';

/** What code of one origin cost itself. */
export type OriginShare = {
  readonly origin: CodeOrigin;
  readonly name: string;
  readonly self: number;
};

/** Whose code the time went to, within what a node holds: largest first, none that cost nothing. */
export function originShares(
  { tree, ends }: FlameModel,
  within: NodeIndex,
): readonly OriginShare[] {
  const selfByFrame = new Float64Array(tree.frames.length);
  const end = within === NO_NODE ? tree.length : (ends[within] ?? 0);
  for (let node = Math.max(0, within); node < end; node++) {
    selfByFrame[tree.frame[node] ?? 0]! += Number(tree.self[node]);
  }
  const shares = new Map<string, OriginShare>();
  for (const [frame, file] of tree.frames.file.entries()) {
    const origin = originOfFile(file);
    const name = nameOfOrigin(origin);
    const self = (shares.get(name)?.self ?? 0) + (selfByFrame[frame] ?? 0);
    shares.set(name, { origin, name, self });
  }
  return [...shares.values()].filter(({ self }) => self > 0).sort((a, b) => b.self - a.self);
}
