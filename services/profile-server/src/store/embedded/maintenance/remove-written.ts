import { join } from 'node:path';
import type { Fs } from '@emberscope/node-kit/worker';
import type { SegmentEntry } from '../manifest/manifest.ts';

/**
 * Takes files away that a job has written before it failed, or before the commit of it did. No manifest names them, so one that
 * stays is swept at the next start: what failed first is what the caller hears of.
 */
export async function removeWritten(
  fs: Fs,
  dataDir: string,
  segments: readonly SegmentEntry[],
): Promise<void> {
  for (const { file } of segments) await fs.unlink(join(dataDir, file)).catch(() => {});
}
