import { type LabelValuesRequest, LabelValuesResponseSchema } from '@emberscope/protocol/types';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument } from '../query-refusal.ts';
import { queryRange } from './query-range.ts';
import { matchersOf } from './query-selection.ts';

/** Values of one label, whatever characters its name has. */
export async function labelValues(query: Query<LabelValuesRequest>): Promise<AnswerBody> {
  const { reader, tenants, context, request } = query;
  const { name } = request;
  const range = queryRange(query);
  if (range === undefined) return messageBody(LabelValuesResponseSchema, {});
  if (name === '') refuseArgument('name is required');
  const matchers = matchersOf(request.matchers);
  const names = answered(await reader.labelValues({ tenants, range, matchers, name }, context));
  return messageBody(LabelValuesResponseSchema, { names: [...names] });
}
