import { isLegacyLabelName } from '@emberscope/labels';
import { type LabelNamesRequest, LabelNamesResponseSchema } from '@emberscope/protocol/types';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { queryRange } from './query-range.ts';
import { matchersOf } from './query-selection.ts';

/** Names of labels, those of the store included. Clients that cannot read all get those they can. */
export async function labelNames(query: Query<LabelNamesRequest>): Promise<AnswerBody> {
  const { reader, tenants, context, request, takesUtf8LabelNames } = query;
  const range = queryRange(query);
  if (range === undefined) return messageBody(LabelNamesResponseSchema, {});
  const matchers = matchersOf(request.matchers);
  const names = answered(await reader.labelNames({ tenants, range, matchers }, context));
  return messageBody(LabelNamesResponseSchema, {
    names: names.filter((name) => takesUtf8LabelNames || isLegacyLabelName(name)),
  });
}
