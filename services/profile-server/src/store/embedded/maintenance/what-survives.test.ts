import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { createSeededRandom, createSimFs } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { bytesOfChunk, type GenerationView } from '../log/log-chunk.ts';
import type { DeletionEntry, SegmentEntry } from '../manifest/manifest.ts';
import { decodePushIds } from '../segment/push-ids-page.ts';
import { openSegment } from '../segment/segment-file.ts';
import { DATA_DIR, FLUSH_MILLIS, flushOne, mergeAll, rowsOf } from '../testing/flush-all.ts';
import { createTestLog, idOfArrival, type PushedProfile } from '../testing/test-log.ts';

const DAY = 20_781;
const START_MILLIS = DAY * 86_400_000;
const SAMPLES = { type: 'samples', unit: 'count' };
const CPU = { type: 'cpu', unit: 'nanoseconds' };
const SPAN = 'span_id="00000bac2a5ab0c7"';

const newFs = () => createSimFs({ random: createSeededRandom(3) });

/** Of one second of the day. */
function pushed(
  text: string,
  second: number,
  labels: Record<string, string> = {},
  rest: Partial<PushedProfile> = {},
): PushedProfile {
  return {
    ...{ tenant: 'anonymous', ...rest },
    labels: labelSetFromRecord({ __name__: 'process_cpu', service_name: 'shop', ...labels }),
    profile: profileFromText(text, {
      sampleTypes: [SAMPLES, CPU],
      periodType: CPU,
      period: 10_000_000n,
      durationNanos: 10_000_000_000n,
      timeNanos: unixNanos(BigInt(START_MILLIS + second * 1000) * 1_000_000n + 7n),
      comments: [`of second ${second}`],
    }),
  };
}

function deletion(changed: Partial<DeletionEntry> = {}): DeletionEntry {
  return {
    ...{ id: 'd', sequence: 1, beforeArrival: 1_000_000, tenants: ['anonymous'], matchers: [] },
    startNanos: String(-(2n ** 63n)),
    endNanos: String(2n ** 63n - 1n),
    ...{ createdMillis: 0, ...changed },
  };
}

describe('what a flush and a merge keep', () => {
  it('is all that a profile says', async () => {
    const fs = newFs();
    const log = createTestLog();
    log.push(pushed(`main;f 1 10 {${SPAN}}\nmain;f 2 20\n3 30`, 5, { pod: 'b' }));
    const first = await flushOne(fs, log.cut());
    log.push(pushed('main;f 1 10\nmain;g 2 20', 4, { pod: 'a' }));
    const second = await flushOne(fs, log.cut());
    const { segment, rollup } = await mergeAll(fs, [...first.segments, ...second.segments]);
    assert.ok(segment !== undefined && rollup !== undefined);
    const [a, b, ...others] = rowsOf(fs, [segment]);
    assert.deepEqual(others, []);
    assert.deepEqual(b, {
      level: 'profile',
      tenant: 'anonymous',
      stream: `0 __name__,process_cpu,pod,b,service_name,shop ${JSON.stringify([[SAMPLES, CPU], CPU])}`,
      timeMillis: START_MILLIS + 5000,
      timeNanosOnTop: 7,
      profileCount: 1,
      totals: [6n, 60n],
      largest: [6n, 60n],
      durationNanos: 10_000_000_000n,
      period: 10_000_000n,
      remarks: JSON.stringify({
        ...{ defaultSampleType: '', dropFrames: '', keepFrames: '', comments: ['of second 5'] },
      }),
      id: Buffer.from(idOfArrival(0)).toString('hex'),
      arrival: 0,
      samples: [' 3 30', 'main@:0:0;f@:0:0 1 10 00000bac2a5ab0c7/', 'main@:0:0;f@:0:0 2 20'],
    });
    assert.equal(a?.arrival, 1);
    const { file, sizeBytes, directoryCrc, ...entry } = segment;
    assert.match(file, /^2026-11-24\/\d{6}\.seg$/);
    assert.match(rollup.file, /^rollup\/2026-11-24-\d{6}\.seg$/);
    assert.deepEqual(entry, {
      ...{ kind: 'day', day: DAY, profileCount: 2, firstArrival: 0, lastArrival: 1, sequence: 2 },
      ...{ oldestMillis: START_MILLIS + 4000, newestMillis: START_MILLIS + 5001 },
      newestPushIdMillis: 0,
    });
    const opened = openSegment(fs, `${DATA_DIR}/${file}`);
    assert.deepEqual(
      [opened.sizeBytes, opened.directoryCrc, opened.directory.tables[0]?.streams],
      [
        sizeBytes,
        directoryCrc,
        {
          labels: ['a', 'b'].map((pod) => [
            ...['__name__', 'process_cpu', 'pod', pod, 'service_name', 'shop'],
          ]),
          profileCount: [1, 1],
          oldestMillis: [START_MILLIS + 4000, START_MILLIS + 5000],
          newestMillis: [START_MILLIS + 4001, START_MILLIS + 5001],
          typeBits: [3, 3],
        },
      ],
    );
    opened.close();
  });

  it('is the largest number there is where sums would pass it', async () => {
    const fs = newFs();
    const log = createTestLog();
    const most = 2n ** 63n - 1n;
    const segments: SegmentEntry[] = [];
    for (const second of [1, 2, 3601, 3602]) {
      log.push(pushed(`main;f ${most} 1`, second));
      if (second === 2) segments.push(...(await flushOne(fs, log.cut())).segments);
    }
    segments.push(...(await flushOne(fs, log.cut())).segments);
    const { segment, rollup } = await mergeAll(fs, segments);
    assert.ok(segment !== undefined && rollup !== undefined);
    const sums = rowsOf(fs, [...segments, segment, rollup]).filter(
      ({ level }) => level !== 'profile',
    );
    assert.equal(sums.length, 8);
    for (const { level, totals, samples } of sums) {
      const profileCount = level === 'day' ? 4n : 2n;
      assert.deepEqual(totals, [most, profileCount]);
      assert.match(samples.join(), new RegExp(`f[@:0]* ${most} ${profileCount}$`));
    }
  });

  it('is every id of a push that is new enough', async () => {
    const fs = newFs();
    const log = createTestLog();
    const pushId = new Uint8Array(16).fill(9);
    log.push(pushed('f 1 1', 1, {}, { pushId }));
    const { segments } = await flushOne(fs, log.cut());
    const idsOf = (file: string | undefined) => {
      const segment = openSegment(fs, `${DATA_DIR}/${file}`);
      const { pushIds } = segment.directory;
      const ids = pushIds === undefined ? [] : decodePushIds(segment.page(pushIds.page));
      segment.close();
      return ids;
    };
    const expected = [{ tenant: 'anonymous', id: pushId, arrivalMillis: FLUSH_MILLIS }];
    assert.deepEqual(idsOf(segments[0]?.file), expected);
    assert.equal(segments[0]?.newestPushIdMillis, FLUSH_MILLIS);
    const kept = await mergeAll(fs, segments, { pushIdsSinceMillis: FLUSH_MILLIS });
    assert.deepEqual(idsOf(kept.segment?.file), expected);
    const left = await mergeAll(fs, segments, { pushIdsSinceMillis: FLUSH_MILLIS + 1 });
    assert.deepEqual(idsOf(left.segment?.file), []);
  });

  it('is nothing of an empty generation', async () => {
    const result = await flushOne(newFs(), createTestLog().cut());
    assert.deepEqual(result, { segments: [], damagedProfiles: 0, damagedRecords: 0 });
  });
});

