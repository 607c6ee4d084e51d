import { create, type DescMessage, type MessageInitShape, toJsonString } from '@bufbuild/protobuf';
import { LABEL } from '@emberscope/labels';
import {
  DiffRequestSchema,
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

/**
 * What questions are about: the newest minutes of whatever there is, or hours and days, which takes
 * other ways through what has become segments, and longer.
 */
export type PracticeRange = 'minutes' | 'days';

/** A question, and a name for those that go the same way and read the same. */
export type PracticeCall = { readonly kind: string; readonly call: QueryCall };

/** Small enough that a query which comes meanwhile does not wait long for it. */
const FLAME_MILLIS = 5 * 60_000;
/** Series cost little, and their points are what is to be practised. */
const SERIES_MILLIS = 60 * 60_000;
const DAY_MILLIS = 24 * 60 * 60_000;
/** Ends within an hour, as a person's last day does: whole hours, and profiles at both ends. */
const BEFORE_NEWEST_MILLIS = 17 * 60_000 + 13_000;
const STEP_SECONDS = 15;
const DAY_STEP_SECONDS = 360;

/**
 * V8 has compiled what a flame graph runs through after some twenty of them; the first one of a
 * person takes 28 ms then, and 65 ms after half as many.
 */
const ROUNDS = 24;

/** Every so many rounds what costs as much as some of the others. */
const DEAR_EVERY = 2;

/**
 * Questions as a person asks them first: a thread that has answered them has its code compiled, and
 * what names stacks have worked out for the services that it was asked about. Empty when there is
 * nothing to ask about.
 */
export async function practiceCalls(
  reader: ProfileReader,
  context: QueryContext,
  range: PracticeRange,
): Promise<readonly PracticeCall[]> {
  const stats = await reader.tenantStats([ANONYMOUS], context);
  if (!stats.ok || stats.value.kind === 'nothing-ingested') return [];
  const { newestNanos } = stats.value;
  const newestMillis = millisFromNanos(newestNanos);
  const startNanos = unixNanos(newestNanos - BigInt(FLAME_MILLIS) * NANOS_PER_MILLI);
  const minutes = { startNanos, endNanos: newestNanos };
  const selection = { tenants: [ANONYMOUS] as const, range: minutes, matchers: [] };
  const types = await reader.profileTypes(selection, context);
  const services = await reader.labelValues({ ...selection, name: LABEL.serviceName }, context);
  if (!types.ok || !services.ok || types.value.length === 0) return [];
  const typeIds = types.value.map(({ id }) => id);
  const selectors = services.value.map((service) => `{service_name=${JSON.stringify(service)}}`);
  return Array.from({ length: ROUNDS }, (_, round) => {
    // Another type when all services have had their turn.
    const turn = Math.floor(round / Math.max(1, selectors.length));
    const selected: Selected = {
      profileTypeID: typeIds[(round + turn) % typeIds.length] ?? '',
      labelSelector: selectors[round % selectors.length] ?? '{}',
    };
    return range === 'minutes'
      ? aboutMinutes(round, selected, newestMillis + 1)
      : aboutDays(round, selected, newestMillis + 1);
  }).flat();
}

type Selected = { readonly profileTypeID: string; readonly labelSelector: string };
type Times = { readonly start: bigint; readonly end: bigint };

function aboutMinutes(round: number, selected: Selected, endMillis: number): PracticeCall[] {
  const { labelSelector } = selected;
  return [
    // What is slow about the first one is new with each service.
    flame(`flame of ${labelSelector}`, selected, timesBefore(endMillis, FLAME_MILLIS)),
    series('series', selected, timesBefore(endMillis, SERIES_MILLIS), STEP_SECONDS),
    smallCall(round, timesBefore(endMillis, FLAME_MILLIS)),
  ];
}

function aboutDays(round: number, selected: Selected, endMillis: number): PracticeCall[] {
  const all = { ...selected, labelSelector: '{}' };
  const hour = timesBefore(endMillis, SERIES_MILLIS);
  const day = timesBefore(endMillis - BEFORE_NEWEST_MILLIS, DAY_MILLIS);
  // So that all profiles of the days before lie in it.
  const days = timesBefore(endMillis, 2 * DAY_MILLIS);
  const middle = (days.start + days.end) / 2n;
  const isDear = round % DEAR_EVERY === 0;
  return [
    flame('flame', selected, timesBefore(endMillis, FLAME_MILLIS)),
    flame('flame of a day', selected, day),
    series('series', selected, hour, STEP_SECONDS),
    series('series of a day', selected, day, DAY_STEP_SECONDS),
    series('series by service', all, hour, STEP_SECONDS, [LABEL.serviceName]),
    smallCall(round, day),
    ...(isDear
      ? [
          series('series of a day by service', all, day, DAY_STEP_SECONDS, [LABEL.serviceName]),
          flame('flame of all', all, timesBefore(endMillis, FLAME_MILLIS)),
          flame('flame of days', selected, days),
          diff(selected, { start: days.start, end: middle }, { start: middle, end: days.end }),
        ]
      : []),
  ];
}

function timesBefore(endMillis: number, lengthMillis: number): Times {
  return { start: BigInt(endMillis - lengthMillis), end: BigInt(endMillis) };
}

function flame(kind: string, selected: Selected, times: Times): PracticeCall {
  const schema = SelectMergeStacktracesRequestSchema;
  return { kind, call: call('SelectMergeStacktraces', schema, { ...selected, ...times }) };
}

function series(
  kind: string,
  selected: Selected,
  times: Times,
  step: number,
  groupBy: string[] = [],
): PracticeCall {
  const request = { ...selected, ...times, step, groupBy };
  return { kind, call: call('SelectSeries', SelectSeriesRequestSchema, request) };
}

function diff(selected: Selected, left: Times, right: Times): PracticeCall {
  const request = { left: { ...selected, ...left }, right: { ...selected, ...right } };
  return { kind: 'diff', call: call('Diff', DiffRequestSchema, request) };
}

/** What a page asks for beside a flame graph, by turns. */
function smallCall(round: number, times: Times): PracticeCall {
  switch (round % 3) {
    case 0:
      return { kind: 'types', call: call('ProfileTypes', ProfileTypesRequestSchema, times) };
    case 1: {
      const request = { name: LABEL.serviceName, ...times };
      return { kind: 'values', call: call('LabelValues', LabelValuesRequestSchema, request) };
    }
    default: {
      const request = { labelNames: [LABEL.serviceName, LABEL.profileType], ...times };
      return { kind: 'label sets', call: call('Series', SeriesRequestSchema, request) };
    }
  }
}

type Asked =
  | 'ProfileTypes'
  | 'LabelValues'
  | 'Series'
  | 'SelectSeries'
  | 'SelectMergeStacktraces'
  | 'Diff';

function call<Schema extends DescMessage>(
  name: Asked,
  schema: Schema,
  request: MessageInitShape<Schema>,
): QueryCall {
  return {
    method: `querier.v1.QuerierService/${name}` satisfies QueryMethod,
    request: Buffer.from(toJsonString(schema, create(schema, request))),
    requestEncoding: 'json',
    encoding: 'json',
    tenants: [ANONYMOUS],
    takesUtf8LabelNames: false,
  };
}
