import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ANONYMOUS } from '../../ids.ts';
import { bytesOfChunk, publishedBytes } from '../log/log-chunk.ts';
import { createDrawnLog } from '../reader/testing/drawn-log.ts';
import { createRowsOfGeneration } from './epoch-rows.ts';

test('records of a generation are looked at once, however often its rows are asked for', () => {
  const log = createDrawnLog(2048);
  const chunks = () => log.generations()[0]?.chunks ?? [];
  const rowsOf = createRowsOfGeneration({ records: { chunks } });
  const found: number[] = [];
  for (let i = 0; i < 60; i++) {
    const labels = labelSetFromRecord({ service_name: `service-${i % 20}` });
    const profile = profileFromText(`main;work-${i} 1`);
    log.append(ANONYMOUS, labels, { ...profile, timeNanos: unixNanos(1n) });
    const rows = rowsOf();
    found.push([...rows.values()].flat().reduce((sum, { runs }) => sum + runs.length, 0));
    // Who read it again would find no record here.
    for (const chunk of chunks()) bytesOfChunk(chunk).fill(0xff, 0, publishedBytes(chunk));
  }
  assert.deepEqual(
    found,
    Array.from({ length: 60 }, (_, i) => i + 1),
  );
  assert.equal(rowsOf().size, 20);
  assert.ok(chunks().length > 2);
});
