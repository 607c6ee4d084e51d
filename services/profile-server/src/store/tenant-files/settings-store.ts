import {
  type Fs,
  type FsError,
  isFsError,
  readWholeFile,
  writeFileAtomically,
} from '@emberscope/node-kit/worker';
import { compareUtf8, utf8Bytes } from '@emberscope/units';
import type { TenantId } from '../ids.ts';
import { answerOf, type FilesAnswer, refuse } from './files-answer.ts';
import { decodeSettings, encodeSettings, type Setting } from './settings-bytes.ts';
import { makeTenantFolder, tenantFolder } from './tenant-folder.ts';
import type { WriteLine } from './write-line.ts';

/** The settings of tenants. What was answered is synced, and seen by every call that comes later. */
export type SettingsStore = {
  /** In the order of their names' bytes. */
  list(tenant: TenantId): Promise<FilesAnswer<readonly Setting[]>>;
  /** `outdated` when a newer one is stored; of equal times the later call counts. */
  set(tenant: TenantId, setting: Setting): Promise<FilesAnswer<Setting>>;
  /** One that is not there is deleted already. */
  delete(tenant: TenantId, name: string): Promise<FilesAnswer<undefined>>;
};

export type SettingsStoreParts = {
  readonly fs: Fs;
  readonly dataDir: string;
  readonly line: WriteLine;
  /** Of the disk, for the log. */
  readonly onTrouble: (error: FsError) => void;
};

/** Names are those of views; the longest that are known have twenty letters. */
export const SETTING_NAME_MAX_BYTES = 1024;
/** All of them are read and written at once, and are an answer. */
export const SETTINGS_MAX_COUNT = 1000;
export const SETTINGS_MAX_BYTES = 256 * 1024;

/** JSON takes six bytes for a control character, and every row has its names. */
const FILE_MAX_BYTES = 6 * SETTINGS_MAX_BYTES + 128 * SETTINGS_MAX_COUNT;

export function createSettingsStore(parts: SettingsStoreParts): SettingsStore {
  const { fs, dataDir, line, onTrouble } = parts;

  async function read(tenant: TenantId): Promise<readonly Setting[]> {
    try {
      const path = `${tenantFolder(dataDir, tenant)}/settings`;
      const bytes = await readWholeFile(fs, path, FILE_MAX_BYTES);
      return decodeSettings(bytes, `the file of tenant ${tenant}'s settings`);
    } catch (error) {
      if (isFsError(error, 'not-found')) return [];
      throw error;
    }
  }

  async function write(tenant: TenantId, settings: readonly Setting[]): Promise<void> {
    const folder = await makeTenantFolder(fs, dataDir, tenant, '');
    await writeFileAtomically(fs, `${folder}/settings`, encodeSettings(settings));
  }

  return {
    list: (tenant) => answerOf(() => read(tenant), onTrouble),

    set: (tenant, setting) =>
      answerOf(
        () =>
          line.run(async () => {
            const { name, modifiedAt } = setting;
            const before = await read(tenant);
            const stored = before.find((each) => each.name === name);
            if (stored !== undefined && stored.modifiedAt > modifiedAt) {
              refuse('outdated', `failed to update ${name}: newer update already written`);
            }
            const after = [...before.filter((each) => each !== stored), setting];
            checkRoom(after);
            await write(
              tenant,
              after.sort((a, b) => compareUtf8(a.name, b.name)),
            );
            return setting;
          }),
        onTrouble,
      ),

    delete: (tenant, name) =>
      answerOf(
        () =>
          line.run(async () => {
            const before = await read(tenant);
            const after = before.filter((each) => each.name !== name);
            if (after.length < before.length) await write(tenant, after);
            return undefined;
          }),
        onTrouble,
      ),
  };
}

function checkRoom(settings: readonly Setting[]): void {
  if (settings.length > SETTINGS_MAX_COUNT) {
    refuse('full', `${settings.length} settings; the limit of a tenant is ${SETTINGS_MAX_COUNT}`);
  }
  let bytes = 0;
  for (const { name, value } of settings) bytes += utf8Bytes(name) + utf8Bytes(value);
  if (bytes > SETTINGS_MAX_BYTES) {
    refuse('full', `settings of ${bytes} bytes; the limit of a tenant is ${SETTINGS_MAX_BYTES}`);
  }
}
