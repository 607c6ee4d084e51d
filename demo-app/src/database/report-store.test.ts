import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createTurnBudget } from '../runtime/turn-budget.ts';
import { temporaryFolder } from '../testing/folders.ts';
import { openReportStore, REFERENCES_PER_PAGE, type ReportStore } from './report-store.ts';

/** A store whose clock ticks once per report, so that ids sort as they were made. */
async function openStore(dataDir: string): Promise<ReportStore> {
  const store = await openReportStore({
    dataDir,
    turn: createTurnBudget(),
    nowMillis: () => ++millis,
  });
  return store;
}
let millis = 1_000;

async function addReport(store: ReportStore, elementCount: number, referenceCount = 0) {
  const writer = await store.beginReport();
  await writer.appendElements(Array.from({ length: elementCount }, (_, i) => `element ${i}`));
  await writer.appendReferences(Array.from({ length: referenceCount }, (_, i) => `reference ${i}`));
  return writer.commit({ stixId: 'report--1', name: 'a report', reportSeq: 0 });
}

describe('one store', async () => {
  const store = await openStore(temporaryFolder());
  after(() => store.close());

  test('what is appended is read back, over the borders of batches and pages', async () => {
    const writer = await store.beginReport();
    for (const [from, to] of [
      [0, 1],
      [1, 1_200],
      [1_200, 1_201],
    ] as const) {
      await writer.appendElements(Array.from({ length: to - from }, (_, i) => `e${from + i}`));
      await writer.appendReferences(Array.from({ length: to - from }, (_, i) => `r${from + i}`));
    }
    const record = await writer.commit({ stixId: 'report--1', name: 'n', reportSeq: 7 });
    assert.equal(record.elementCount, 1_201);
    assert.equal(record.referenceCount, 1_201);
    assert.deepEqual(store.readReport(record.id), record);
    assert.deepEqual(store.readElements(record.id, 0, 2), ['e0', 'e1']);
    assert.deepEqual(store.readElements(record.id, 1_199, 10), ['e1199', 'e1200']);
    assert.deepEqual(store.readElements(record.id, 1_201, 10), []);
    assert.equal(store.readReferences(record.id, 0).length, REFERENCES_PER_PAGE);
    assert.deepEqual(store.readReferences(record.id, 1).slice(0, 1), ['r1000']);
    assert.deepEqual(store.readReferences(record.id, 2), []);
  });

  test('a report is not there before it is committed, and its rows go when it is abandoned', async () => {
    const writer = await store.beginReport();
    await writer.appendElements(Array.from({ length: 1_001 }, () => 'x'));
    await writer.appendReferences(Array.from({ length: 1_001 }, () => 'y'));
    assert.equal(store.readReport(writer.id), undefined);
    assert.ok(!store.listReports(100).some(({ id }) => id === writer.id));
    await writer.abandon();
    assert.deepEqual(store.readElements(writer.id, 0, 10), []);
    assert.deepEqual(store.readReferences(writer.id, 0), []);
  });

  test('the list has the newest first and goes on after the last one seen', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await addReport(store, 1)).id);
    assert.deepEqual(
      store.listReports(2).map(({ id }) => id),
      ids.slice(0, 2),
    );
    assert.deepEqual(
      store.listReports(2, ids[1]).map(({ id }) => id),
      ids.slice(2, 4),
    );
  });

  test('what came of a conversion is kept; of a report that is gone it is dropped', async () => {
    const { id } = await addReport(store, 1);
    assert.ok(store.listWaiting(1_000).includes(id));
    await store.setConversion(id, { state: 'failed', reason: 'no' });
    assert.deepEqual(store.readReport(id)?.conversion, { state: 'failed', reason: 'no' });
    assert.ok(!store.listWaiting(1_000).includes(id));
    await store.setConversion('000000000000-00000000', { state: 'failed', reason: 'no' });
    assert.equal(store.readReport('000000000000-00000000'), undefined);
  });

  test('it answers its probe', () => store.probe());
});

test('the oldest reports make room, the newest always stays', async () => {
  const store = await openStore(temporaryFolder());
  const [oldest, middle, newest] = [
    await addReport(store, 10, 10),
    await addReport(store, 10),
    await addReport(store, 600),
  ];
  assert.equal(await store.trim(620), 0);
  assert.equal(await store.trim(619), 1);
  assert.deepEqual(
    store.listReports(10).map(({ id }) => id),
    [newest.id, middle.id],
  );
  assert.deepEqual(store.readElements(oldest.id, 0, 10), []);
  assert.deepEqual(store.readReferences(oldest.id, 0), []);
  assert.equal(await store.trim(1), 1);
  assert.deepEqual(
    store.listReports(10).map(({ id }) => id),
    [newest.id],
  );
  await store.close();
});

test('after a restart, committed reports are there and the arriving one is gone', async () => {
  const dataDir = temporaryFolder();
  const before = await openStore(dataDir);
  const kept = await addReport(before, 3, 3);
  const arriving = await before.beginReport();
  await arriving.appendElements(['lost']);
  await before.close();

  const store = await openStore(dataDir);
  assert.deepEqual(store.readReport(kept.id), kept);
  assert.deepEqual(store.listWaiting(10), [kept.id]);
  assert.deepEqual(store.readElements(arriving.id, 0, 10), []);
  // The three that were there are counted: there is room for no more than them.
  await addReport(store, 1);
  assert.equal(await store.trim(3), 1);
  await store.close();
});
