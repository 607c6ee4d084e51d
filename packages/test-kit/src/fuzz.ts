import fc from 'fast-check';

/**
 * How many inputs a property test draws: few in `npm test`, many in `npm run test:all`.
 * fast-check prints the seed and the path of a failure; pass them as `seed` and `path` to replay.
 */
export function fuzzRuns(fast: number, all: number): { readonly numRuns: number } {
  return { numRuns: process.env.EMBERSCOPE_TESTS === 'all' ? all : fast };
}

/**
 * A valid input, damaged the way networks, disks and enemies do it: bytes changed, cut off,
 * repeated, inserted or taken from another place of the same input. At most eight wounds.
 */
export function corruptBytes(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat({ max: Math.max(0, original.length) });
  const wound = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at, value: fc.nat({ max: 255 }) }),
    fc.record({ kind: fc.constant('cut' as const), at }),
    fc.record({ kind: fc.constant('remove' as const), at, count: fc.integer({ min: 1, max: 32 }) }),
    fc.record({
      kind: fc.constant('insert' as const),
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    }),
    fc.record({
      kind: fc.constant('copy' as const),
      at,
      from: at,
      count: fc.integer({ min: 1, max: 64 }),
    }),
  );
  return fc.array(wound, { minLength: 1, maxLength: 8 }).map((wounds) => {
    let bytes = Uint8Array.from(original);
    for (const w of wounds) {
      const place = Math.min(w.at, bytes.length);
      switch (w.kind) {
        case 'set':
          if (place < bytes.length) bytes[place] = w.value;
          break;
        case 'cut':
          bytes = bytes.slice(0, place);
          break;
        case 'remove':
          bytes = join(bytes.subarray(0, place), bytes.subarray(place + w.count));
          break;
        case 'insert':
          bytes = join(bytes.subarray(0, place), w.bytes, bytes.subarray(place));
          break;
        case 'copy': {
          const part = bytes.slice(w.from, w.from + w.count);
          bytes = join(bytes.subarray(0, place), part, bytes.subarray(place));
          break;
        }
        default:
          w satisfies never;
      }
    }
    return bytes;
  });
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
