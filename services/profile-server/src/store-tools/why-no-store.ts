import type { Fs } from '@emberscope/node-kit';
import { storeInside } from '../store/embedded/manifest/data-dir-format.ts';

/** Why a path can be no store, with the one that was meant where that shows; nothing for one that can. */
export async function whyNoStore(fs: Fs, path: string): Promise<string | undefined> {
  if ((await fs.stat(path)).kind !== 'directory') return `${path} is no directory`;
  const entries = await fs.readdir(path);
  if (entries.some(({ name }) => name === 'FORMAT')) return undefined;
  const inside = await storeInside(fs, path, entries);
  const hint = inside === undefined ? '' : `; ${inside} is one: name that`;
  return `${path} is no store: it has no FORMAT${hint}`;
}
