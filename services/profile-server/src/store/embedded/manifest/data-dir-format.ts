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
  let text: string;
  try {
    text = new TextDecoder().decode(await readWholeFile(fs, path, FORMAT_MAX_BYTES));
  } catch (error) {
    if (!isFsError(error, 'not-found')) throw error;
    await refuseForeignFiles(fs, dataDir);
    await writeFileAtomically(fs, path, new TextEncoder().encode(`emberscope ${FORMAT_VERSION}\n`));
    return;
  }
  const version = /^emberscope ([0-9]{1,9})\n$/.exec(text)?.[1];
  if (version === undefined) {
    throw new DataDirError(
      `${path} does not say "emberscope ${FORMAT_VERSION}": the data directory ${dataDir} is another program's, or damaged`,
    );
  }
  if (Number(version) > FORMAT_VERSION) {
    throw new DataDirError(
      `the data directory ${dataDir} was written by a newer version (format ${version}); this one knows format ${FORMAT_VERSION}: run the newer version`,
    );
  }
}

/** What a first start that died may have left, and what file systems put into their roots. */
const HARMLESS = new Set(['LOCK', 'LOCK.tmp', 'FORMAT.tmp', 'lost+found', 'ballast']);

/** At start, files that no manifest names are deleted: they must be ours. */
async function refuseForeignFiles(fs: Fs, dataDir: string): Promise<void> {
  for (const { name } of await fs.readdir(dataDir)) {
    if (HARMLESS.has(name)) continue;
    throw new DataDirError(
      `the data directory ${dataDir} holds "${name}" and no FORMAT: it is not a directory of this program; name an empty one`,
    );
  }
}
