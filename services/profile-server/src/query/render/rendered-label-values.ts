import { LABEL } from '@emberscope/labels';
import { MILLIS_PER_HOUR } from '@emberscope/units';
import { utf8 } from '../encode/answer-body.ts';
import { queryRange } from '../querier/query-range.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument } from '../query-refusal.ts';
import type { QueryParams } from './query-params.ts';
import { type RenderAnswer, renderJson } from './render-answer.ts';

/**
 * The profile types of the last hour, as a list or null. Of any other label Pyroscope asks itself
 * without a range, which is an error.
 */
export async function renderedLabelValues(query: Query<QueryParams>): Promise<RenderAnswer> {
  const { reader, tenants, context } = query;
  const label = query.request.get('label');
  if (label === '') refuseArgument('label parameter is required');
  if (label !== LABEL.profileName) refuseArgument('missing time range in the query');
  const end = BigInt(Math.trunc(query.nowMillis()));
  const request = { start: end - BigInt(MILLIS_PER_HOUR), end };
  const range = queryRange({ ...query, request });
  const types =
    range === undefined
      ? []
      : answered(await reader.profileTypes({ tenants, range, matchers: [] }, context));
  const ids = types.length === 0 ? null : types.map(({ id }) => id);
  return renderJson(utf8(`${JSON.stringify(ids)}\n`));
}
