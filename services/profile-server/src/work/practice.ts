import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { LABEL } from '@emberscope/labels';
import {
  ProfileTypesRequestSchema,
  SelectMergeStacktracesRequestSchema,
  SelectSeriesRequestSchema,
  SeriesRequestSchema,
} from '@emberscope/protocol/querier';
import { LabelValuesRequestSchema } from '@emberscope/protocol/types';
import { millisFromNanos, NANOS_PER_MILLI, unixNanos } from '@emberscope/units';
import type { QueryCall, QueryMethod } from '../query/query-call.ts';
import { ANONYMOUS } from '../store/ids.ts';
import type { ProfileReader } from '../store/profile-store.ts';
import type { QueryContext } from '../store/selection.ts';

/** Small enough that a query which comes meanwhile does not wait long for it. */
const RANGE_MILLIS = 5 * 60_000;
/** Series cost little, and their points are what is to be practised. */
const SERIES_RANGE_MILLIS = 60 * 60_000;
const STEP_SECONDS = 15;

/**
 * V8 has compiled what a flame graph runs through after some twenty of them; the first one of a
 * person takes 28 ms then, and 65 ms after half as many.
 */
const ROUNDS = 24;

/**
 * Questions as a person asks them first, about the newest minutes of whatever there is: a thread
 * that has answered them has its code compiled, and what names stacks have worked out for the
 * services that it was asked about. Empty when there is nothing to ask about.
 */
export async function practiceCalls(
  reader: ProfileReader,
  context: QueryContext,
): Promise<readonly QueryCall[]> {
  const stats = await reader.tenantStats([ANONYMOUS], context);
  if (!stats.ok || stats.value.kind === 'nothing-ingested') return [];
  const { newestNanos } = stats.value;
  const end = BigInt(millisFromNanos(newestNanos)) + 1n;
  const start = end - BigInt(RANGE_MILLIS);
  const startNanos = unixNanos(newestNanos - BigInt(RANGE_MILLIS) * NANOS_PER_MILLI);
  const range = { startNanos, endNanos: newestNanos };
  const selection = { tenants: [ANONYMOUS] as const, range, matchers: [] };
  const types = await reader.profileTypes(selection, context);
  const services = await reader.labelValues({ ...selection, name: LABEL.serviceName }, context);
  if (!types.ok || !services.ok || types.value.length === 0) return [];
  const typeIds = types.value.map(({ id }) => id);
  const selectors = services.value.map((service) => `{service_name=${JSON.stringify(service)}}`);
  return Array.from({ length: ROUNDS }, (_, round) => {
    // Another type when all services have had their turn.
    const turn = Math.floor(round / Math.max(1, selectors.length));
    const selected = {
      profileTypeID: typeIds[(round + turn) % typeIds.length] ?? '',
      labelSelector: selectors[round % selectors.length] ?? '{}',
    };
    return [
      call('SelectMergeStacktraces', SelectMergeStacktracesRequestSchema, {
        ...selected,
        ...{ start, end },
      }),
      call('SelectSeries', SelectSeriesRequestSchema, {
        ...selected,
        ...{ start: end - BigInt(SERIES_RANGE_MILLIS), end, step: STEP_SECONDS },
      }),
      smallCall(round, { start, end }),
    ];
  }).flat();
}

type Times = { readonly start: bigint; readonly end: bigint };

/** What a page asks for beside a flame graph, by turns. */
function smallCall(round: number, times: Times): QueryCall {
  switch (round % 3) {
    case 0:
      return call('ProfileTypes', ProfileTypesRequestSchema, times);
    case 1:
      return call('LabelValues', LabelValuesRequestSchema, { name: LABEL.serviceName, ...times });
    default:
      return call('Series', SeriesRequestSchema, { labelNames: [LABEL.serviceName], ...times });
  }
}

type Asked = 'ProfileTypes' | 'LabelValues' | 'Series' | 'SelectSeries' | 'SelectMergeStacktraces';

function call<Schema extends DescMessage>(
  name: Asked,
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
