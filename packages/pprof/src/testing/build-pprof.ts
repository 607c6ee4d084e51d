import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { ProfileSchema } from '@emberscope/protocol/pprof';

export type PprofInit = Exclude<MessageInitShape<typeof ProfileSchema>, { $typeName: unknown }>;

/**
 * A small profile that is right in all, for tests that make one thing wrong: two samples, `a;b 1`
 * and `a;c 2`. Strings: 1 cpu, 2 nanoseconds, 3 a, 4 b, 5 c.
 */
export function smallProfile(): PprofInit {
  return {
    sampleType: [{ type: 1n, unit: 2n }],
    sample: [
      { locationId: [2n, 1n], value: [1n] },
      { locationId: [3n, 1n], value: [2n] },
    ],
    mapping: [],
    location: [1n, 2n, 3n].map((id) => ({ id, line: [{ functionId: id, line: 10n * id }] })),
    function: [1n, 2n, 3n].map((id) => ({ id, name: id + 2n })),
    stringTable: ['', 'cpu', 'nanoseconds', 'a', 'b', 'c'],
  };
}

export function pprofBytes(init: PprofInit): Uint8Array {
  return toBinary(ProfileSchema, create(ProfileSchema, init));
}
