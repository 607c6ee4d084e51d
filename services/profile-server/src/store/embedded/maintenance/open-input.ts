import { join } from 'node:path';
import type { Fs } from '@emberscope/node-kit/worker';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import { openSegment, type SegmentFile } from '../segment/segment-file.ts';

/** Opens a file that the manifest names; throws {@link DamagedBytes} when it is another one. */
export function openInput(
  fs: Fs,
  dataDir: string,
  { file, directoryCrc }: SegmentEntry,
): SegmentFile {
  const segment = openSegment(fs, join(dataDir, file));
  if (segment.directoryCrc === directoryCrc) return segment;
  segment.close();
  throw new DamagedBytes(`segment ${segment.path}: another file than the manifest names`);
}
