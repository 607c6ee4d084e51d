import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSet } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';
import { decodeTexts } from '../store/dictionary/encoded-texts.ts';
import { pushId } from '../store/ids.ts';
import type { PushSeries } from '../store/push.ts';
import { profileNow } from '../testing/drawn-pprof.ts';
import { packProfile, unpackSeries } from './packed-series.ts';

function setOf(service: string) {
  const built = labelSet([{ name: 'service_name', value: service }]);
  assert.ok(built.ok);
  return built.labelSet;
}

/** With its strings, which an unpacked profile has behind a getter. */
function whole(profile: Profile): Profile {
  const { strings, functions, mappings, locations } = profile.symbols;
  return { ...profile, symbols: { strings, functions, mappings, locations } };
}

function unpackedOf(series: readonly PushSeries[]): readonly PushSeries[] {
  const { outcome } = packProfile({ sizeBytes: 0, outcome: { kind: 'ready', series } });
  assert.ok(outcome.kind === 'ready');
  return unpackSeries(outcome.series);
}

test('everything that a profile can have comes back', () => {
  const drawn = profileNow('main;serve;json 30\nmain;idle 12');
  const profile: Profile = {
    ...drawn,
    periodType: undefined,
    period: -(2n ** 63n),
    durationNanos: 2n ** 64n,
    comments: ['one', '\ud800 "two"\n'],
    dropFrames: 'runtime.*',
    defaultSampleType: 'cpu',
    symbols: {
      ...drawn.symbols,
      mappings: {
        length: 1,
        memoryStart: BigUint64Array.of(2n ** 64n - 1n),
        memoryLimit: BigUint64Array.of(1n),
        fileOffset: BigUint64Array.of(0n),
        fileName: Int32Array.of(1),
        buildId: Int32Array.of(2),
        has: Uint8Array.of(15),
      },
    },
    labelSets: {
      length: 2,
      start: Int32Array.of(0, 0, 2),
      key: Int32Array.of(1, 2),
      text: Int32Array.of(3, 0),
      number: BigInt64Array.of(0n, 2n ** 60n),
      numberUnit: Int32Array.of(0, 1),
    },
    samples: { ...drawn.samples, values: [BigInt64Array.of(2n ** 62n, 1n)] },
  };
  const id = pushId(`emb1-${'0a'.repeat(16)}`);
  assert.ok(id !== undefined);
  const [series] = unpackedOf([{ labels: setOf('one'), profiles: [{ profile, pushId: id }] }]);
  const [back] = series?.profiles ?? [];
  assert.ok(back !== undefined);
  assert.deepEqual(whole(back.profile), { ...profile, periodType: undefined });
  assert.equal(back.pushId, id);
});

test('none is none', () => {
  assert.deepEqual(unpackedOf([]), []);
});

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
  assert.deepEqual(whole(unpacked), profile);
  const texts = one?.profiles[0]?.texts;
  assert.ok(texts !== undefined);
  assert.deepEqual(decodeTexts(texts), profile.symbols.strings);
  assert.equal(one?.profiles[0]?.profile.stacks, two?.profiles[0]?.profile.stacks);
  assert.equal(
    one?.profiles[0]?.profile.symbols.strings,
    two?.profiles[0]?.profile.symbols.strings,
  );
});
