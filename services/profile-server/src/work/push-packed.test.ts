import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestWriter } from '../store/embedded/writer/testing/open-writer.ts';
import { drawn, labelsOf, TENANT } from '../store/embedded/writer/testing/writer-profiles.ts';
import { packProfile } from './packed-series.ts';
import { pushPacked } from './push-packed.ts';

/** One profile, of one series for each pod. */
function packed(text: string, pods: readonly string[] = ['']): Uint8Array {
  const series = pods.map((pod) => ({
    labels: labelsOf('a', pod),
    profiles: [{ profile: drawn(text) }],
  }));
  const { outcome } = packProfile({ sizeBytes: 0, outcome: { kind: 'ready', series } });
  assert.ok(outcome.kind === 'ready');
  return outcome.series;
}

test('a push that is larger than what may wait is taken whole, and the next one refused', async () => {
  const { writer, run, ids } = await openTestWriter({ limits: { waitingMaxBytes: 300 } });
  const large = Array.from({ length: 10 }, (_, i) => packed(`main;f${i} 1`, ['1', '2']));
  const [first, second] = await run(
    Promise.all(
      [large, large].map((profiles) =>
        pushPacked(writer.push, { tenant: TENANT, service: '', profiles }),
      ),
    ),
  );
  assert.deepEqual(first, new Array(10).fill(undefined));
  assert.equal(second?.length, 10);
  for (const refusal of second ?? []) {
    assert.match(JSON.stringify(refusal), /bytes wait for the disk; the limit is 300"/);
  }
  assert.equal(ids().length, 20);
});

test('each profile is told what it was refused for', async () => {
  const { writer, run } = await openTestWriter({ maxSeries: 2 });
  const profiles = [
    packed('main 1', ['1', '2']),
    packed('main 1', ['2', '3']),
    packed('main 1', ['1']),
  ];
  const outcomes = await run(pushPacked(writer.push, { tenant: TENANT, service: '', profiles }));
  assert.deepEqual(
    outcomes.map((refusal) => refusal?.kind),
    [undefined, 'too-many-series', undefined],
  );
});
