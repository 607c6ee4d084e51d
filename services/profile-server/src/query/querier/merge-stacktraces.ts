import {
  cutStacks,
  encodeFlameGraph,
  encodeTreeBytes,
  type FlameGraphLevels,
} from '@emberscope/profile';
import {
  ProfileFormat,
  type SelectMergeSpanProfileRequest,
  SelectMergeSpanProfileResponseSchema,
  type SelectMergeStacktracesRequest,
  SelectMergeStacktracesResponseSchema,
} from '@emberscope/protocol/querier';
import type { ProfileSelection } from '../../store/selection.ts';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import { flameGraphBody } from '../encode/flame-graph-body.ts';
import type { Query } from '../query.ts';
import { dotMaxNodes, dotText } from './dot-answer.ts';
import { mergedPprof, pprofFieldBody } from './pprof-answer.ts';
import { mergedTree, sampleSelectorsOf, selectStacktraces } from './select-stacktraces.ts';

/** What was selected as one flame graph, tree, pprof or drawing. `async` is answered at once. */
export async function mergeStacktraces(
  query: Query<SelectMergeStacktracesRequest>,
): Promise<AnswerBody> {
  const { request } = query;
  const { selection, maxNodes } = await selectStacktraces(query, sampleSelectorsOf(request));
  switch (request.format) {
    case ProfileFormat.PPROF: {
      const goPgo = request.stackTraceSelector?.goPgo;
      return pprofFieldBody(await mergedPprof(query, selection, request.end, goPgo));
    }
    case ProfileFormat.DOT: {
      const goPgo = request.stackTraceSelector?.goPgo;
      const profile = await mergedPprof(query, selection, request.end, goPgo);
      const maxNodes = dotMaxNodes(request.maxNodes);
      const sourceMaxNodes = Math.max(DOT_SOURCE_NODES, maxNodes);
      const dot = profile && dotText(cutStacks(profile, sourceMaxNodes), maxNodes);
      return messageBody(SelectMergeStacktracesResponseSchema, { dot: dot ?? '' });
    }
    case ProfileFormat.TREE: {
      const tree = await treeBytes(query, selection, maxNodes);
      return messageBody(SelectMergeStacktracesResponseSchema, { tree });
    }
    default:
      return flameGraph(query, selection, maxNodes);
  }
}

/** Pyroscope draws a graph of a profile that it has cut to this many nodes, or to as many as it draws. */
const DOT_SOURCE_NODES = 512;

/** The same of the samples of some spans; older clients ask for it here. */
export async function mergeSpanProfile(
  query: Query<SelectMergeSpanProfileRequest>,
): Promise<AnswerBody> {
  const { request } = query;
  const { selection, maxNodes } = await selectStacktraces(query, {
    profileIds: [],
    spanIds: request.spanSelector,
    traceIds: [],
    callSite: [],
  });
  if (request.format !== ProfileFormat.TREE) return flameGraph(query, selection, maxNodes);
  const tree = await treeBytes(query, selection, maxNodes);
  return messageBody(SelectMergeSpanProfileResponseSchema, { tree });
}

/**
 * Pyroscope makes flame graphs from trees that came as truncated bytes, so what a tree was cut to
 * is cut once more: a box fewer or two where nothing was tied, and its users compare them.
 */
export async function mergedFlameGraph(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
): Promise<FlameGraphLevels> {
  const tree = await mergedTree(query, selection, maxNodes);
  return encodeFlameGraph(tree, maxNodes);
}

async function flameGraph(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
): Promise<AnswerBody> {
  return flameGraphBody(await mergedFlameGraph(query, selection, maxNodes));
}

async function treeBytes(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
): Promise<Uint8Array> {
  return encodeTreeBytes(await mergedTree(query, selection, maxNodes));
}
