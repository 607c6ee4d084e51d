import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  SelectMergeStacktracesRequestSchema,
  SelectSeriesRequestSchema,
  SeriesRequestSchema,
} from '@emberscope/protocol/querier';
import { LabelValuesRequestSchema } from '@emberscope/protocol/types';
import { millisFromNanos } from '@emberscope/units';
import type { QueryCall, QueryMethod } from '../query/query-call.ts';
import { ANONYMOUS } from '../store/ids.ts';
import type { ProfileReader } from '../store/profile-store.ts';
import type { QueryContext } from '../store/selection.ts';

const HOUR_MILLIS = 3_600_000;
const SERVICE = 'service_name';

/**
 * Questions as a person asks them first, about the newest hour of whatever there is: a thread that
 * has answered them some times has its code compiled and its dictionaries read. Empty when there is
 * nothing to ask about.
 */
export async function practiceCalls(
  reader: ProfileReader,
  context: QueryContext,
): Promise<readonly QueryCall[]> {
  const stats = await reader.tenantStats([ANONYMOUS], context);
  if (!stats.ok || stats.value.kind === 'nothing-ingested') return [];
  const { newestNanos } = stats.value;
  const end = BigInt(millisFromNanos(newestNanos));
  const start = end - BigInt(HOUR_MILLIS);
  const range = { startNanos: stats.value.oldestNanos, endNanos: newestNanos };
  const types = await reader.profileTypes({ tenants: [ANONYMOUS], range, matchers: [] }, context);
  const [type] = types.ok ? types.value : [];
  if (type === undefined) return [];
  const selected = { profileTypeID: type.id, labelSelector: '{}', start, end };
  return [
    call('LabelValues', LabelValuesRequestSchema, { name: SERVICE, start, end }),
    call('Series', SeriesRequestSchema, { labelNames: [SERVICE], start, end }),
    call('SelectSeries', SelectSeriesRequestSchema, { ...selected, step: 15, groupBy: [SERVICE] }),
    call('SelectMergeStacktraces', SelectMergeStacktracesRequestSchema, selected),
  ];
}

function call<Schema extends DescMessage>(
  name: 'LabelValues' | 'Series' | 'SelectSeries' | 'SelectMergeStacktraces',
  schema: Schema,
  request: MessageInitShape<Schema>,
): QueryCall {
  return {
    method: `querier.v1.QuerierService/${name}` satisfies QueryMethod,
    request: toBinary(schema, create(schema, request)),
    encoding: 'json',
    tenants: [ANONYMOUS],
    takesUtf8LabelNames: false,
  };
}
