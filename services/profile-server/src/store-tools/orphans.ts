import type { Fs } from '@emberscope/node-kit';
import { isDamagedLog } from '../store/embedded/log/damaged-logs.ts';
import { generationOfLog } from '../store/embedded/log/log-format.ts';
import type { Manifest } from '../store/embedded/manifest/manifest.ts';
import { TENANTS_FOLDER } from '../store/tenant-files/tenant-folder.ts';

/** What stands in a data directory besides the log and what the manifest names. */
const OWN_FILES = new Set(['FORMAT', 'LOCK', 'MANIFEST', 'ballast', 'lost+found']);

const LOG_FOLDER = 'log/';

/**
 * Files below a data directory that no manifest names, in the order of their names: what was merged
 * or expired within the last two minutes, and what a process left that was ended.
 */
export async function orphansOf(fs: Fs, dataDir: string, manifest: Manifest): Promise<string[]> {
  const named = new Set([...manifest.segments, ...manifest.rollups].map(({ file }) => file));
  const isOurs = (path: string): boolean => {
    if (named.has(path) || OWN_FILES.has(path)) return true;
    // They are named by nobody but their tenants.
    if (path.startsWith(`${TENANTS_FOLDER}/`)) return true;
    if (!path.startsWith(LOG_FOLDER)) return false;
    const name = path.slice(LOG_FOLDER.length);
    if (isDamagedLog(name)) return true;
    const generation = generationOfLog(name);
    return generation !== undefined && generation >= manifest.logFloor;
  };
  return (await filesBelow(fs, dataDir)).filter((path) => !isOurs(path)).sort();
}

export async function filesBelow(fs: Fs, folder: string, prefix = ''): Promise<string[]> {
  const files: string[] = [];
  for (const { name, kind } of await fs.readdir(folder)) {
    if (name === 'lost+found') continue;
    if (kind === 'directory') {
      files.push(...(await filesBelow(fs, `${folder}/${name}`, `${prefix}${name}/`)));
    } else files.push(`${prefix}${name}`);
  }
  return files;
}
