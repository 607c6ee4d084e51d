import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseIngestParams } from '@emberscope/ingest';
import { PprofMemory } from '@emberscope/pprof';
import { textFromProfile } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ingestLimits } from '../settings.ts';
import { settingsOf } from '../testing/running-server.ts';
import { prepareIngest } from './prepare-ingest.ts';

const nowMillis = 1_700_000_000_000;
const limits = ingestLimits(
  settingsOf({
    maxSamples: 3,
    maxStackDepth: 4,
    maxStringBytes: 5,
    maxProfileBytes: 400,
  }),
);

async function prepared(text: string, format = 'groups') {
  const query = new URLSearchParams({ name: 'shop', format, sampleRate: '0' });
  const parsed = parseIngestParams(query, '', unixNanos(BigInt(nowMillis) * 1_000_000n));
  assert.ok(parsed.ok);
  const body = Buffer.from(text);
  return prepareIngest(parsed.params, '', body, limits, nowMillis, new PprofMemory());
}

/** What is stored as drawn stacks, else why it is not. */
async function outcome(text: string, format?: string): Promise<string> {
  const ingest = await prepared(text, format);
  if (ingest.kind !== 'profiles') return `${ingest.kind}: ${ingest.reason}`;
  return ingest.profiles
    .flatMap(({ outcome }) =>
      outcome.kind === 'refused'
        ? [outcome.refusal.reason]
        : outcome.series.flatMap(({ profiles }) =>
            profiles.flatMap(({ profile }) => textFromProfile(profile).sort()),
          ),
    )
    .join(', ');
}

const ABOUT = `the profile with labels '{__delta__="false", __name__="process_cpu", pyroscope_spy="unknown", service_name="shop"}'`;

describe('text has the limits of pprof', () => {
  const cases: readonly [shows: string, text: string, wanted: string][] = [
    ['a stack that is too deep loses its leaves', 'a;b;c;d;e;f 1', 'a;b;c;d 1'],
    ['a name that is too long keeps its end', 'main;abcdefg 2', 'main;cdefg 2'],
    [
      'more stacks than samples may be are refused',
      'a 1\nb 1\nc 1\nd 1\na 1',
      `${ABOUT} exceeds the samples count limit (max_profile_stacktrace_samples, actual: 4, limit: 3)`,
    ],
    ['equal stacks are one sample', 'a 1\nb 1\nc 1\na 1\na 1', 'a 3, b 1, c 1'],
  ];
  for (const [shows, text, wanted] of cases) {
    test(shows, async () => assert.equal(await outcome(text), wanted));
  }
  test('a profile that is too large is refused', async () => {
    assert.match(
      await outcome(`${'x'.repeat(500)} 1`),
      /exceeds the size limit \(max_profile_size_byte, actual: \d+, limit: 400\)$/,
    );
  });
});

test('a rate counts the bytes of the profile, not of the text', async () => {
  const [one, many] = [await prepared('a 1'), await prepared('a 1\n'.repeat(100))];
  assert.ok(one.kind === 'profiles' && many.kind === 'profiles');
  assert.equal(many.profiles[0]?.sizeBytes, one.profiles[0]?.sizeBytes);
});
