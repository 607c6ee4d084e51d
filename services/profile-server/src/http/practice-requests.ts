import { create, toBinary } from '@bufbuild/protobuf';
import { PushRequestSchema } from '@emberscope/protocol/push';

/** Longer than what a socket gives at once, and than what Node keeps in its pool. */
const PADDING_BYTES = 96 * 1024;

/** A field of a message: wire type 2, a length and bytes, or 0, a number. Numbers are below 128. */
const bytesField = (field: number, ...bytes: readonly number[]) => [
  (field << 3) | 2,
  bytes.length,
  ...bytes,
];
const numberField = (field: number, value: number) => [field << 3, value];
const text = (of: string) => bytesField(6, ...Buffer.from(of));

/** One sample of one frame, as `profile.proto` of pprof has it; without a time it is of now. */
const PPROF = Uint8Array.from([
  ...bytesField(1, ...numberField(1, 1), ...numberField(2, 2)),
  ...bytesField(2, ...bytesField(1, 1), ...bytesField(2, 1)),
  ...bytesField(4, ...numberField(1, 1), ...bytesField(4, ...numberField(1, 1))),
  ...bytesField(5, ...numberField(1, 1), ...numberField(2, 3)),
  ...[text(''), text('cpu'), text('nanoseconds'), text('practice')].flat(),
]);

/** A push of it, as it stands in a body. */
export function practicePush(): Uint8Array {
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: 'practice' },
  ];
  const series = [{ labels, samples: [{ rawProfile: PPROF }] }];
  const message = toBinary(PushRequestSchema, create(PushRequestSchema, { series }));
  // A field that nobody knows, number 15: its length is a varint of three bytes.
  const padding = Buffer.from([
    (15 << 3) | 2,
    ...[(PADDING_BYTES & 127) | 128, ((PADDING_BYTES >> 7) & 127) | 128, PADDING_BYTES >> 14],
  ]);
  return Buffer.concat([message, padding, new Uint8Array(PADDING_BYTES)]);
}
