import {
  type Fs,
  isFsError,
  readWholeFile,
  temporaryPathOf,
  writeFileAtomically,
} from '@emberscope/node-kit/worker';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { DataDirError } from './data-dir-error.ts';
import type { Manifest } from './manifest.ts';
import { decodeManifest, encodeManifest, sequenceOfDamaged } from './manifest-bytes.ts';

/** Of some 300 bytes for each segment: more than any retention keeps. */
const MANIFEST_MAX_BYTES = 64 * 1024 * 1024;

export function manifestPath(dataDir: string): string {
  return `${dataDir}/MANIFEST`;
}

/** Replaces the manifest: what it says holds, durably, once this has answered. */
export function writeManifest(fs: Fs, dataDir: string, manifest: Manifest): Promise<void> {
  return writeFileAtomically(fs, manifestPath(dataDir), encodeManifest(manifest));
}

/**
 * The manifest of a directory; undefined when there is none. When it is damaged and the one that was
 * to replace it is whole and newer, a rename was lost, and the newer one counts. Rejects with a
 * {@link DataDirError} when neither can be believed: a guess would lose or double profiles.
 */
export async function readManifest(fs: Fs, dataDir: string): Promise<Manifest | undefined> {
  const path = manifestPath(dataDir);
  const bytes = await readIfThere(fs, path);
  if (bytes === undefined) return undefined;
  try {
    return decodeManifest(bytes);
  } catch (error) {
    if (!(error instanceof DamagedBytes)) throw error;
    const replacement = await readReplacement(fs, path, sequenceOfDamaged(bytes));
    if (replacement !== undefined) return replacement;
    throw new DataDirError(
      `${path} is damaged (${error.message}) and no newer one stands beside it: restore the data directory from a copy, or move it away to begin with an empty store`,
      { cause: error },
    );
  }
}

async function readReplacement(
  fs: Fs,
  path: string,
  damagedSequence: number | undefined,
): Promise<Manifest | undefined> {
  const bytes = await readIfThere(fs, temporaryPathOf(path));
  if (bytes === undefined) return undefined;
  try {
    const manifest = decodeManifest(bytes);
    return manifest.sequence > (damagedSequence ?? 0) ? manifest : undefined;
  } catch (error) {
    if (error instanceof DamagedBytes) return undefined;
    throw error;
  }
}

async function readIfThere(fs: Fs, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readWholeFile(fs, path, MANIFEST_MAX_BYTES);
  } catch (error) {
    if (isFsError(error, 'not-found')) return undefined;
    throw error;
  }
}
