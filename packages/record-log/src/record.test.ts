import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { RECORD_HEADER_BYTES, readRecord } from './record.ts';
import { createRecordBatch } from './record-batch.ts';

const LIMITS = { maxPayloadBytes: 1000 };
const text = (payload: string) => new TextEncoder().encode(payload);

function logOf(...payloads: readonly string[]): Uint8Array {
  const batch = createRecordBatch(crc32, LIMITS);
  for (const [i, payload] of payloads.entries()) batch.append(i + 1, text(payload));
  return batch.bytes().slice();
}

test('a record has the bytes that are drawn', () => {
  assert.equal(
    Buffer.from(logOf('kept')).toString('hex'),
    `04000000${hexLittleEndian(crc32(text('\u0001kept')))}016b657074`,
  );
});

test('a payload in pieces is one payload; an empty one is a record', () => {
  const batch = createRecordBatch(crc32, LIMITS);
  assert.equal(batch.append(7, text('ab'), text(''), text('c')), 0);
  assert.equal(batch.append(8), RECORD_HEADER_BYTES + 3);
  const first = readRecord(batch.bytes(), 0, crc32, LIMITS);
  assert.ok(first.kind === 'record');
  assert.equal(first.record.kind, 7);
  assert.equal(new TextDecoder().decode(first.record.payload), 'abc');
  const second = readRecord(batch.bytes(), first.nextOffset, crc32, LIMITS);
  assert.ok(second.kind === 'record' && second.record.payload.length === 0);
  assert.equal(readRecord(batch.bytes(), second.nextOffset, crc32, LIMITS).kind, 'end');
});

test('a crash at any byte of the last record loses that record and no other', () => {
  const whole = logOf('kept', 'lost');
  const first = readRecord(whole, 0, crc32, LIMITS);
  assert.ok(first.kind === 'record');
  for (let cut = first.nextOffset; cut < whole.length; cut++) {
    const left = whole.subarray(0, cut);
    assert.equal(readRecord(left, 0, crc32, LIMITS).kind, 'record');
    const last = readRecord(left, first.nextOffset, crc32, LIMITS);
    assert.equal(last.kind, cut === first.nextOffset ? 'end' : 'torn');
  }
});

test('a flipped bit anywhere is noticed', () => {
  const whole = logOf('a payload of some length');
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const damaged = whole.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.notEqual(readRecord(damaged, 0, crc32, LIMITS).kind, 'record', `bit ${bit}`);
  }
});

test('zeros are no record, however many', () => {
  for (const length of [1, 8, 9, 10, 4096]) {
    const read = readRecord(new Uint8Array(length), 0, crc32, LIMITS);
    assert.notEqual(read.kind, 'record', `${length} zeros`);
  }
});

describe('limits', () => {
  test('a length over the limit is damage, not a record to wait for', () => {
    const bytes = logOf('x');
    bytes[1] = 0xff;
    const read = readRecord(bytes, 0, crc32, LIMITS);
    assert.ok(read.kind === 'corrupt');
    assert.match(read.reason, /a payload of 65281 bytes; the limit is 1000/);
  });
  test('a batch refuses a payload over the limit and a kind out of range', () => {
    const batch = createRecordBatch(crc32, LIMITS);
    assert.throws(() => batch.append(1, new Uint8Array(1001)), /1001 bytes; the limit is 1000/);
    for (const kind of [0, 256, -1, 1.5]) {
      assert.throws(() => batch.append(kind), /is not a kind of record/);
    }
    assert.equal(batch.byteLength(), 0);
  });
});

test('a batch grows, takes a record back and is used again', () => {
  const batch = createRecordBatch(crc32, { maxPayloadBytes: 1 << 20 });
  for (let i = 0; i < 100; i++) batch.append(1, new Uint8Array(5000).fill(i));
  const before = batch.byteLength();
  batch.append(2, text('not after all'));
  batch.truncate(before, 100);
  assert.equal(batch.recordCount(), 100);
  let offset = 0;
  for (let i = 0; i < 100; i++) {
    const read = readRecord(batch.bytes(), offset, crc32, { maxPayloadBytes: 1 << 20 });
    assert.ok(read.kind === 'record');
    assert.ok(read.record.payload.every((byte) => byte === i));
    offset = read.nextOffset;
  }
  assert.throws(() => batch.truncate(before + 1, 1), RangeError);
  batch.clear();
  assert.equal(batch.bytes().length, 0);
});

test('any bytes are read or refused, at any offset', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 220 }), (bytes, offset) => {
      const read = readRecord(bytes, offset, crc32, LIMITS);
      if (offset >= bytes.length) assert.equal(read.kind, 'end');
      else assert.notEqual(read.kind, 'end');
    }),
    fuzzRuns(1000, 100_000),
  );
});

function hexLittleEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}
