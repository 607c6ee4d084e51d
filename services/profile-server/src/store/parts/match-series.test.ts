import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSetFromRecord, type Matcher, matcher } from '@emberscope/labels';
import { matchSeries } from './match-series.ts';
import { kindOfTypes } from './profile-kind.ts';
import { createSeriesRegistry, type Stream } from './series-registry.ts';

const KIND = kindOfTypes({
  sampleTypes: [
    { type: 'samples', unit: 'count' },
    { type: 'cpu', unit: 'nanoseconds' },
  ],
  periodType: undefined,
});
const CPU = {
  name: 'process_cpu',
  sampleType: 'cpu',
  sampleUnit: 'nanoseconds',
  periodType: '',
  periodUnit: '',
};

test('series are looked at when they are asked for, and once', () => {
  const { registry, streams } = servicesOf(50);
  let looks = 0;
  const counted = streams.map((stream) => ({
    ...stream,
    get series() {
      looks++;
      return stream.series;
    },
  }));
  const matched = matchSeries(registry, [], CPU);
  assert.equal(looks, 0);
  const first = counted[7];
  assert.ok(first !== undefined);
  assert.equal(matched.has(first, 1), true);
  assert.equal(matched.has(first, 1), true);
  assert.equal(looks, 1);
});

test('what is selected is what the labels and the type say', () => {
  const { registry, streams } = servicesOf(3);
  const selected = (matchers: readonly Matcher[], type?: typeof CPU) => {
    const matched = matchSeries(registry, matchers, type);
    return streams.flatMap((stream) =>
      [0, 1].flatMap((at) =>
        matched.hasType(KIND, at) && matched.has(stream, at) ? [`${stream.id}.${at}`] : [],
      ),
    );
  };
  assert.deepEqual(selected([]), ['0.0', '0.1', '1.0', '1.1', '2.0', '2.1']);
  assert.deepEqual(selected([], CPU), ['0.1', '1.1', '2.1']);
  assert.deepEqual(selected([], { ...CPU, name: 'wall' }), []);
  assert.deepEqual(selected([of('service_name', '!=', 'service-1')], CPU), ['0.1', '2.1']);
  assert.deepEqual(selected([of('pod', '=~', 'pod-[12]')], CPU), ['1.1', '2.1']);
});

test('the service is what a matcher says that it is, by either of its names', () => {
  const { registry } = servicesOf(1);
  for (const name of ['service_name', '__service_name__']) {
    const matched = matchSeries(registry, [of('pod', '=', 'a'), of(name, '=', 'b')], CPU);
    assert.equal(matched.service, 'b');
    assert.deepEqual([matched.hasService('a'), matched.hasService('b')], [false, true]);
  }
  const others = matchSeries(registry, [of('service_name', '!~', 'a.*')], CPU);
  assert.equal(others.service, undefined);
  assert.deepEqual([others.hasService('ab'), others.hasService('b')], [false, true]);
  const both = [of('service_name', '=', 'a'), of('service_name', '=', 'b')];
  assert.equal(matchSeries(registry, both, CPU).hasService('a'), false);
  assert.equal(matchSeries(registry, [of('pod', '=', 'a')], CPU).service, undefined);
});

function of(name: string, op: Matcher['op'], value: string): Matcher {
  const built = matcher(op, name, value);
  assert.ok(built.ok);
  return built.matcher;
}

function servicesOf(count: number): {
  readonly registry: ReturnType<typeof createSeriesRegistry>;
  readonly streams: readonly Stream[];
} {
  const registry = createSeriesRegistry();
  const streams = Array.from({ length: count }, (_, i) =>
    registry.intern(
      labelSetFromRecord({
        __name__: 'process_cpu',
        service_name: `service-${i}`,
        pod: `pod-${i}`,
      }),
      KIND,
    ),
  );
  return { registry, streams };
}
