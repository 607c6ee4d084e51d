import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWholeFile, type SimFs, writeFileAtomically } from '@emberscope/node-kit';
import { RECORD_KIND } from '../codec/log-records.ts';
import { isDamagedLog, keepDamagedLog, MAX_DAMAGED_LOGS } from '../log/damaged-logs.ts';
import { forEachRecord } from '../log/for-each-record.ts';
import { LOG_HEADER_BYTES, nameOfLog } from '../log/log-format.ts';
import { DATA_DIR, openTestWriter } from './testing/open-writer.ts';
import { drawn, push, storedId } from './testing/writer-profiles.ts';
import { DAY_MILLIS } from './writer-limits.ts';

const LOG = `${DATA_DIR}/log/0000000001.log`;

test('a lost record takes those along that rest on its rows, and no others', async () => {
  const opened = await openTestWriter();
  const ids: string[] = [];
  for (const [text, service] of [
    ['main;a 1', 'a'],
    ['main;a;lost 1', 'a'],
    ['main;a 2', 'a'],
    ['main;a;b 1', 'a'],
    ['main;c 1', 'c'],
    ['main;a;lost 1', 'a'],
  ] as const) {
    ids.push(storedId(await push(opened, drawn(text), service)));
  }
  const [first = '', , third = '', , fifth = ''] = ids;
  const fs = opened.fs.crash('lost');
  await damageProfile(fs, 1);
  const again = await openTestWriter({ fs, clock: opened.clock, seed: 2 });
  assert.deepEqual(again.ids(), [first, third, fifth].sort());
  assert.ok(again.writer.stats().damagedRecords >= 3);
  assert.match(
    again.events[0]?.message ?? '',
    /^the log is damaged, and something of it is lost: \/data\/log\/0000000001\.log: \d+ bytes at \d+: checksum/,
  );
  const kept = `${LOG}.2026-11-24.damaged`;
  assert.match(again.events.at(-1)?.message ?? '', new RegExp(`^${kept} is what was damaged`));
  const asItWas = await readWholeFile(fs, LOG, 1_000_000);
  // The dictionary goes on from what is whole.
  for (const text of ['main;a;x 1', 'main;a;x;y 1']) await push(again, drawn(text));
  assert.equal(again.ids().length, 5);
  await again.run(again.writer.flush());
  const once = await openTestWriter({ fs: again.fs.crash('lost'), clock: opened.clock, seed: 3 });
  await push(once, drawn('main;a;x;y;z 1'));
  assert.equal(once.ids().length, 6);
  assert.deepEqual(once.events, []);
  await assert.rejects(once.run(readWholeFile(once.fs, LOG, 1_000_000)), /not-found/);
  assert.deepEqual(await once.run(readWholeFile(once.fs, kept, 1_000_000)), asItWas);
});

test('of logs that were damaged the newest few are kept', async () => {
  const { fs, run } = await openTestWriter();
  const folder = `${DATA_DIR}/log`;
  for (let number = 1; number <= MAX_DAMAGED_LOGS + 2; number++) {
    await run(writeFileAtomically(fs, `${folder}/${nameOfLog(number)}`, Uint8Array.of(number)));
    // Again: as a server does that is started again before its log is in segments.
    for (const day of [20_000, 20_001]) await run(keepDamagedLog(fs, folder, number, day));
  }
  const names = (await run(fs.readdir(folder))).map(({ name }) => name).filter(isDamagedLog);
  assert.deepEqual(
    names.sort(),
    [3, 4, 5, 6].map((number) => `${nameOfLog(number)}.2024-10-04.damaged`),
  );
});

test('a log that was damaged is kept as long as the profiles of its day', async () => {
  const opened = await openTestWriter();
  await push(opened, drawn('main;a 1'));
  await push(opened, drawn('main;b 1'));
  const fs = opened.fs.crash('lost');
  await damageProfile(fs, 0);
  const again = await openTestWriter({
    ...{ fs, clock: opened.clock, seed: 2 },
    retentionMillis: 3 * DAY_MILLIS,
  });
  const keptNames = async () =>
    (await again.run(fs.readdir(`${DATA_DIR}/log`))).map(({ name }) => name).filter(isDamagedLog);
  // The clock begins with a day.
  again.clock.jumpWall(4 * DAY_MILLIS - 60_000);
  await again.run(again.writer.runMaintenance());
  assert.equal((await keptNames()).length, 1);
  again.clock.jumpWall(60_000);
  await again.run(again.writer.runMaintenance());
  assert.deepEqual(await keptNames(), []);
  assert.match(
    again.events.at(-1)?.message ?? '',
    /^log\/0000000001\.log\.2026-11-24\.damaged was deleted: its profiles are older/,
  );
});

test('a damaged profile without rows is lost alone', async () => {
  const opened = await openTestWriter();
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push(storedId(await push(opened, drawn(`main ${1 + i}`))));
  const fs = opened.fs.crash('lost');
  await damageProfile(fs, 1);
  const again = await openTestWriter({ fs, clock: opened.clock, seed: 2 });
  assert.deepEqual(again.ids(), ids.filter((_, i) => i !== 1).sort());
});

/** Flips a bit in the middle of the nth profile's record. */
async function damageProfile(fs: SimFs, nth: number): Promise<void> {
  const bytes = await readWholeFile(fs, LOG, 1_000_000);
  let profiles = 0;
  forEachRecord(bytes, LOG_HEADER_BYTES, bytes.length, (kind, start, end) => {
    if (kind === RECORD_KIND.profile && profiles++ === nth) {
      fs.flipBit(LOG, Math.floor((start + end) / 2), 3);
    }
  });
}
