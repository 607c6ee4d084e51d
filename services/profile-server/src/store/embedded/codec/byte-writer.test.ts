import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type ByteReader, createByteReader } from './byte-reader.ts';
import { type ByteWriter, createByteWriter } from './byte-writer.ts';
import { DamagedBytes } from './damaged-bytes.ts';

/** One thing that is written and how it is read again. */
type Piece = {
  readonly write: (out: ByteWriter) => void;
  readonly read: (from: ByteReader) => unknown;
  readonly value: unknown;
};

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
/** Around the places where a number takes another byte, or another form. */
const edge = fc
  .tuple(fc.nat({ max: 53 }), fc.integer({ min: -2, max: 2 }))
  .map(([bits, off]) => Math.min(Math.max(0, 2 ** bits + off), Number.MAX_SAFE_INTEGER));
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', minLength: 100, maxLength: 300 }),
  fc.constant('\ufeffmark'),
);

const piece: fc.Arbitrary<Piece> = fc.oneof(
  edge.map(
    (value): Piece => ({
      value,
      write: (out) => out.uvarint(value),
      read: (from) => from.uvarint(),
    }),
  ),
  uint64.map(
    (value): Piece => ({
      value,
      write: (out) => out.uvarint64(value),
      read: (from) => BigInt(from.uvarint64()),
    }),
  ),
  edge.map(
    (value): Piece => ({
      value,
      write: (out) => out.uvarint64(value),
      read: (from) => from.uvarint64(),
    }),
  ),
  int64.map(
    (value): Piece => ({
      value,
      write: (out) => out.svarint(value),
      read: (from) => BigInt(from.svarint()),
    }),
  ),
  fc.tuple(edge, fc.constantFrom(-1n, 1n)).map(
    ([magnitude, sign]): Piece => ({
      value: sign * BigInt(magnitude),
      write: (out) => out.svarint(Number(sign) * magnitude),
      read: (from) => BigInt(from.svarint()),
    }),
  ),
  int64.map(
    (value): Piece => ({
      value,
      write: (out) => out.int64(value),
      read: (from) => from.int64(),
    }),
  ),
  fc.nat({ max: 2 ** 32 - 1 }).map(
    (value): Piece => ({
      value,
      write: (out) => out.uint32(value),
      read: (from) => from.uint32(),
    }),
  ),
  fc.uint8Array({ maxLength: 40 }).map(
    (value): Piece => ({
      value: [...value],
      write: (out) => out.bytes(value),
      read: (from) => [...from.bytes(value.length)],
    }),
  ),
  texts.map(
    (value): Piece => ({
      value: new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(value)),
      write: (out) => out.text(value),
      read: (from) => from.text(),
    }),
  ),
);

describe('bytes that are written', () => {
  it('are read again', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const out = createByteWriter(1);
        for (const { write } of pieces) write(out);
        const from = createByteReader(out.finish());
        assert.deepEqual(
          pieces.map(({ read }) => read(from)),
          pieces.map(({ value }) => value),
        );
        assert.equal(from.left(), 0);
      }),
    );
  });

  it('are damage when some are missing', () => {
    fc.assert(
      fc.property(piece, fc.nat(), ({ write, read, value }, cut) => {
        const out = createByteWriter();
        write(out);
        fc.pre(out.length() > 0 && !(Array.isArray(value) && value.length === 0));
        const short = out.finish().subarray(0, cut % out.length());
        assert.throws(() => read(createByteReader(short)), DamagedBytes);
      }),
    );
  });
});

describe('random bytes', () => {
  it('are read or damage', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(piece, { minLength: 1 }), (bytes, pieces) => {
        const from = createByteReader(bytes);
        try {
          for (const { read } of pieces) read(from);
        } catch (error) {
          if (!(error instanceof DamagedBytes)) throw error;
        }
      }),
    );
  });

  it('announce no more things than can be there', () => {
    assert.throws(() => createByteReader(Uint8Array.of(3, 0, 0)).count(1), DamagedBytes);
    assert.equal(createByteReader(Uint8Array.of(2, 0, 0)).count(1), 2);
  });

  it('are no numbers that are longer than 64 bits', () => {
    const long = new Uint8Array(11).fill(0x80);
    assert.throws(() => createByteReader(long).uvarint64(), DamagedBytes);
    assert.throws(() => createByteReader(long).uvarint(), DamagedBytes);
    const over = Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 2);
    assert.throws(() => createByteReader(over).uvarint64(), DamagedBytes);
  });
});
