import { LABEL } from '@emberscope/labels';
import {
  type ListServicesRequest,
  ListServicesResponseSchema,
} from '@emberscope/protocol/page/services';
import { compareUtf8, millisFromNanos } from '@emberscope/units';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import { wholeMillisRange } from '../millis-range.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument } from '../query-refusal.ts';
import {
  keptFromMillis,
  type MillisRange,
  readGroupBy,
  readLimit,
  readRange,
  readSelector,
} from './page-request.ts';
import { intervalMillisOf } from './service-life.ts';
import { blocksOf, type CpuUse, NO_BLOCKS, type ServiceQuery } from './service-measures.ts';
import { type Measures, readMeasures } from './service-overview.ts';
import {
  instanceCount,
  readServiceRows,
  rowLabels,
  type ServiceKey,
  type ServiceRow,
} from './service-rows.ts';
import { readSparklines } from './service-sparklines.ts';
import { compareTrouble } from './service-trouble.ts';
import { cpuTypeOf, typesOf } from './service-types.ts';
import { timelineMessage } from './timeline.ts';
import { bucketsOfTarget } from './timeline-buckets.ts';

const SERVICES = { usual: 500, most: 5000 };
const TARGET_POINTS = { usual: 60, most: 300 };
const RECENT_USUAL_MILLIS = 300_000n;
const PROFILE_TYPES_MAX = 100;

/** Every service and how it is doing, those in trouble first. */
export async function listServices(query: Query<ListServicesRequest>): Promise<AnswerBody> {
  const { reader, request, tenants, context } = query;
  const range = readRange(request.range, 'range', query);
  const matchers = readSelector(request.selector, 'selector');
  const rowNames = rowLabels(readGroupBy(request.groupBy));
  const limit = readLimit('limit', request.limit, SERVICES);
  const targetPoints = readLimit('target_points', request.targetPoints, TARGET_POINTS);
  const recent = recentRange(range, request.recentMillis, query);
  const nowMillis = BigInt(Math.trunc(query.nowMillis()));

  const nanos = wholeMillisRange(range.startMillis, range.endMillis);
  const about: ServiceQuery = { query, matchers, rowNames };
  const rows = await readServiceRows(query, nanos, matchers, rowNames);
  const measures = await readMeasures(about, rows, recent);
  const services = [...rows].map(([key, row]) => describe(key, row, measures));
  const end = range.endMillis < nowMillis ? range.endMillis : nowMillis;
  services.sort((a, b) => compareTrouble(a, b, end) || compareUtf8(a.key, b.key));
  const listed = services.slice(0, limit);
  const buckets = bucketsOfTarget(range, targetPoints);
  const sparklines = await readSparklines(
    about,
    buckets,
    new Set(listed.map(({ sparklineType }) => sparklineType)),
  );
  const stats = answered(await reader.tenantStats(tenants, context));
  return messageBody(ListServicesResponseSchema, {
    services: listed.map((service) => ({
      ...serviceMessage(service),
      sparkline: timelineMessage(buckets, sparklines(service.sparklineType, service.key)),
    })),
    servicesLeftOut: services.length - listed.length,
    nowMillis,
    ...(stats.kind === 'ingested' && { newestMillis: BigInt(millisFromNanos(stats.newestNanos)) }),
  });
}

/** From so long before the end of the range as `recent_millis` says. */
function recentRange(
  { endMillis }: MillisRange,
  recentMillis: bigint,
  query: Query<unknown>,
): MillisRange {
  if (recentMillis < 0n)
    refuseArgument(`recent_millis is ${recentMillis}; it must not be negative`);
  const length = recentMillis === 0n ? RECENT_USUAL_MILLIS : recentMillis;
  const range = { startMillis: endMillis - length + 1n, endMillis };
  const keptFrom = keptFromMillis(query);
  return range.startMillis < keptFrom && keptFrom <= endMillis
    ? { startMillis: keptFrom, endMillis }
    : range;
}

type DescribedService = ReturnType<typeof describe>;

function describe(key: ServiceKey, row: ServiceRow, measures: Measures) {
  const { labels, groups } = row;
  const types = typesOf(row);
  const oldest = groups
    .map(({ activity }) => activity.oldestNanos)
    .reduce((a, b) => (a < b ? a : b));
  const newest = groups
    .map(({ activity }) => activity.newestNanos)
    .reduce((a, b) => (a > b ? a : b));
  const cpu = measures.cpu.get(key);
  const blocks = blocksOf(row) ?? (measures.everBlocked.has(key) ? NO_BLOCKS : undefined);
  return {
    key,
    labels,
    types,
    instanceCount: instanceCount(groups),
    oldestMillis: BigInt(millisFromNanos(oldest)),
    newestMillis: BigInt(millisFromNanos(newest)),
    intervalMillis: intervalMillisOf(groups),
    cpu,
    cores: cpu === undefined ? 0 : coresOf(cpu),
    memoryBytes: measures.memoryBytes.get(key),
    blocks,
    sparklineType: cpuTypeOf(types)?.id ?? types[0] ?? '',
  };
}

/** Cores of an instance on average, times the instances. */
function coresOf({ totalNanos, coveredNanos, instanceCount: count }: CpuUse): number {
  return coveredNanos === 0n ? 0 : (Number(totalNanos) / Number(coveredNanos)) * count;
}

function serviceMessage(service: DescribedService) {
  const { labels, cpu, memoryBytes, blocks } = service;
  return {
    name: labels.find(({ name }) => name === LABEL.serviceName)?.value ?? '',
    labels: labels.filter(({ name }) => name !== LABEL.serviceName),
    instanceCount: service.instanceCount,
    oldestMillis: service.oldestMillis,
    newestMillis: service.newestMillis,
    intervalMillis: service.intervalMillis,
    ...(cpu !== undefined && { cpu }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(blocks !== undefined && { blocks }),
    sparklineProfileType: service.sparklineType,
    profileTypes: service.types.slice(0, PROFILE_TYPES_MAX),
  };
}
