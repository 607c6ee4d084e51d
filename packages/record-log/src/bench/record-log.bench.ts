import { crc32 } from 'node:zlib';
import { measureBench, printBenchTable } from '@emberscope/test-kit';
import { createRecordBatch } from '../record-batch.ts';
import { scanRecords } from '../record-scanner.ts';

const LIMITS = { maxPayloadBytes: 1 << 20 };
const RECORDS = 1000;

/** 1,350 bytes is what a profile of a Node service takes in a log once it is columns. */
for (const payloadBytes of [100, 1350, 40_000]) {
  const payload = Uint8Array.from({ length: payloadBytes }, (_, i) => i * 31);
  const batch = createRecordBatch(crc32, LIMITS);
  const fill = () => {
    batch.clear();
    for (let i = 0; i < RECORDS; i++) batch.append(1, payload);
    return batch.bytes();
  };
  const log = fill().slice();
  printBenchTable(
    `record-log: ${RECORDS} records of ${payloadBytes} bytes`,
    measureBench([
      { name: 'append', bytes: log.length, items: RECORDS, run: fill },
      {
        name: 'scan',
        bytes: log.length,
        items: RECORDS,
        run: () => scanRecords(log, crc32, LIMITS, () => {}),
      },
    ]),
  );
}
