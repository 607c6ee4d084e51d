import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseProfileType } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { tenantId } from '../../ids.ts';
import type { Selection } from '../../selection.ts';
import type { MergeJob } from '../maintenance/maintenance-jobs.ts';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { createStoreReader } from '../reader/store-reader.ts';
import { openSegment } from '../segment/segment-file.ts';
import { EVER, ofLabel, ofService } from './testing/deleted-series.ts';
import { DATA_DIR, type TestWriter } from './testing/open-writer.ts';
import { openRealWriter } from './testing/real-maintenance.ts';
import {
  DAY,
  drawn,
  HOUR,
  labelsOf,
  push,
  START_MILLIS,
  TENANT,
} from './testing/writer-profiles.ts';

const RETENTION = 2 * DAY;

/** A store of which nothing is left but the roll-up of a day: two hours of service `a`, one of `b`. */
async function openWithRollup(onMerge?: (job: MergeJob) => Promise<void>): Promise<TestWriter> {
  const opened = await openRealWriter({ retentionMillis: RETENTION }, onMerge);
  for (const [service, hour] of [
    ['a', 0],
    ['a', 1],
    ['b', 0],
  ] as const) {
    const profile = drawn(`main;of_${service} 10`, START_MILLIS + hour * HOUR);
    await push(opened, profile, service);
  }
  await leaveRollup(opened);
  return opened;
}

/** Lets all profiles go, of which a roll-up is left. */
async function leaveRollup(opened: TestWriter): Promise<void> {
  await opened.run(opened.writer.flush());
  for (const millis of [DAY + 3 * HOUR, 2 * DAY]) {
    opened.clock.jumpWall(millis);
    await opened.clock.advance(3000);
  }
  const { segments, rollups } = manifestOf(opened);
  assert.deepEqual([segments.length, rollups.length], [0, 1]);
}

const manifestOf = ({ writer }: TestWriter) => sharedManifest(writer.view().manifest);

const FIRST_HOUR = millisRange(START_MILLIS, START_MILLIS + HOUR - 1);

async function deleteOf(opened: TestWriter, service: string, range = EVER): Promise<void> {
  const answer = await opened.run(opened.writer.deleteSeries(ofService(service, range)));
  assert.ok(answer.ok);
}

function millisRange(from: number, to: number): Selection['range'] {
  const nanos = (millis: number) => unixNanos(BigInt(millis) * 1_000_000n);
  return { startNanos: nanos(from), endNanos: nanos(to) };
}

/** The values that roll-ups have, by service. */
async function rolledUp({ fs, clock, writer }: TestWriter): Promise<Record<string, number>> {
  const reader = createStoreReader({
    ...{ fs, dataDir: DATA_DIR, retentionNanos: BigInt(RETENTION) * 1_000_000n },
    nowMillis: () => clock.nowMillis(),
  });
  reader.setView(writer.view());
  const parsed = parseProfileType('process_cpu:cpu:nanoseconds::');
  assert.ok(parsed.ok);
  const endNanos = unixNanos(BigInt(clock.nowMillis()) * 1_000_000n);
  const answer = await reader.selectSeries(
    {
      ...{ tenants: [TENANT], matchers: [], profileType: parsed.profileType },
      ...{ range: { startNanos: unixNanos(0n), endNanos }, rollups: 'before-retention' },
      ...{ mode: 'sum', groupBy: ['service_name'], limit: 0, exemplars: false },
      ...{ firstEdgeNanos: endNanos, stepMillis: 1 },
    },
    { signal: new AbortController().signal },
  );
  assert.ok(answer.ok, answer.ok ? '' : JSON.stringify(answer.error));
  return Object.fromEntries(
    answer.value.map(({ labels, value }) => [
      labels.map((label) => label.value).join(),
      Number(value[0]),
    ]),
  );
}

/** All bytes of what is in roll-ups, inflated. */
function textOfRollups(opened: TestWriter): string {
  return manifestOf(opened)
    .rollups.map(({ file }) => {
      const segment = openSegment(opened.fs, `${DATA_DIR}/${file}`);
      const pages = segment.directory.epochs.map(({ page }) => segment.page(page));
      const texts = pages.map((page) => Buffer.from(page).toString('latin1'));
      segment.close();
      return JSON.stringify(segment.directory) + texts.join();
    })
    .join();
}

