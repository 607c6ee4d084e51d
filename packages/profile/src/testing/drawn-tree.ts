import { type CallTree, foldStacks } from '../call-tree.ts';
import { profileFromText } from '../drawn-profile.ts';
import { framesByName } from '../frame-table.ts';
import { int64At } from '../int64-column.ts';
import { selfByStack } from '../stack-values.ts';

/** The call tree of a drawn profile, told apart by name. */
export function treeFromText(text: string): CallTree {
  const { stacks, symbols, samples } = profileFromText(text);
  const self = selfByStack(stacks, samples.stack, samples.values[0]);
  return foldStacks(stacks, symbols.locations, self, framesByName(symbols)).tree;
}

/** A tree as lines, in row order: `main;serve self=1 total=3`. */
export function drawTree(tree: CallTree): string[] {
  const paths: string[] = [];
  return Array.from({ length: tree.length }, (_, node) => {
    const name = tree.frames.name[tree.frame[node]];
    const caller = tree.parent[node];
    paths[node] = caller === -1 ? name : `${paths[caller]};${name}`;
    return `${paths[node]} self=${int64At(tree.self, node)} total=${int64At(tree.total, node)}`;
  });
}
