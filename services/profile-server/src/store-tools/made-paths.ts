import { dirname } from 'node:path';
import { type File, type Fs, isFsError, makeDirectoryDurably } from '@emberscope/node-kit';

/**
 * Makes files and folders and remembers them, so that they can be taken away again, and nothing else:
 * somebody else may be at work in the same folder.
 */
export type MadePaths = {
  /** A folder and those above it, durably. */
  readonly makeFolder: (folder: string) => Promise<void>;
  /** A new file, open. An `exists` FsError when something is there. */
  readonly createFile: (path: string) => Promise<File>;
  readonly link: (existing: string, path: string) => Promise<void>;
  /** The last first. A folder that somebody else has put something into stays. */
  readonly removeAll: () => Promise<void>;
};

type MadePath = { readonly kind: 'file' | 'folder'; readonly path: string };

export function createMadePaths(fs: Fs): MadePaths {
  let made: MadePath[] = [];

  return {
    async makeFolder(folder) {
      const missing = await missingFolders(fs, folder);
      // Before they are made: some of them may be there when one fails.
      made.push(...missing.map((path) => ({ kind: 'folder', path }) as const));
      await makeDirectoryDurably(fs, folder);
    },
    async createFile(path) {
      const file = await fs.open(path, 'exclusive');
      made.push({ kind: 'file', path });
      return file;
    },
    async link(existing, path) {
      await fs.link(existing, path);
      made.push({ kind: 'file', path });
    },
    async removeAll() {
      const paths = made.reverse();
      made = [];
      for (const { kind, path } of paths) {
        if (kind === 'file') await fs.unlink(path);
        else await fs.rmdir(path).catch(() => {});
      }
    },
  };
}

/** The outermost first. */
async function missingFolders(fs: Fs, folder: string): Promise<string[]> {
  try {
    await fs.stat(folder);
    return [];
  } catch (error) {
    if (!isFsError(error, 'not-found')) throw error;
    return [...(await missingFolders(fs, dirname(folder))), folder];
  }
}
