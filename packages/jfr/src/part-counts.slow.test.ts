import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJfr } from './read-jfr.ts';
import { CLASSES, drawChunk, ID, withEvents } from './testing/draw-recording.ts';

const LIMITS = { maxStackDepth: 1000, maxStringBytes: 65_535, maxSamples: 100_000 };

function refusal(bytes: Uint8Array): string {
  const read = readJfr(bytes, LIMITS);
  assert.ok(!read.ok && read.kind === 'not-jfr');
  return read.reason;
}

const repeated = (event: readonly number[], count: number) =>
  new Uint8Array(Buffer.alloc(event.length * count, Uint8Array.from(event)));

test('more events of two bytes than threads can have had are refused', () => {
  const unknown = repeated([2, 99], 8_000_001);
  assert.match(refusal(withEvents(drawChunk({}), unknown)), /more than 8000000 events$/);
});

test('and so are fewer of those that have a stack', () => {
  const fields = 'stackTrace:*jdk.types.StackTrace';
  const classes = CLASSES.map((drawnClass) =>
    drawnClass.id === ID.executionSample ? { ...drawnClass, fields } : drawnClass,
  );
  const samples = repeated([3, ID.executionSample, 1], 2_500_001);
  const many = withEvents(drawChunk({ classes }), samples);
  assert.equal(refusal(many), 'more than 2500000 events with a stack');
});
