import { fromBinary } from '@bufbuild/protobuf';
import { mergeProfiles, type Profile } from '@emberscope/profile';
import { ProfileSchema } from '@emberscope/protocol/pprof';
import { measureBench, printBenchTable } from '@emberscope/test-kit';
import { NO_PPROF_LIMITS } from '../limits.ts';
import { normalizePprof } from '../normalize-pprof.ts';
import { readPprof } from '../read-pprof.ts';
import { realProfiles } from '../testing/real-profiles.ts';
import { writePprof } from '../write-pprof.ts';

/**
 * What the reader gains over generated code, on the same real files in the same run, and what
 * writing and normalizing cost. MB/s are of uncompressed pprof.
 */

/** `variants` are read in turn, one a call: the same files, or the same under other names. */
type Group = { readonly name: string; readonly variants: readonly (readonly Uint8Array[])[] };

const OPTIONS = { limits: NO_PPROF_LIMITS };

/** More strings than the reader remembers, so that each is new to it when its turn comes. */
const UNSEEN_VARIANTS = 12;

for (const { name, variants } of groups()) {
  const bytes = variants[0].reduce((sum, file) => sum + file.length, 0);
  const bench = <Input>(
    title: string,
    inputs: readonly (readonly Input[])[],
    call: (input: Input) => unknown,
  ) => {
    let turn = 0;
    return {
      name: title,
      bytes,
      items: 0,
      run: () => inputs[turn++ % inputs.length].map(call),
    };
  };
  const profiles = variants.map((files) => files.map(profileOf));
  const measured = measureBench([
    bench('readPprof', variants, (file) => readPprof(file, OPTIONS)),
    bench('fromBinary, generated', variants, (file) => fromBinary(ProfileSchema, file)),
    bench('writePprof', profiles, writePprof),
    bench('normalizePprof', profiles, normalizePprof),
  ]);
  const [ours, generated] = measured;
  const ratio = generated.microsPerCall / ours.microsPerCall;
  const size = `${variants[0].length} files, ${(bytes / 1000).toFixed(0)} kB`;
  printBenchTable(`${name}: ${size}, ${ratio.toFixed(1)} times as fast as generated`, measured);
}

function groups(): readonly Group[] {
  const readable = realProfiles().filter(({ bytes }) => readPprof(bytes, OPTIONS).ok);
  const those = (wanted: (path: string, byteLength: number) => boolean) =>
    readable.filter(({ path, bytes }) => wanted(path, bytes.length)).map(({ bytes }) => bytes);
  const all = those(() => true);
  const ofNode = those((path) => /^agents\/(push|pull|eventloop)/.test(path));
  const large = those((_, byteLength) => byteLength > 25_000);
  return [
    { name: 'Node agents', variants: [ofNode] },
    ...(large.length === 0 ? [] : [{ name: 'real files over 25 kB', variants: [large] }]),
    { name: 'all real files', variants: [all] },
    { name: 'many merged into one', variants: [[mergedProfile(ofNode)]] },
    {
      name: 'all real files, each name for the first time',
      variants: Array.from({ length: UNSEEN_VARIANTS }, (_, i) =>
        all.map((bytes) => writePprof(renamed(profileOf(bytes), `${i % 10}${i}`))),
      ),
    },
  ];
}

/** Wall profiles under many names: as if a large program had run all of them. */
function mergedProfile(files: readonly Uint8Array[]): Uint8Array {
  const wall = files.map(profileOf).filter(({ sampleTypes }) => sampleTypes.length === 3);
  const merged = mergeProfiles(
    Array.from({ length: 30 }, (_, i) => wall.map((profile) => renamed(profile, `${i}`)))
      .flat()
      .map((profile) => ({ ...profile, sampleTypes: wall[0].sampleTypes })),
  );
  if (!merged.ok) throw new Error(merged.reason);
  return writePprof(merged.profile);
}

function renamed(profile: Profile, suffix: string): Profile {
  const { symbols } = profile;
  const strings = symbols.strings.map((text) => (text === '' ? '' : text + suffix));
  return { ...profile, symbols: { ...symbols, strings } };
}

function profileOf(bytes: Uint8Array): Profile {
  const read = readPprof(bytes, OPTIONS);
  if (!read.ok) throw new Error(read.reason);
  return read.profile;
}
