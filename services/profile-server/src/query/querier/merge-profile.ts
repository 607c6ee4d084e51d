import type { SelectMergeProfileRequest } from '@emberscope/protocol/querier';
import type { AnswerBody } from '../encode/answer-body.ts';
import type { Query } from '../query.ts';
import { mergedPprof, pprofBody } from './pprof-answer.ts';
import { queryRange } from './query-range.ts';
import { profileSelection } from './query-selection.ts';
import { selectSamples } from './sample-selectors.ts';

/** What was selected as a bare pprof, whole: `max_nodes` does nothing, as in Pyroscope. */
export async function mergeProfile(query: Query<SelectMergeProfileRequest>): Promise<AnswerBody> {
  const { request } = query;
  const range = queryRange(query);
  if (range === undefined) return pprofBody(undefined);
  const selection = await selectSamples(query, profileSelection(query, range), {
    profileIds: request.profileIdSelector,
    spanIds: [],
    traceIds: request.traceIdSelector,
    callSite: (request.stackTraceSelector?.callSite ?? []).map(({ name }) => name),
  });
  const { goPgo } = request.stackTraceSelector ?? {};
  return pprofBody(await mergedPprof(query, selection, request.end, goPgo));
}
