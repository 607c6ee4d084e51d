type Pairs = readonly (readonly [key: number, value: number])[];

/** A `LabelsSnapshot` as bytes: contexts with the numbers of names and values, and strings. */
export function snapshotBytes(
  contexts: readonly (readonly [id: number, labels: Pairs])[],
  strings: readonly (readonly [id: number, text: string])[],
): Uint8Array {
  return Uint8Array.from([
    ...contexts.flatMap(([id, labels]) => {
      const context = labels.flatMap(([key, value]) =>
        bytes(1, [...number(1, key), ...number(2, value)]),
      );
      return bytes(1, [...number(1, id), ...bytes(2, context)]);
    }),
    ...strings.flatMap(([id, text]) =>
      bytes(2, [...number(1, id), ...bytes(2, [...new TextEncoder().encode(text)])]),
    ),
  ]);
}

function number(field: number, value: number): number[] {
  return [field * 8, ...varint(value)];
}

function bytes(field: number, value: readonly number[]): number[] {
  return [field * 8 + 2, ...varint(value.length), ...value];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