describe('a deletion after all profiles of a day have gone', () => {
  test('hides the series at once, and takes its bytes out of the roll-up', async () => {
    const opened = await openWithRollup();
    assert.deepEqual(await rolledUp(opened), { a: 20, b: 10 });
    await deleteOf(opened, 'a');
    assert.deepEqual(await rolledUp(opened), { b: 10 });
    assert.match(textOfRollups(opened), /of_a/);
    await opened.clock.advance(3000);
    assert.deepEqual(await rolledUp(opened), { b: 10 });
    assert.doesNotMatch(textOfRollups(opened), /of_a|"a"/);
    const { rollups, deletions } = manifestOf(opened);
    assert.deepEqual([rollups.length, deletions.length], [1, 0]);
    await opened.clock.advance(125_000);
    assert.equal((await opened.fs.readdir(`${DATA_DIR}/rollup`)).length, 1);
    assert.deepEqual(
      opened.events.filter(({ level }) => level !== 'info'),
      [],
    );
  });

  test('takes whole hours, and leaves the others', async () => {
    const opened = await openWithRollup();
    await deleteOf(opened, 'a', millisRange(START_MILLIS + 5, START_MILLIS + 6));
    assert.deepEqual(await rolledUp(opened), { a: 10, b: 10 });
    await opened.clock.advance(3000);
    assert.deepEqual(await rolledUp(opened), { a: 10, b: 10 });
    await deleteOf(opened, 'b', FIRST_HOUR);
    await opened.clock.advance(3000);
    assert.deepEqual(await rolledUp(opened), { a: 10 });
    assert.deepEqual(manifestOf(opened).deletions, []);
  });

  test('leaves no file when nothing is left', async () => {
    const opened = await openWithRollup();
    await deleteOf(opened, 'a');
    await deleteOf(opened, 'b');
    await opened.clock.advance(3000);
    assert.deepEqual([manifestOf(opened).rollups, manifestOf(opened).deletions], [[], []]);
    await opened.clock.advance(125_000);
    assert.deepEqual(await opened.fs.readdir(`${DATA_DIR}/rollup`).catch(() => []), []);
  });

  test('keeps the file of a roll-up that has nothing of it', async () => {
    const opened = await openWithRollup();
    const files = manifestOf(opened).rollups.map(({ file }) => file);
    await deleteOf(opened, 'c');
    await opened.clock.advance(125_000);
    const { rollups, deletions } = manifestOf(opened);
    assert.deepEqual([rollups.map(({ file }) => file), deletions], [files, []]);
    assert.deepEqual(await rolledUp(opened), { a: 20, b: 10 });
  });

  test('is carried out by the next merge when it comes during one', async () => {
    let opened: TestWriter | undefined;
    let rewrites = 0;
    opened = await openWithRollup(async ({ kind }) => {
      if (kind !== 'rollup' || opened === undefined) return;
      rewrites++;
      if (rewrites > 1) return;
      const answer = await opened.writer.deleteSeries(ofService('b', FIRST_HOUR));
      assert.ok(answer.ok);
    });
    await deleteOf(opened, 'a', FIRST_HOUR);
    await opened.clock.advance(10_000);
    assert.equal(rewrites, 2);
    assert.deepEqual(await rolledUp(opened), { a: 10 });
    assert.doesNotMatch(textOfRollups(opened), /of_b/);
    assert.deepEqual(manifestOf(opened).deletions, []);
    await opened.clock.advance(125_000);
    assert.equal((await opened.fs.readdir(`${DATA_DIR}/rollup`)).length, 1);
  });

  test('takes what profiles said about themselves, too', async () => {
    const opened = await openRealWriter({ retentionMillis: RETENTION });
    for (const pod of ['stays', 'goes']) {
      const profile = { ...drawn('main 10', START_MILLIS), comments: [`remark of ${pod}`] };
      const series = [{ labels: labelsOf('a', pod), profiles: [{ profile }] }];
      await opened.run(opened.writer.push(TENANT, series));
    }
    await leaveRollup(opened);
    assert.match(textOfRollups(opened), /remark of goes/);
    const gone = ofLabel('pod', 'goes');
    assert.ok((await opened.run(opened.writer.deleteSeries(gone))).ok);
    await opened.clock.advance(3000);
    assert.match(textOfRollups(opened), /remark of stays/);
    assert.doesNotMatch(textOfRollups(opened), /goes/);
  });

  test('of another tenant takes nothing', async () => {
    const opened = await openWithRollup();
    const other = { ...ofService('a'), tenants: [tenantId('other')] as const };
    assert.ok((await opened.run(opened.writer.deleteSeries(other))).ok);
    await opened.clock.advance(3000);
    assert.deepEqual(await rolledUp(opened), { a: 20, b: 10 });
    assert.deepEqual(manifestOf(opened).deletions, []);
  });

  test('holds whenever the machine loses power', async () => {
    let crashes = 0;
    for (let operations = 0; ; operations += 2) {
      const cut = await openWithRollup();
      await deleteOf(cut, 'a');
      if (!(await upkeepUntil(cut, operations))) break;
      crashes++;
      const { clock } = cut;
      const opened = await openRealWriter({
        ...{ retentionMillis: RETENTION, fs: cut.fs.crash('lost'), clock, seed: operations },
      });
      assert.deepEqual(await rolledUp(opened), { b: 10 }, `${operations} operations`);
      await opened.clock.advance(3000);
      assert.deepEqual(await rolledUp(opened), { b: 10 }, `${operations} operations, and upkeep`);
      assert.doesNotMatch(textOfRollups(opened), /of_a/);
      assert.deepEqual(manifestOf(opened).deletions, []);
      await opened.run(opened.writer.stop());
    }
    assert.ok(crashes > 10, `${crashes} crashes`);
  });
});

/** Runs upkeep on a disk that does so many operations more; answers whether it asked for others. */
async function upkeepUntil({ fs, clock }: TestWriter, operations: number): Promise<boolean> {
  let left = operations;
  fs.setScript(() => (left-- > 0 ? undefined : { kind: 'error', code: 'io' }));
  await clock.advance(1500);
  return left < 0;
}
