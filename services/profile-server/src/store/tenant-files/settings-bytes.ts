import { decodeFile, encodeFile, jsonBytes, parseJson, RECORD_KIND } from './file-records.ts';
import { refuse } from './files-answer.ts';

/** A value that a client keeps under a name. */
export type Setting = {
  readonly name: string;
  readonly value: string;
  /** Milliseconds since 1970 by the clock of whoever wrote it. */
  readonly modifiedAt: bigint;
};

/** The file of a tenant's settings. */
export function encodeSettings(settings: readonly Setting[]): Uint8Array<ArrayBuffer> {
  const rows = settings.map(({ name, value, modifiedAt }) => ({
    name,
    value,
    modifiedAt: `${modifiedAt}`,
  }));
  return encodeFile([{ kind: RECORD_KIND.settings, payload: jsonBytes(rows) }]);
}

/** The reverse of {@link encodeSettings}. Refuses with `damaged`. */
export function decodeSettings(bytes: Uint8Array, what: string): readonly Setting[] {
  const [payload = new Uint8Array(0)] = decodeFile(bytes, [RECORD_KIND.settings], what);
  const rows = parseJson(payload, what);
  if (!Array.isArray(rows)) return refuse('damaged', `${what} is damaged: no list of settings`);
  return rows.map((row: unknown) => {
    if (!isRow(row)) return refuse('damaged', `${what} is damaged: a setting that is none`);
    return { name: row.name, value: row.value, modifiedAt: BigInt(row.modifiedAt) };
  });
}

type Row = { readonly name: string; readonly value: string; readonly modifiedAt: string };

function isRow(row: unknown): row is Row {
  if (typeof row !== 'object' || row === null) return false;
  if (!('name' in row && 'value' in row && 'modifiedAt' in row)) return false;
  const { name, value, modifiedAt } = row;
  if (typeof name !== 'string' || typeof value !== 'string') return false;
  return typeof modifiedAt === 'string' && /^-?\d{1,19}$/.test(modifiedAt);
}
