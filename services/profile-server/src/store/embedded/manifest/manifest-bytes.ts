import { crc32 } from 'node:zlib';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { DeletionEntry, Manifest, SegmentEntry } from './manifest.ts';

/*
 * The manifest as text: a line of JSON for its numbers, one for each segment, roll-up and deletion,
 * and at last one with the crc32 of all lines before, their line feeds included.
 *
 *     {"version":1,"sequence":7,"logFloor":42,"nextFile":18,"nextArrival":9000}
 *     {"segment":{"file":"2026-11-22/000017.seg",...}}
 *     {"crc32":"0a1b2c3d"}
 */

export const EMPTY_MANIFEST: Manifest = {
  version: 1,
  sequence: 0,
  logFloor: 1,
  nextFile: 1,
  nextArrival: 1,
  segments: [],
  rollups: [],
  deletions: [],
};

export function encodeManifest({ segments, rollups, deletions, ...head }: Manifest): Uint8Array {
  const lines = [
    head,
    ...segments.map((segment) => ({ segment })),
    ...rollups.map((rollup) => ({ rollup })),
    ...deletions.map((deletion) => ({ deletion })),
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const sum = crc32(text).toString(16).padStart(8, '0');
  return new TextEncoder().encode(`${text}${JSON.stringify({ crc32: sum })}\n`);
}

type Line =
  | Pick<Manifest, 'version' | 'sequence' | 'logFloor' | 'nextFile' | 'nextArrival'>
  | { readonly segment: SegmentEntry }
  | { readonly rollup: SegmentEntry }
  | { readonly deletion: DeletionEntry };

/** Throws {@link DamagedBytes} for anything but what {@link encodeManifest} wrote. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const text = new TextDecoder().decode(bytes);
  const sumAt = text.lastIndexOf('\n', text.length - 2) + 1;
  const found = /^\{"crc32":"([0-9a-f]{8})"\}\n$/.exec(text.slice(sumAt))?.[1];
  if (found === undefined) throw new DamagedBytes('a manifest without a checksum in its last line');
  const sum = crc32(text.slice(0, sumAt)).toString(16).padStart(8, '0');
  if (sum !== found)
    throw new DamagedBytes(`a manifest with checksum ${sum} where ${found} is written`);

  let manifest = EMPTY_MANIFEST;
  const segments: SegmentEntry[] = [];
  const rollups: SegmentEntry[] = [];
  const deletions: DeletionEntry[] = [];
  for (const json of text.slice(0, sumAt).split('\n')) {
    if (json === '') continue;
    // The checksum says that it is what this program wrote.
    const line = JSON.parse(json) as Line;
    if ('segment' in line) segments.push(line.segment);
    else if ('rollup' in line) rollups.push(line.rollup);
    else if ('deletion' in line) deletions.push(line.deletion);
    else manifest = { ...manifest, ...line };
  }
  if (manifest.version !== 1) {
    throw new DamagedBytes(`a manifest of version ${manifest.version}; this program knows 1`);
  }
  return { ...manifest, segments, rollups, deletions };
}

/** The sequence in the first line, for what can be said of a manifest that is damaged behind it. */
export function sequenceOfDamaged(bytes: Uint8Array): number | undefined {
  const [first = ''] = new TextDecoder().decode(bytes).split('\n');
  const digits = /"sequence":([0-9]+)[,}]/.exec(first)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** As it goes to other threads: its JSON in UTF-8, in memory that all of them see. */
export function shareManifest(manifest: Manifest): SharedArrayBuffer {
  const json = new TextEncoder().encode(JSON.stringify(manifest));
  const shared = new SharedArrayBuffer(json.length);
  new Uint8Array(shared).set(json);
  return shared;
}

export function sharedManifest(shared: SharedArrayBuffer): Manifest {
  // A decoder takes no shared memory.
  const json = new TextDecoder().decode(new Uint8Array(shared).slice());
  return JSON.parse(json) as Manifest;
}
