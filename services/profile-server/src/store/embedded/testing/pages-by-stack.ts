import type { Fs } from '@emberscope/node-kit';
import { filesBelow } from '../../../store-tools/orphans.ts';
import { openSegment } from '../segment/segment-file.ts';
import { isByStack } from '../segment/segment-format.ts';

/** How many pages of all segments and roll-ups of a store are in the order of stacks. */
export async function countPagesByStack(fs: Fs, dataDir: string): Promise<number> {
  const files = (await filesBelow(fs, dataDir)).filter((file) => file.endsWith('.seg'));
  return files.reduce((sum, file) => {
    const segment = openSegment(fs, `${dataDir}/${file}`);
    segment.close();
    const pages = segment.directory.tables.flatMap(({ levels }) =>
      levels.flatMap(({ blocks }) => [...blocks.ids, ...blocks.columns.flat()]),
    );
    return sum + pages.filter(isByStack).length;
  }, 0);
}
