import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { labelSetFromRecord } from '@emberscope/labels';
import { PageService } from '@emberscope/protocol/page';
import { unixNanos } from '@emberscope/units';
import { answerQuery } from '../query/answer-query.ts';
import { QUERY_METHODS } from '../query/query-call.ts';
import { LIMITS } from '../query/testing/asked-store.ts';
import { tenantId } from '../store/ids.ts';
import type { PushSeries } from '../store/push.ts';
import { AGENT_PROFILES } from './agent-profiles.ts';
import { openBenchStore } from './open-bench-store.ts';

/**
 * What the page's queries take of the store's thread, over an hour of 100 services of three pods
 * that send CPU and heap every 15 s: 144,000 profiles recorded from Node agents, in segments. Times are those of
 * the processor.
 */

const SERVICES = 100;
const PODS = 3;
const PERIOD_SECONDS = 15;
const HOUR_SECONDS = 3600;
const NOW_MILLIS = 1_795_521_600_000;
const RUNS = 7;
const TENANT = tenantId('anonymous');

const nowMillis = () => NOW_MILLIS;
const { store, close } = await openBenchStore(NOW_MILLIS);
await pushFleet();
await store.flush();

const range = {
  startMillis: BigInt(NOW_MILLIS - HOUR_SECONDS * 1000 + 1),
  endMillis: BigInt(NOW_MILLIS),
};
const cpu = { range, profileType: 'wall:cpu:nanoseconds:wall:nanoseconds', selector: '' };
const heap = { range, profileType: 'memory:inuse_space:bytes:inuse_space:bytes', selector: '' };
const wanted = { name: '(garbage collector)', file: '', line: 0 };
const { listServices, getTimeline, getFunction, getFlameGraph } = PageService.method;

console.log(`\nthe page over an hour of ${SERVICES} services (Node ${process.versions.node})`);
await time('ListServices', listServices, { range });
await time('ListServices of heap alone', listServices, { range, selector: '{__name__="memory"}' });
await time('GetTimeline of CPU', getTimeline, { selection: cpu });
await time('GetTimeline of CPU by service', getTimeline, {
  selection: cpu,
  groupBy: ['service_name'],
});
await time('GetTimeline of a function', getTimeline, { selection: cpu, function: wanted });
await time('GetTimeline of heap', getTimeline, { selection: heap });
await time('GetFunction', getFunction, { selection: cpu, function: wanted });
await time('GetFlameGraph of CPU', getFlameGraph, { selection: cpu });
await close();

async function pushFleet(): Promise<void> {
  const sent = AGENT_PROFILES.slice(0, 2);
  const startMillis = NOW_MILLIS - HOUR_SECONDS * 1000;
  for (let second = PERIOD_SECONDS; second <= HOUR_SECONDS; second += PERIOD_SECONDS) {
    const series: PushSeries[] = [];
    for (let instance = 0; instance < SERVICES * PODS; instance++) {
      for (const { name, profile } of sent) {
        const labels = labelSetFromRecord({
          __name__: name,
          service_name: `service-${instance % SERVICES}`,
          pod: `pod-${instance}`,
        });
        const millis = startMillis + second * 1000 - (instance % 1000);
        const timeNanos = unixNanos(BigInt(millis) * 1_000_000n);
        series.push({ labels, profiles: [{ profile: { ...profile, timeNanos } }] });
      }
    }
    await store.push(TENANT, series);
  }
  const { profileCount } = await store.stats();
  console.log(`${profileCount} profiles held`);
}

async function time<Request extends DescMessage>(
  title: string,
  method: DescMethodUnary<Request>,
  request: MessageInitShape<Request>,
): Promise<void> {
  const path = QUERY_METHODS.find((known) => known === `${method.parent.typeName}/${method.name}`);
  if (path === undefined) throw new Error(`${method.name} is not answered`);
  const call = {
    method: path,
    request: toBinary(method.input, create(method.input, request)),
    requestEncoding: 'proto',
    encoding: 'proto',
    tenants: [TENANT],
    takesUtf8LabelNames: false,
  } as const;
  const took: number[] = [];
  let bytes = 0;
  for (let run = 0; run < RUNS; run++) {
    const before = cpuMillis();
    const { signal } = new AbortController();
    const answer = await answerQuery(
      call,
      { reader: store, limits: LIMITS, nowMillis },
      { signal },
    );
    took.push(cpuMillis() - before);
    if (!answer.ok) throw new Error(answer.message);
    bytes = answer.message.length;
  }
  const middle = [...took].sort((a, b) => a - b)[RUNS >> 1] ?? 0;
  const texts = [middle, took[0] ?? 0].map((millis) => millis.toFixed(1).padStart(8));
  console.log(`  ${title.padEnd(32)} ${texts[0]} ms, first ${texts[1]} ms, ${bytes} bytes`);
}

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
