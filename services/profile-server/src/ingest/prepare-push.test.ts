import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PprofMemory } from '@emberscope/pprof';
import { ingestLimits } from '../settings.ts';
import { decodeTexts } from '../store/dictionary/encoded-texts.ts';
import { pprofOf } from '../testing/drawn-pprof.ts';
import { settingsOf } from '../testing/running-server.ts';
import { packProfile, unpackSeries } from '../work/packed-series.ts';
import { preparePush } from './prepare-push.ts';

const limits = ingestLimits(settingsOf({}));
const labels = [
  { name: '__name__', value: 'wall' },
  { name: 'service_name', value: 'shop' },
];

const drawn = [
  ['as it came', 'main;größe 3\nmain;serve 4', []],
  [
    'whose samples have labels',
    'main;a 1 {route="/hits"}\nmain;b 2 {span_id="0123456789abcdef"}',
    [],
  ],
  [
    'of Go, with shapes to cut',
    'call[go.shape.string] 3',
    [{ name: 'pyroscope_spy', value: 'gospy' }],
  ],
] as const;

for (const [title, text, more] of drawn) {
  test(`the encoded strings of a profile ${title} are its strings`, () => {
    const samples = [{ bytes: pprofOf(text), id: '' }];
    const raw = [{ labels: [...labels, ...more], samples }];
    const [pushed] = preparePush(raw, limits, Date.now(), new PprofMemory());
    assert.ok(pushed?.outcome.kind === 'ready');
    const packed = packProfile(pushed);
    assert.ok(packed.outcome.kind === 'ready' && packed.outcome.seriesCount > 0);
    const unpacked = unpackSeries(packed.outcome.series).flatMap(({ profiles }) => profiles);
    const given = pushed.outcome.series.flatMap(({ profiles }) => profiles);
    for (const [index, { profile }] of given.entries()) {
      const texts = unpacked[index]?.texts;
      assert.ok(texts !== undefined);
      assert.deepEqual(decodeTexts(texts), profile.symbols.strings);
    }
  });
}
