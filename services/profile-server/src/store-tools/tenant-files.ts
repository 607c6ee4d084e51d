import { type Fs, isFsError, readWholeFile } from '@emberscope/node-kit';
import { decodeAdHocFile } from '../store/tenant-files/adhoc-bytes.ts';
import { ADHOC_FILE_MAX_BYTES, idOfFile } from '../store/tenant-files/adhoc-store.ts';
import { FilesRefusal } from '../store/tenant-files/files-answer.ts';
import { decodeSettings } from '../store/tenant-files/settings-bytes.ts';
import { namesIn, TENANTS_FOLDER } from '../store/tenant-files/tenant-folder.ts';

/** A file of a tenant that counts; its path is below the data directory. */
export type TenantFile = {
  readonly path: string;
  readonly kind: 'settings' | 'upload';
  readonly tenant: string;
};

/** Files of tenants as they are now; those that are being written are not among them. */
export async function tenantFilesOf(fs: Fs, dataDir: string): Promise<readonly TenantFile[]> {
  const files: TenantFile[] = [];
  for (const tenant of await namesIn(fs, `${dataDir}/${TENANTS_FOLDER}`)) {
    const folder = `${TENANTS_FOLDER}/${tenant}`;
    for (const name of await namesIn(fs, `${dataDir}/${folder}`)) {
      if (name === 'settings') files.push({ path: `${folder}/${name}`, kind: 'settings', tenant });
    }
    for (const name of await namesIn(fs, `${dataDir}/${folder}/adhoc`)) {
      if (idOfFile(name) === undefined) continue;
      files.push({ path: `${folder}/adhoc/${name}`, kind: 'upload', tenant });
    }
  }
  return files;
}

/** Reads all of them. A sentence for each that is damaged. Rejects with an FsError. */
export async function verifyTenantFiles(fs: Fs, dataDir: string): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { path, kind } of await tenantFilesOf(fs, dataDir)) {
    try {
      const bytes = await readWholeFile(fs, `${dataDir}/${path}`, ADHOC_FILE_MAX_BYTES);
      if (kind === 'settings') decodeSettings(bytes, path);
      else decodeAdHocFile(bytes, path);
    } catch (error) {
      if (error instanceof FilesRefusal) faults.push(error.message);
      // An upload that made room for another while this was looking.
      else if (!isFsError(error, 'not-found')) throw error;
    }
  }
  return faults;
}

/** How much each tenant has, as lines for a person. */
export async function inspectTenantFiles(fs: Fs, dataDir: string): Promise<readonly string[]> {
  const files = await tenantFilesOf(fs, dataDir);
  return [...new Set(files.map(({ tenant }) => tenant))].map((tenant) => {
    const own = files.filter((file) => file.tenant === tenant);
    const uploads = own.filter(({ kind }) => kind === 'upload').length;
    const settings = own.length > uploads ? 'settings' : 'no settings';
    return `files       of ${tenant}: ${settings}, ${uploads} uploads`;
  });
}
