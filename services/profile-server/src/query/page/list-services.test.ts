import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PageService } from '@emberscope/protocol/page';
import type { ListServicesRequestSchema } from '@emberscope/protocol/page/services';
import {
  type AskedStore,
  type AskOptions,
  BLOCKED,
  CPU,
  ENGINES,
  type Init,
  MEMORY,
  MINUTE,
  NOW,
  openAskedStore,
  SAMPLES,
} from '../testing/asked-store.ts';
import { compareTrouble } from './service-trouble.ts';

const { listServices } = PageService.method;
const RANGE = { startMillis: NOW - 30n * MINUTE + 1n, endMillis: NOW };
const SECOND = 1_000_000_000n;
const WALL = 'wall:wall:nanoseconds:wall:nanoseconds';
type Request = Init<typeof ListServicesRequestSchema>;

for (const engine of ENGINES) {
  describe(`the list of services: ${engine}`, () => {
    let asked: AskedStore;
    const list = (request: Request = {}, options: AskOptions = {}) =>
      asked.ask(listServices, { range: RANGE, ...request }, options);
    before(async () => {
      asked = await openAskedStore(engine);
      const cpu = { types: [SAMPLES, CPU], durationNanos: 15n * SECOND };
      const memory = { types: [MEMORY] };
      await asked.push(
        // Two instances that are as they should be; half a core and a quarter.
        ...[0n, 15_000n, 30_000n, 45_000n].flatMap((ago) => [
          {
            ...cpu,
            service: 'api',
            labels: { pod: 'a', zone: 'x' },
            ago,
            drawn: 'main 1 7500000000',
          },
          {
            ...cpu,
            service: 'api',
            labels: { pod: 'b', zone: 'y' },
            ago,
            drawn: 'main 1 3750000000',
          },
        ]),
        {
          ...cpu,
          service: 'api',
          labels: { pod: 'a', zone: 'x' },
          ago: 10n * MINUTE,
          drawn: 'main 1 1',
        },
        {
          ...memory,
          service: 'api',
          labels: { pod: 'a', zone: 'x' },
          ago: 20_000n,
          drawn: 'main 100',
        },
        {
          ...memory,
          service: 'api',
          labels: { pod: 'a', zone: 'x' },
          ago: 5_000n,
          drawn: 'main 200',
        },
        {
          ...memory,
          service: 'api',
          labels: { pod: 'b', zone: 'y' },
          ago: 6_000n,
          drawn: 'main 30',
        },
        // Its loop was blocked twice, and a batch besides.
        { service: 'blocked', types: [WALL], drawn: 'main 1', ago: 15_000n },
        { service: 'blocked', types: [WALL], drawn: 'main 1', ago: 0n },
        {
          service: 'blocked',
          types: [BLOCKED],
          drawn: 'main 50\nmain;f 10',
          labels: { kind: 'callback' },
        },
        {
          service: 'blocked',
          types: [BLOCKED],
          drawn: 'main 70',
          labels: { kind: 'callback' },
          ago: 9n,
        },
        { service: 'blocked', types: [BLOCKED], drawn: 'main 900', labels: { kind: 'batch' } },
        // It fell silent.
        { service: 'silent', types: [WALL], drawn: 'main 1', ago: 20n * MINUTE },
        { service: 'silent', types: [WALL], drawn: 'main 1', ago: 21n * MINUTE },
        { service: 'silent', types: [BLOCKED], drawn: 'main 1', ago: 40n * MINUTE },
        // Its first block comes behind the range.
        { service: 'api', types: [BLOCKED], drawn: 'main 1', labels: { pod: 'a' }, ago: -1n },
        // It is long gone.
        { service: 'gone', drawn: 'main 1', ago: 50n * MINUTE },
      );
    });

    test('those in trouble come first: blocked, then silent, then the busy', async () => {
      const { services } = await list();
      assert.deepEqual(
        services.map(({ name }) => name),
        ['blocked', 'silent', 'api'],
      );
    });

    test('a service and its instances', async () => {
      const api = (await list()).services[2];
      assert.ok(api !== undefined);
      assert.deepEqual([api.name, api.labels, api.instanceCount], ['api', [], 2]);
      assert.deepEqual([api.oldestMillis, api.newestMillis], [NOW - 10n * MINUTE, NOW]);
      assert.deepEqual(api.profileTypes, [MEMORY, CPU, SAMPLES]);
    });

    test('CPU and memory are of late, cores follow', async () => {
      const api = (await list()).services[2];
      const { totalNanos = 0n, coveredNanos = 0n, instanceCount } = api?.cpu ?? {};
      assert.equal(totalNanos, 45n * SECOND);
      assert.deepEqual([coveredNanos, instanceCount], [120n * SECOND, 2]);
      assert.equal((Number(totalNanos) / Number(coveredNanos)) * 2, 0.75);
      // The newest of each instance, although there is an older one of the first.
      assert.equal(api?.memoryBytes, 230n);
      const older = (await list({ recentMillis: 1n })).services[2];
      assert.deepEqual([older?.cpu?.totalNanos, older?.memoryBytes], [11_250_000_000n, undefined]);
    });

    test('an instance that has ended says nothing of now, and none is left of a silent service', async () => {
      const other = await openAskedStore(engine);
      const of = (service: string, pod: string, ago: bigint) => [
        {
          service,
          labels: { pod },
          ago,
          types: [SAMPLES, CPU],
          durationNanos: 10n * SECOND,
          drawn: 'main 1 5000000000',
        },
        { service, labels: { pod }, ago, types: [MEMORY], drawn: 'main 100' },
      ];
      const seconds = (pod: string, service: string, ...agos: readonly bigint[]) =>
        agos.flatMap((ago) => of(service, pod, ago * 1000n));
      await other.push(
        ...seconds('old', 'half', 240n, 230n, 220n),
        ...seconds('new', 'half', 20n, 10n, 0n),
        ...seconds('old', 'ended', 240n, 230n, 220n),
      );
      const { services } = await other.ask(listServices, { range: RANGE });
      const now = services.map((s) => [
        s.name,
        s.cpu?.instanceCount,
        s.cpu?.totalNanos,
        s.memoryBytes,
      ]);
      assert.deepEqual(now, [
        ['ended', undefined, undefined, undefined],
        ['half', 1, 15n * SECOND, 100n],
      ]);
    });

    test('blocks are counted without batches; absent where none was ever reported', async () => {
      const { services } = await list();
      const blocks = services.map(
        (s) => s.blocks && [s.blocks.blockCount, s.blocks.totalNanos, s.blocks.longestNanos],
      );
      assert.deepEqual(blocks, [
        [2n, 130n, 70n],
        [0n, 0n, 0n],
        [0n, 0n, 0n],
      ]);
      const gone = { startMillis: NOW - 55n * MINUTE, endMillis: NOW - 45n * MINUTE };
      assert.equal((await list({ range: gone })).services[0]?.blocks, undefined);
      assert.deepEqual(
        services.map((s) => s.cpu === undefined),
        [true, true, false],
      );
    });

    test('the interval is the mean between two profiles of a type, whatever blocks come between', async () => {
      const { services } = await list({ range: { startMillis: NOW - MINUTE, endMillis: NOW } });
      const intervals = services.map(({ name, intervalMillis }) => `${name} ${intervalMillis}`);
      assert.deepEqual(intervals, ['blocked 15000', 'api 15000']);
    });

    test('sparklines are of CPU, or of the first type', async () => {
      const { services } = await list({ targetPoints: 30 });
      const drawn = services.map(({ name, sparklineProfileType, sparkline }) => {
        const cells = sparkline?.series.map((s) => s.bucket.map((b, i) => `#${b} ${s.value[i]}`));
        return `${name} ${sparklineProfileType}: ${sparkline?.pointCount} ${cells}`;
      });
      assert.deepEqual(drawn, [
        `blocked ${BLOCKED}: 30 #29 1030`,
        `silent ${WALL}: 30 #8 1,#9 1`,
        `api ${CPU}: 30 #19 1,#29 45000000000`,
      ]);
    });

    test('services can be told apart by labels', async () => {
      const { services } = await list({ groupBy: ['zone'], selector: '{service_name="api"}' });
      const rows = services.map((s) => [
        s.labels.map((l) => `${l.name}=${l.value}`),
        s.instanceCount,
        s.memoryBytes,
      ]);
      assert.deepEqual(rows, [
        [['zone=x'], 1, 200n],
        [['zone=y'], 1, 30n],
      ]);
    });

    test('services can be told apart by what tells profile types apart', async () => {
      const { services } = await list({ groupBy: ['__type__'], selector: '{service_name="api"}' });
      const rows = services.map((s) => [s.labels[0]?.value, s.memoryBytes, s.cpu?.totalNanos]);
      assert.deepEqual(rows, [
        ['cpu', undefined, 45n * SECOND],
        ['inuse_space', 230n, undefined],
        ['samples', undefined, undefined],
      ]);
    });

    test('a limit counts what it leaves out', async () => {
      const { services, servicesLeftOut } = await list({ limit: 1 });
      assert.deepEqual([services.map(({ name }) => name), servicesLeftOut], [['blocked'], 2]);
    });

    test('it says what time it is and when the newest profile was taken, in or out of range', async () => {
      const range = { startMillis: NOW - 55n * MINUTE, endMillis: NOW - 45n * MINUTE };
      const { services, nowMillis, newestMillis } = await list({ range });
      assert.deepEqual(
        services.map(({ name }) => name),
        ['gone'],
      );
      assert.deepEqual([nowMillis, newestMillis], [NOW, NOW + 1n]);
    });

    test('an empty store has no newest profile', async () => {
      const empty = await openAskedStore(engine);
      const answer = await empty.ask(listServices, { range: RANGE });
      assert.deepEqual([answer.services, answer.newestMillis], [[], undefined]);
    });
  });
}

