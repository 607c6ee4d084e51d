import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSet } from '@emberscope/labels';
import { decodeTexts } from '../store/dictionary/encoded-texts.ts';
import { profileNow } from '../testing/drawn-pprof.ts';
import { packProfile, unpackSeries } from './packed-series.ts';

function setOf(service: string) {
  const built = labelSet([{ name: 'service_name', value: service }]);
  assert.ok(built.ok);
  return built.labelSet;
}

test('series come back as they were, and those of one profile still share its tables', () => {
  const profile = profileNow('main;serve;json 30\nmain;idle 12');
  const series = ['one', 'two'].map((service) => ({
    labels: setOf(service),
    profiles: [{ profile: { ...profile } }],
  }));
  const packed = packProfile({ sizeBytes: 7, outcome: { kind: 'ready', series } });
  assert.equal(packed.sizeBytes, 7);
  assert.ok(packed.outcome.kind === 'ready');
  assert.equal(packed.outcome.seriesCount, 2);
  const [one, two] = unpackSeries(structuredClone(packed.outcome.series));
  assert.deepEqual(one?.labels, setOf('one'));
  const unpacked = one?.profiles[0]?.profile;
  assert.ok(unpacked !== undefined);
  const { strings, functions, mappings, locations } = unpacked.symbols;
  const symbols = { strings, functions, mappings, locations };
  assert.deepEqual({ ...unpacked, symbols }, profile);
  const texts = one?.profiles[0]?.texts;
  assert.ok(texts !== undefined);
  assert.deepEqual(decodeTexts(texts), profile.symbols.strings);
  assert.equal(one?.profiles[0]?.profile.stacks, two?.profiles[0]?.profile.stacks);
  assert.equal(
    one?.profiles[0]?.profile.symbols.strings,
    two?.profiles[0]?.profile.symbols.strings,
  );
});