describe('what was deleted', () => {
  const cases: readonly [string, Partial<DeletionEntry>, readonly (readonly string[])[]][] = [
    ['of another tenant is nothing', { tenants: ['b'] }, [['1 10'], ['2 20', '4 40'], ['8 80']]],
    ['by label', { matchers: [{ name: 'pod', op: '=', value: 'a' }] }, [['8 80']]],
    [
      'by pattern',
      { matchers: [{ name: 'pod', op: '!~', value: 'a|c' }] },
      [['1 10'], ['2 20', '4 40']],
    ],
    ['before it arrived', { beforeArrival: 1 }, [['2 20', '4 40'], ['8 80']]],
    [
      'in time, to the nanosecond',
      { startNanos: `${START_MILLIS + 1000}000007`, endNanos: `${START_MILLIS + 2000}000006` },
      [['2 20', '4 40'], ['8 80']],
    ],
    [
      'of one type',
      { matchers: [{ name: '__type__', op: '=', value: 'samples' }] },
      [['0 10'], ['0 20', '0 40'], ['0 80']],
    ],
  ];
  for (const [title, changed, expected] of cases) {
    it(`${title}: a flush and a merge leave it out of profiles and sums`, async () => {
      const fs = newFs();
      const log = createTestLog();
      log.push(pushed('f 1 10', 1, { pod: 'a' }));
      log.push(pushed('f 2 20\ng 4 40', 2, { pod: 'a' }));
      log.push(pushed('f 8 80', 3, { pod: 'b' }));
      const generation = log.cut();
      const deletions = [deletion(changed)];
      const flushed = await flushOne(fs, generation, deletions);
      const whole = await flushOne(fs, generation);
      const merged = await mergeAll(fs, whole.segments, { deletions });
      const again = await mergeAll(fs, flushed.segments, { deletions });
      const rows = rowsOf(fs, flushed.segments);
      assert.deepEqual(
        rows
          .filter(({ level }) => level === 'profile')
          .map(({ samples }) => samples.map((sample) => sample.replace(/^\S+ /, ''))),
        expected,
      );
      for (const { segment } of [merged, again]) {
        assert.ok(segment !== undefined);
        assert.deepEqual(
          rowsOf(fs, [segment]).filter(({ level }) => level !== 'day'),
          rows,
        );
      }
    });
  }

  it('leaves the rows of a dictionary that later profiles refer to', async () => {
    const fs = newFs();
    const log = createTestLog();
    log.push(pushed('main;f 1 10', 1));
    const first = await flushOne(fs, log.cut(), [deletion()]);
    assert.equal(first.segments[0]?.profileCount, 0);
    log.push(pushed('main;f 2 20', 2));
    const second = await flushOne(fs, log.cut());
    const merged = await mergeAll(fs, [...first.segments, ...second.segments]);
    assert.deepEqual(
      rowsOf(fs, merged.segment === undefined ? [] : [merged.segment]).map(
        ({ samples }) => samples,
      ),
      [['main@:0:0;f@:0:0 2 20']],
    );
  });
});

