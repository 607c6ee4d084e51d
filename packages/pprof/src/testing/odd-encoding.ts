import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  FunctionSchema,
  LabelSchema,
  LocationSchema,
  MappingSchema,
  type Profile as ProfileMessage,
  ValueTypeSchema,
} from '@emberscope/protocol/pprof';

/**
 * Encodes a profile in ways that no known profiler does and that proto3 allows all the same: fields
 * in any order with unknown ones between them, repeated numbers packed, unpacked or half of each,
 * numbers in more bytes than they need, and single fields twice, of which the last counts.
 *
 * `draw(n)` answers an integer below n: the test's source of chance.
 */
export function encodeOddly(message: ProfileMessage, draw: (below: number) => number): Uint8Array {
  const varint = (value: bigint): number[] => {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    if (bytes.length < 9 && draw(8) === 0) {
      bytes[bytes.length - 1] |= 0x80;
      bytes.push(0);
    }
    return bytes;
  };
  const span = (field: number, bytes: ArrayLike<number>): number[] => [
    ...varint(BigInt(field * 8 + 2)),
    ...varint(BigInt(bytes.length)),
    ...Array.from(bytes),
  ];
  const number = (field: number, value: bigint): number[] => [
    ...varint(BigInt(field * 8)),
    ...varint(value),
  ];

  function unknown(): number[] {
    switch (draw(8)) {
      case 0:
        return number(15 + draw(5000), BigInt(draw(1_000_000)));
      case 1:
        return span(15 + draw(20), [1, 2, 3]);
      case 2:
        return [...varint(BigInt(16 * 8 + 1)), 1, 2, 3, 4, 5, 6, 7, 8];
      case 3:
        return [...varint(BigInt(17 * 8 + 5)), 1, 2, 3, 4];
      default:
        return [];
    }
  }

  function messageBytes<Desc extends DescMessage>(
    schema: Desc,
    init: MessageInitShape<Desc>,
  ): number[] {
    return [...unknown(), ...toBinary(schema, create(schema, init)), ...unknown()];
  }

  /** A repeated number: runs of it packed, runs of it not. */
  function numbers(field: number, values: readonly bigint[]): number[][] {
    const parts: number[][] = [];
    for (let at = 0; at < values.length; ) {
      const run = values.slice(at, at + 1 + draw(values.length));
      if (draw(3) > 0) parts.push(span(field, run.flatMap(varint)));
      else parts.push(...run.map((value) => number(field, value)));
      at += run.length;
    }
    return parts;
  }

  /** Lists of fields, dealt into one another: each list keeps its order. */
  function shuffle(lists: readonly (readonly number[][])[]): number[] {
    const waiting = lists.filter((list) => list.length > 0).map((list) => ({ list, next: 0 }));
    const bytes: number[] = [];
    while (waiting.length > 0) {
      const index = draw(waiting.length);
      const chosen = waiting[index];
      bytes.push(...chosen.list[chosen.next++], ...unknown());
      if (chosen.next === chosen.list.length) waiting.splice(index, 1);
    }
    return bytes;
  }

  const single = (field: number, value: bigint): number[][] =>
    draw(4) === 0
      ? [number(field, BigInt(draw(3))), number(field, value)]
      : value === 0n && draw(2) === 0
        ? []
        : [number(field, value)];

  const samples = message.sample.map(({ locationId, value, label }) =>
    span(
      2,
      shuffle([
        numbers(1, locationId),
        numbers(2, value),
        label.map((each) => span(3, messageBytes(LabelSchema, each))),
      ]),
    ),
  );
  const { periodType } = message;
  return Uint8Array.from(
    shuffle([
      message.sampleType.map((each) => span(1, messageBytes(ValueTypeSchema, each))),
      samples,
      message.mapping.map((each) => span(3, messageBytes(MappingSchema, each))),
      message.location.map((each) => span(4, messageBytes(LocationSchema, each))),
      message.function.map((each) => span(5, messageBytes(FunctionSchema, each))),
      message.stringTable.map((text) => span(6, new TextEncoder().encode(text))),
      single(7, message.dropFrames),
      single(8, message.keepFrames),
      single(9, message.timeNanos),
      single(10, message.durationNanos),
      // One message in two parts is merged.
      periodType === undefined
        ? []
        : [
            span(11, messageBytes(ValueTypeSchema, { type: periodType.type })),
            span(11, messageBytes(ValueTypeSchema, { unit: periodType.unit })),
          ],
      single(12, message.period),
      numbers(13, message.comment),
      single(14, message.defaultSampleType),
    ]),
  );
}
