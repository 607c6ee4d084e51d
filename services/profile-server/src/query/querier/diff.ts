import { create } from '@bufbuild/protobuf';
import { type CallTree, type DiffLevels, encodeDiff } from '@emberscope/profile';
import {
  type DiffRequest,
  type SelectMergeStacktracesRequest,
  SelectMergeStacktracesRequestSchema,
} from '@emberscope/protocol/querier';
import type { ProfileSelection } from '../../store/selection.ts';
import type { AnswerBody } from '../encode/answer-body.ts';
import { flameGraphDiffBody } from '../encode/flame-graph-body.ts';
import type { Query } from '../query.ts';
import { QueryRefused, refuseArgument } from '../query-refusal.ts';
import { maxNodesOf } from './max-nodes.ts';
import { profileTypeOf } from './query-selection.ts';
import { mergedTree, sampleSelectorsOf, selectStacktraces } from './select-stacktraces.ts';

/** Two selections as one flame graph, side by side. */
export async function diff(query: Query<DiffRequest>): Promise<AnswerBody> {
  return flameGraphDiffBody(await diffLevels(query));
}

/**
 * Both sides in one shape. The larger number of nodes holds for both sides
 * and for the diff: Pyroscope cuts the trees and then the diff of what is left.
 *
 * Its order is its own: the types of both sides, the number of nodes, then the rest of each side.
 * Nothing is read before both are known to be right.
 */
export async function diffLevels(
  query: Query<Pick<DiffRequest, 'left' | 'right'>>,
): Promise<DiffLevels> {
  const left = query.request.left ?? create(SelectMergeStacktracesRequestSchema);
  const right = query.request.right ?? create(SelectMergeStacktracesRequestSchema);
  profileTypeOf(left.profileTypeID);
  profileTypeOf(right.profileTypeID);
  const maxNodes = maxNodesOf(larger(left.maxNodes, right.maxNodes), query.limits);
  const selections = [await selectSide(query, left), await selectSide(query, right)] as const;
  // One after the other: of a whole tree, only what it is cut to is kept while the next is read.
  const leftTree = await cutTree(query, selections[0], maxNodes, 'left');
  const rightTree = await cutTree(query, selections[1], maxNodes, 'right');
  return encodeDiff(leftTree, rightTree, maxNodes);
}

/** A number that is left out counts as 0, which asks for the default. */
function larger(left = 0n, right = 0n): bigint {
  return left > right ? left : right;
}

/**
 * What one side selects. Its number of nodes is decided by then. Whatever is wrong with a side is an
 * argument of the diff, said with the code that it would have by itself. An error of the store stays
 * what it is: a client may ask again after some of them, and not after a bad argument.
 */
async function selectSide(
  query: Query<unknown>,
  { maxNodes: _, ...request }: SelectMergeStacktracesRequest,
): Promise<ProfileSelection | undefined> {
  try {
    const { selection } = await selectStacktraces(
      { ...query, request },
      sampleSelectorsOf(request),
    );
    return selection;
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    const { code, message } = error.failure;
    if (code === 'invalid_argument' || code === 'unknown') refuseArgument(`${code}: ${message}`);
    throw error;
  }
}

async function cutTree(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
  side: 'left' | 'right',
): Promise<CallTree> {
  const tree = await mergedTree(query, selection, maxNodes);
  // No profile has such values when it is kept, but sums past int64 wrap.
  const row = tree.self.findIndex((value: number | bigint) => value < 0);
  if (row !== -1) {
    const name = tree.frames.name[tree.frame[row] ?? -1];
    refuseArgument(
      `the ${side} side has ${tree.self[row]} at ${JSON.stringify(name)}: a diff has no place for values below 0`,
    );
  }
  return tree;
}
