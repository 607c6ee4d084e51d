import { type ProfileTypesRequest, ProfileTypesResponseSchema } from '@emberscope/protocol/querier';
import { MILLIS_PER_HOUR } from '@emberscope/units';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { queryRange } from './query-range.ts';

/** Types with a profile in range. Without a range it is the last hour: old clients send none. */
export async function profileTypes(query: Query<ProfileTypesRequest>): Promise<AnswerBody> {
  const { reader, tenants, context, request } = query;
  const now = BigInt(Math.trunc(query.nowMillis()));
  const hasNoRange = request.start === 0n && request.end === 0n;
  const range = queryRange(
    hasNoRange ? { ...query, request: { start: now - BigInt(MILLIS_PER_HOUR), end: now } } : query,
  );
  if (range === undefined) return messageBody(ProfileTypesResponseSchema, {});
  const types = answered(await reader.profileTypes({ tenants, range, matchers: [] }, context));
  return messageBody(ProfileTypesResponseSchema, {
    profileTypes: types.map(({ id, ...parts }) => ({ ID: id, ...parts })),
  });
}