describe('the order of trouble', () => {
  const fine = { blocks: undefined, newestMillis: 0n, intervalMillis: 15_000n, cores: 1 };
  const now = 40_000n;

  test('services that are late by less than three intervals are not silent', () => {
    const later = { ...fine, newestMillis: 30_000n, cores: 0.5 };
    assert.ok(compareTrouble(fine, later, now) < 0);
    assert.ok(compareTrouble(fine, later, 50_000n) < 0);
  });

  test('a service of which nobody knows an interval is not silent', () => {
    const once = { ...fine, intervalMillis: 0n, cores: 0.5 };
    assert.ok(compareTrouble(once, { ...fine, newestMillis: 90_000n }, 100_000n) > 0);
  });
});

describe('a bad request for the list', () => {
  for (const [request, expected] of [
    [{}, /^range is missing$/],
    [{ range: RANGE, selector: '{' }, /^selector "\{": at character 2: /],
    [{ range: RANGE, limit: 5001 }, /^limit is 5001; the most is 5000$/],
    [{ range: RANGE, targetPoints: 301 }, /^target_points is 301; the most is 300$/],
    [{ range: RANGE, recentMillis: -1n }, /^recent_millis is -1; it must not be negative$/],
  ] as const) {
    test(expected.source, async () => {
      const { answerTo } = await openAskedStore();
      const answer = await answerTo(listServices, request);
      assert.ok(!answer.ok);
      assert.equal(answer.code, 'invalid_argument');
      assert.match(answer.message, expected);
    });
  }
});
