import { type Fs, isFsError, makeDirectoryDurably } from '@emberscope/node-kit/worker';
import type { TenantId } from '../ids.ts';
import { refuse } from './files-answer.ts';

/** The folder of the data directory that holds one for each tenant. */
export const TENANTS_FOLDER = 'tenants';

/** With tenancy on, anybody who gets this far can make one up for each request. */
const MAX_TENANTS = 1_000;

/** A tenant's id is a folder's name as it is: of letters, digits and `!-_.*'()`, never `.` or `..`. */
export function tenantFolder(dataDir: string, tenant: TenantId): string {
  return `${dataDir}/${TENANTS_FOLDER}/${tenant}`;
}

/** Makes a folder below a tenant's, or that itself, where it is missing. Only within the line of writes. */
export async function makeTenantFolder(
  fs: Fs,
  dataDir: string,
  tenant: TenantId,
  below: string,
): Promise<string> {
  const folder = `${tenantFolder(dataDir, tenant)}${below}`;
  if (await isThere(fs, folder)) return folder;
  if (!(await isThere(fs, tenantFolder(dataDir, tenant)))) {
    const tenants = await namesIn(fs, `${dataDir}/${TENANTS_FOLDER}`);
    if (tenants.length >= MAX_TENANTS) {
      refuse('full', `${tenants.length} tenants have files; the limit is ${MAX_TENANTS}`);
    }
  }
  await makeDirectoryDurably(fs, folder);
  return folder;
}

async function isThere(fs: Fs, path: string): Promise<boolean> {
  try {
    await fs.stat(path);
    return true;
  } catch (error) {
    if (isFsError(error, 'not-found')) return false;
    throw error;
  }
}

/** The names in a folder, sorted; none where there is no folder. */
export async function namesIn(fs: Fs, folder: string): Promise<readonly string[]> {
  try {
    return (await fs.readdir(folder)).map(({ name }) => name);
  } catch (error) {
    if (isFsError(error, 'not-found')) return [];
    throw error;
  }
}