describe('damage', () => {
  /** Three profiles, of which the second one's record is changed. */
  async function flushDamaged(damage: (record: Uint8Array) => void) {
    const fs = newFs();
    const log = createTestLog(1);
    log.push(pushed('f 1 10', 1));
    log.push(pushed('f 2 20\ng 3 30', 2));
    log.push(pushed('f 4 40', 3));
    log.push(pushed('g 5 50', 4));
    const generation = log.cut();
    damage(recordAt(generation, 3));
    const result = await flushOne(fs, generation);
    const rows = rowsOf(fs, result.segments).filter(({ level }) => level === 'profile');
    return { ...result, arrivals: rows.map(({ arrival }) => arrival), fs };
  }
  const recordAt = ({ chunks }: GenerationView, place: number): Uint8Array => {
    const chunk = chunks[place];
    assert.ok(chunk !== undefined);
    return bytesOfChunk(chunk);
  };
  const setFrom = (find: string, value: number) => (record: Uint8Array) => {
    const at = Buffer.from(record).indexOf(Buffer.from(find, 'hex'));
    assert.notEqual(at, -1);
    record[at + find.length / 2] = value;
  };

  it('of samples costs the profile', async () => {
    // Ids: three bytes of which two are counted; the last names a stack that is not there.
    const { damagedProfiles, arrivals } = await flushDamaged(setFrom('03' + '0201', 100));
    assert.deepEqual([damagedProfiles, arrivals], [1, [0, 2, 3]]);
  });

  it('of dictionary rows costs those who need them', async () => {
    // Of five counts the last: one stack that becomes many.
    const { damagedProfiles, arrivals } = await flushDamaged(setFrom('01010001', 90));
    assert.deepEqual([damagedProfiles, arrivals], [2, [0, 2]]);
  });

  it('of a stream costs its profiles', async () => {
    const fs = newFs();
    const log = createTestLog(1);
    log.push(pushed('f 1 10', 1));
    log.push(pushed('f 2 20', 2, { pod: 'a' }));
    const generation = log.cut();
    recordAt(generation, 1)[9] = 77;
    const result = await flushOne(fs, generation);
    assert.equal(result.damagedProfiles, 1);
    assert.deepEqual(
      rowsOf(fs, result.segments).map(({ arrival }) => arrival),
      [1],
    );
  });

  it('of a record of no kind is counted', async () => {
    const fs = newFs();
    const log = createTestLog(1);
    log.push(pushed('f 1 10', 1));
    const generation = log.cut();
    recordAt(generation, 2)[8] = 99;
    const result = await flushOne(fs, generation);
    assert.deepEqual([result.damagedRecords, result.damagedProfiles], [1, 0]);
  });

  it('of an input refuses the merge, by name, and leaves nothing', async () => {
    const fs = newFs();
    const log = createTestLog();
    for (let second = 0; second < 50; second++) log.push(pushed(`f ${second + 1} 10`, second));
    const { segments } = await flushOne(fs, log.cut());
    const path = `${DATA_DIR}/${segments[0]?.file}`;
    fs.flipBit(path, 20, 3);
    await assert.rejects(
      mergeAll(fs, segments),
      (error: Error) => error instanceof DamagedBytes && error.message.includes(path),
    );
    const day = `${DATA_DIR}/2026-11-24`;
    assert.deepEqual(
      (await fs.readdir(day)).map(({ name }) => `${day}/${name}`),
      [path],
    );
  });
});

describe('a disk that fails', () => {
  it('leaves nothing of a merge behind, whenever it does', async () => {
    for (let nth = 1; ; nth++) {
      const fs = newFs();
      const log = createTestLog();
      log.push(pushed('f 1 10', 1));
      log.push(pushed('f 2 20', 2));
      const { segments } = await flushOne(fs, log.cut());
      fs.failAt(nth, 'no-space');
      const failed = await mergeAll(fs, segments).then(
        () => false,
        () => true,
      );
      if (!failed) return;
      const left = [
        ...(await fs.readdir(`${DATA_DIR}/2026-11-24`)),
        ...(await fs.readdir(`${DATA_DIR}/rollup`).catch(() => [])),
      ];
      assert.equal(left.length, 1, `operation ${nth}: ${left.map(({ name }) => name)}`);
    }
  });
});
