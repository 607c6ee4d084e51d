import { encodeFlameGraph, encodeTreeBytes } from '@emberscope/profile';
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
import { refuse } from '../query-refusal.ts';
import { mergedPprof, pprofFieldBody } from './pprof-answer.ts';
import { mergedTree, sampleSelectorsOf, selectStacktraces } from './select-stacktraces.ts';

/** What was selected as one flame graph, tree or pprof. `async` is answered at once. */
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
      const tree = await mergedTree(query, selection, 1);
      if (tree.length === 0) return messageBody(SelectMergeStacktracesResponseSchema, {});
      return refuse('unimplemented', 'format PROFILE_FORMAT_DOT is not supported by this server');
    }
    case ProfileFormat.TREE: {
      const tree = await treeBytes(query, selection, maxNodes);
      return messageBody(SelectMergeStacktracesResponseSchema, { tree });
    }
    default:
      return flameGraph(query, selection, maxNodes);
  }
}

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
async function flameGraph(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
): Promise<AnswerBody> {
  const tree = await mergedTree(query, selection, maxNodes);
  return flameGraphBody(encodeFlameGraph(tree, maxNodes));
}

async function treeBytes(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
): Promise<Uint8Array> {
  return encodeTreeBytes(await mergedTree(query, selection, maxNodes));
}
