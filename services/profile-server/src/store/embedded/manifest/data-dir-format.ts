import {
  type Fs,
  isFsError,
  readWholeFile,
  writeFileAtomically,
} from '@emberscope/node-kit/worker';
import { DataDirError } from './data-dir-error.ts';

/** Raised when an older program could no longer read what a newer one has written. */
const FORMAT_VERSION = 1;
const FORMAT_MAX_BYTES = 1024;

/**
 * Says in `FORMAT` what kind of directory this is, or reads it there. Rejects with a
 * {@link DataDirError} for a directory of a newer program or of another kind.
 */
export async function checkFormat(fs: Fs, dataDir: string): Promise<void> {
  const path = `${dataDir}/FORMAT`;
  let bytes: Uint8Array;
  try {
    bytes = await readWholeFile(fs, path, FORMAT_MAX_BYTES);
  } catch (error) {
    if (!isFsError(error, 'not-found')) throw error;
    await refuseForeignFiles(fs, dataDir);
    await writeFileAtomically(fs, path, new TextEncoder().encode(`emberscope ${FORMAT_VERSION}\n`));
    return;
  }
  const version = versionIn(bytes);
  if (version === undefined) {
    throw new DataDirError(
      `${path} does not say "emberscope ${FORMAT_VERSION}": the data directory ${dataDir} is another program's, or damaged`,
    );
  }
  if (version > FORMAT_VERSION) {
    throw new DataDirError(
      `the data directory ${dataDir} was written by a newer version (format ${version}); this one knows format ${FORMAT_VERSION}: run the newer version`,
    );
  }
}

function versionIn(format: Uint8Array): number | undefined {
  const digits = /^emberscope ([0-9]{1,9})\n$/.exec(new TextDecoder().decode(format))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What a first start that died may have left, and what file systems put into their roots. */
const HARMLESS = new Set(['LOCK', 'LOCK.tmp', 'FORMAT.tmp', 'lost+found', 'ballast']);

/** At start, files that no manifest names are deleted: they must be ours. */
async function refuseForeignFiles(fs: Fs, dataDir: string): Promise<void> {
  const entries = await fs.readdir(dataDir);
  const foreign = entries.find(({ name }) => !HARMLESS.has(name));
  if (foreign === undefined) return;
  const ours = await storeInside(fs, dataDir, entries);
  const instead = ours === undefined ? 'name an empty one' : `${ours} is one: name that`;
  throw new DataDirError(
    `the data directory ${dataDir} holds "${foreign.name}" and no FORMAT: it is not a directory of this program; ${instead}`,
  );
}

/**
 * Where people have one directory for several programs, ours is in it: the path of the first directory
 * in `dataDir`, of its `entries`, that is a store.
 */
export async function storeInside(
  fs: Fs,
  dataDir: string,
  entries: readonly { readonly name: string }[],
): Promise<string | undefined> {
  for (const { name } of entries.slice(0, LOOKED_INTO_MAX)) {
    const path = `${dataDir}/${name}`;
    try {
      const bytes = await readWholeFile(fs, `${path}/FORMAT`, FORMAT_MAX_BYTES);
      if (versionIn(bytes) !== undefined) return path;
    } catch {
      // No directory, or none that can be read, or not ours: it was only a hint.
    }
  }
  return undefined;
}

const LOOKED_INTO_MAX = 100;
