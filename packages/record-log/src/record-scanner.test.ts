import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { corruptBytes, cpuMillisOf, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { type LogRecord, RECORD_HEADER_BYTES } from './record.ts';
import { createRecordBatch } from './record-batch.ts';
import { createRecordScanner, scanRecords } from './record-scanner.ts';

const LIMITS = { maxPayloadBytes: 200 };
const KIND = 1;

function logOf(payloads: readonly string[]): Uint8Array {
  const batch = createRecordBatch(crc32, LIMITS);
  for (const payload of payloads) batch.append(KIND, new TextEncoder().encode(payload));
  return batch.bytes().slice();
}

/** A scan as lines: `0 one`, `damage 12..24`, and how it ended. */
function scan(bytes: Uint8Array, pieceBytes = bytes.length): string[] {
  const lines: string[] = [];
  const scanner = createRecordScanner(crc32, LIMITS, (event) => {
    lines.push(
      event.kind === 'record'
        ? `${event.offset} ${textOf(event.record)}`
        : `damage ${event.offset}..${event.endOffset}`,
    );
  });
  for (let at = 0; at < bytes.length; at += Math.max(1, pieceBytes)) {
    scanner.feed(bytes.subarray(at, at + Math.max(1, pieceBytes)));
  }
  const end = scanner.end();
  lines.push(end.kind === 'clean' ? `clean ${end.endOffset}` : `torn ${end.offset}`);
  return lines;
}

function textOf({ kind, payload }: LogRecord): string {
  return kind === KIND ? new TextDecoder().decode(payload) : `of kind ${kind}`;
}

const RECORD_BYTES = RECORD_HEADER_BYTES + 3;
const LOG = logOf(['one', 'two', 'six']);

test('an empty file is clean', () => {
  assert.deepEqual(scan(new Uint8Array(0)), ['clean 0']);
});

test('a whole log is its records', () => {
  assert.deepEqual(scan(LOG), [
    '0 one',
    `${RECORD_BYTES} two`,
    `${2 * RECORD_BYTES} six`,
    'clean 36',
  ]);
});

test('any cut leaves whole records and a torn tail', () => {
  for (let cut = 0; cut <= LOG.length; cut++) {
    const whole = Math.floor(cut / RECORD_BYTES);
    const isClean = cut % RECORD_BYTES === 0;
    const lines = scan(LOG.subarray(0, cut));
    assert.equal(lines.length, whole + 1);
    assert.equal(lines.at(-1), isClean ? `clean ${cut}` : `torn ${whole * RECORD_BYTES}`);
  }
});

describe('damage with good records behind it', () => {
  test('is reported with its place and stepped over, whatever byte is hit', () => {
    for (let at = RECORD_BYTES; at < 2 * RECORD_BYTES; at++) {
      const damaged = LOG.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      assert.deepEqual(
        scan(damaged),
        ['0 one', 'damage 12..24', '24 six', 'clean 36'],
        `byte ${at}`,
      );
    }
  });

  test('a zeroed page in the middle', () => {
    const damaged = LOG.slice();
    damaged.fill(0, RECORD_BYTES, 2 * RECORD_BYTES);
    assert.deepEqual(scan(damaged), ['0 one', 'damage 12..24', '24 six', 'clean 36']);
  });

  test('a length that promises more than the file has hides no record', () => {
    const damaged = LOG.slice();
    damaged[RECORD_BYTES] = 150;
    assert.deepEqual(scan(damaged), ['0 one', 'damage 12..24', '24 six', 'clean 36']);
  });

  test('zeros behind the last record are a torn tail', () => {
    const grown = new Uint8Array(LOG.length + 4096);
    grown.set(LOG);
    assert.equal(scan(grown).at(-1), 'torn 36');
  });
});

test('a scan in pieces of any size is the scan of the whole', () => {
  const damaged = LOG.slice();
  damaged[RECORD_BYTES + 4] = 0x99;
  for (const bytes of [LOG, damaged, LOG.subarray(0, 30)]) {
    for (let pieceBytes = 1; pieceBytes <= bytes.length; pieceBytes++) {
      assert.deepEqual(scan(bytes, pieceBytes), scan(bytes), `pieces of ${pieceBytes}`);
    }
  }
});

test('noise that looks like large records costs bounded time', { timeout: 20_000 }, () => {
  // Every fourth place reads as a record of 1 MiB with a wrong checksum and such a record behind it:
  // 2 TiB to check in all.
  const noise = new Uint8Array(8 << 20).fill(0x01);
  for (let at = 0; at < noise.length; at += 4) noise.set([0x03, 0x01, 0x10, 0x00], at);
  const log = new Uint8Array(LOG.length + noise.length);
  log.set(LOG);
  log.set(noise, LOG.length);
  let records = 0;
  const end = scanRecords(log, crc32, { maxPayloadBytes: 2 << 20 }, () => records++);
  assert.equal(records, 3);
  assert.equal(end.kind === 'torn' && end.offset, LOG.length);
  assert.equal(end.kind === 'torn' && end.isSearched, false);
});

describe('where a record may be large', () => {
  const limits = { maxPayloadBytes: 32 << 20 };

  /** Records of 10 kB, with noise in the middle. */
  function noisyLog(noiseBytes: number): { readonly bytes: Uint8Array; readonly count: number } {
    const batch = createRecordBatch(crc32, limits);
    while (batch.byteLength() < 40 << 20) batch.append(1, new Uint8Array(10_000));
    const bytes = batch.bytes().slice();
    bytes.set(noise(noiseBytes), 1 << 20);
    return { bytes, count: batch.recordCount() };
  }

  function noise(byteLength: number): Uint8Array {
    const bytes = new Uint8Array(byteLength);
    let state = 1;
    for (let at = 0; at < byteLength; at++) {
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      bytes[at] = state >>> 24;
    }
    return bytes;
  }

  test('noise costs the records that it stands in and none behind it', { timeout: 60_000 }, () => {
    const { bytes, count } = noisyLog(64 << 10);
    let records = 0;
    const end = scanRecords(bytes, crc32, limits, ({ kind }) => {
      if (kind === 'record') records++;
    });
    assert.equal(end.kind, 'clean');
    assert.ok(records >= count - 9, `${records} of ${count}`);
  });

  test('a large record that is torn is searched quickly', { timeout: 60_000 }, () => {
    const batch = createRecordBatch(crc32, { maxPayloadBytes: 4 << 20 });
    batch.append(1, noise(4 << 20));
    const torn = batch.bytes().slice(0, -1);
    const cpuMillis = cpuMillisOf(() => {
      const end = scanRecords(torn, crc32, { maxPayloadBytes: 4 << 20 }, () => {});
      assert.equal(end.kind === 'torn' && end.offset, 0);
      assert.equal(end.kind === 'torn' && end.isSearched, true);
    });
    assert.ok(cpuMillis < 700, `${cpuMillis} ms`);
  });
});

describe('any log', () => {
  const payloads = fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 12 });

  test('comes back whole', () => {
    fc.assert(
      fc.property(payloads, (texts) => {
        const read: string[] = [];
        const end = scanRecords(logOf(texts), crc32, LIMITS, (event) => {
          assert.ok(event.kind === 'record');
          read.push(new TextDecoder().decode(event.record.payload));
        });
        assert.equal(end.kind, 'clean');
        assert.deepEqual(
          read,
          texts.map((text) => new TextDecoder().decode(new TextEncoder().encode(text))),
        );
      }),
      fuzzRuns(200, 10_000),
    );
  });

  test('damaged, gives no record that was not in it', () => {
    const texts = ['alpha', 'beta', 'gamma', 'delta'];
    fc.assert(
      fc.property(
        corruptBytes(logOf(texts)),
        fc.integer({ min: 1, max: 40 }),
        (bytes, pieceBytes) => {
          for (const line of scan(bytes, pieceBytes)) {
            // Seven zeros and two bytes 0xff are an empty record of kind 255 by chance.
            assert.match(
              line,
              /^(\d+ (alpha|beta|gamma|delta|of kind 255)|damage \d+\.\.\d+|torn \d+|clean \d+)$/,
            );
          }
        },
      ),
      fuzzRuns(500, 100_000),
    );
  });
});
