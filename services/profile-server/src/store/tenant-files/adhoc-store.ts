import {
  type Fs,
  type FsError,
  isFsError,
  readWholeFile,
  writeFileAtomically,
} from '@emberscope/node-kit/worker';
import type { TenantId } from '../ids.ts';
import { type AdHocId, parseAdHocId } from './adhoc-id.ts';
import { answerOf, type FilesAnswer, FilesRefusal, refuse } from './files-answer.ts';
import { makeTenantFolder, namesIn, tenantFolder } from './tenant-folder.ts';
import type { WriteLine } from './write-line.ts';

/** Uploaded files, as `encodeAdHocFile` writes them. Nothing of a file is looked at here. */
export type AdHocStore = {
  /** Answers when it is synced. The oldest files of the tenant go when there are too many. */
  add(tenant: TenantId, id: AdHocId, file: Uint8Array): Promise<FilesAnswer<undefined>>;
  read(tenant: TenantId, id: string): Promise<FilesAnswer<Uint8Array<ArrayBuffer>>>;
  /** The newest first. */
  list(tenant: TenantId): Promise<FilesAnswer<readonly AdHocId[]>>;
};

export type AdHocStoreParts = {
  readonly fs: Fs;
  readonly dataDir: string;
  readonly line: WriteLine;
  /** Free bytes that the disk is to keep, by how many it has in all. */
  readonly lowDiskBytes: (totalBytes: number) => number;
  readonly limits?: AdHocLimits;
  /** Of the disk, for the log. */
  readonly onTrouble: (error: FsError) => void;
};

/** Of a tenant. */
export type AdHocLimits = { readonly maxFiles: number; readonly maxBytes: number };

/** A list of 500 is longer than anybody reads; their sizes are asked for at each upload. */
const DEFAULT_LIMITS: AdHocLimits = { maxFiles: 500, maxBytes: 256 * 1024 * 1024 };

/** The door lets in less, whatever the setting of profile sizes. */
export const ADHOC_FILE_MAX_BYTES = 32 * 1024 * 1024;

export function createAdHocStore(parts: AdHocStoreParts): AdHocStore {
  const { fs, dataDir, line, lowDiskBytes, limits = DEFAULT_LIMITS, onTrouble } = parts;
  const folderOf = (tenant: TenantId) => `${tenantFolder(dataDir, tenant)}/adhoc`;

  async function checkDisk(): Promise<void> {
    const { freeBytes, totalBytes } = await fs.space(dataDir);
    const leastBytes = Math.round(lowDiskBytes(totalBytes));
    if (freeBytes >= leastBytes) return;
    throw new FilesRefusal({
      kind: 'unavailable',
      reason: `the disk has ${freeBytes} bytes left, and ${leastBytes} are to be free`,
      retryAfterSeconds: 60,
    });
  }

  /** All but the newest that the limits let stay, and what a process left that was ended. */
  async function prune(folder: string, added: string): Promise<void> {
    let files = 0;
    let bytes = 0;
    // The one that was just taken stays, whatever the clocks said when the others came.
    const others = (await namesIn(fs, folder)).filter((name) => name !== added);
    for (const name of [added, ...others.sort().reverse()]) {
      files++;
      bytes += (await fs.stat(`${folder}/${name}`)).sizeBytes;
      const isTooMuch = files > limits.maxFiles || bytes > limits.maxBytes;
      const isOurs = idOfFile(name) !== undefined;
      if (name !== added && (isTooMuch || !isOurs)) await fs.unlink(`${folder}/${name}`);
    }
  }

  return {
    add: (tenant, id, file) =>
      answerOf(
        () =>
          line.run(async () => {
            await checkDisk();
            const folder = await makeTenantFolder(fs, dataDir, tenant, '/adhoc');
            await writeFileAtomically(fs, `${folder}/${fileOfId(id)}`, file);
            // It is stored, and that is answered: what could not go now goes with the next.
            await answerOf(() => prune(folder, fileOfId(id)), onTrouble);
            return undefined;
          }),
        onTrouble,
      ),

    read: (tenant, id) =>
      answerOf(async () => {
        const known = parseAdHocId(id)?.id;
        if (known === undefined) return refuse('not-found', `profile ${id} not found`);
        try {
          const path = `${folderOf(tenant)}/${fileOfId(known)}`;
          return await readWholeFile(fs, path, ADHOC_FILE_MAX_BYTES);
        } catch (error) {
          if (isFsError(error, 'not-found')) refuse('not-found', `profile ${id} not found`);
          throw error;
        }
      }, onTrouble),

    list: (tenant) =>
      answerOf(async () => {
        const names = await namesIn(fs, folderOf(tenant));
        return names
          .flatMap((name) => idOfFile(name) ?? [])
          .sort()
          .reverse();
      }, onTrouble),
  };
}

/** An ending of its own: an id may end like a file that is being written. */
const ENDING = '.file';

function fileOfId(id: AdHocId): string {
  return `${id}${ENDING}`;
}

/** Undefined for what is no uploaded file: one that was being written when a process ended. */
export function idOfFile(name: string): AdHocId | undefined {
  return name.endsWith(ENDING) ? parseAdHocId(name.slice(0, -ENDING.length))?.id : undefined;
}
