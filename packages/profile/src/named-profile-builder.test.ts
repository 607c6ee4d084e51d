import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMillisOf } from '@emberscope/test-kit';
import { textFromProfile } from './drawn-profile.ts';
import { createNamedProfileBuilder } from './named-profile-builder.ts';
import { createProfileBuilder } from './profile-builder.ts';

const header = { sampleTypes: [{ type: 'samples', unit: 'count' }] };

test('a profile of names is the one that the builder of all formats builds', () => {
  const named = createNamedProfileBuilder(header);
  const plain = createProfileBuilder(header);
  for (const [names, value] of [
    [['main', 'serve', 'main'], 3],
    [['main', ''], 4],
    [['x'.repeat(20_000), 'main'], 5],
    [[], 6],
  ] as const) {
    named.addSample(named.stacks.intern(names.map(named.frame)), [value]);
    plain.addSample(plain.stacks.intern(names.map((name) => plain.frame({ name }))), [value]);
  }
  const { symbols, ...rest } = named.finish();
  const { symbols: wanted, ...others } = plain.finish();
  assert.deepEqual(rest, others);
  assert.deepEqual({ ...symbols, strings: [...symbols.strings] }, wanted);
  assert.equal(textFromProfile({ symbols, ...rest }).length, 4);
});

test('half a million names are no work', () => {
  const builder = createNamedProfileBuilder(header);
  const cpuMillis = cpuMillisOf(() => {
    for (let i = 0; i < 500_000; i++) builder.frame(`f${i}`);
    assert.equal(builder.finish().symbols.locations.length, 500_000);
  });
  assert.ok(cpuMillis < 2000, `${cpuMillis} ms`);
});
