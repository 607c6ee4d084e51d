import {
  compareLabelSets,
  filterLabels,
  isLegacyLabelName,
  type LabelSet,
} from '@emberscope/labels';
import { type SeriesRequest, SeriesResponseSchema } from '@emberscope/protocol/querier';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { queryRange } from './query-range.ts';
import { matchersOf } from './query-selection.ts';

/**
 * Distinct label sets, cut down to the names asked for; a set with none of them is left out. For
 * clients that cannot read every name, such names are left out of the request, or of the answer
 * when the request names none. A request of such names alone gets all labels, as Pyroscope has it.
 */
export async function series(query: Query<SeriesRequest>): Promise<AnswerBody> {
  const { reader, tenants, context, request, takesUtf8LabelNames } = query;
  const range = queryRange(query);
  if (range === undefined) return messageBody(SeriesResponseSchema, {});
  const matchers = matchersOf(request.matchers);
  const labelNames = takesUtf8LabelNames
    ? request.labelNames
    : request.labelNames.filter(isLegacyLabelName);
  const found = answered(await reader.labelSets({ tenants, range, matchers, labelNames }, context));
  const isCut = !takesUtf8LabelNames && request.labelNames.length === 0;
  const sets = isCut ? withLegacyNames(found) : found;
  return messageBody(SeriesResponseSchema, {
    labelsSet: sets
      .filter(({ labels }) => labels.length > 0)
      .map(({ labels }) => ({ labels: [...labels] })),
  });
}

function withLegacyNames(sets: readonly LabelSet[]): LabelSet[] {
  const cut = sets.map((set) => filterLabels(set, isLegacyLabelName));
  return [...new Map(cut.map((set) => [set.key, set])).values()].sort(compareLabelSets);
}
