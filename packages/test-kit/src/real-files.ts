import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Real bytes of real agents. `fixtures/` is part of the project and always there; `../shared`
 * holds more (recorded answers, captures of other agents) and is there for developers and CI
 * alone. A test that needs it says so when it is missing:
 *
 *     test('reads the Go heap profile', { skip: sharedMissing }, () => { … });
 */

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));
const sharedRoot = join(projectRoot, '..', 'shared');

/** `false` when `../shared` is there, else the reason to skip, as `node:test` wants it. */
export const sharedMissing: string | false = existsSync(join(sharedRoot, 'DESIGN.md'))
  ? false
  : '../shared is not here';

export type RealFile = { readonly path: string; readonly bytes: Uint8Array };

/** One file below `fixtures/`, by its path there: `agents/push-0.6.4/heap.pb.gz`. */
export function fixtureFile(path: string): Uint8Array {
  return readFileSync(join(projectRoot, 'fixtures', path));
}

/** Every file below `fixtures/` whose path matches, sorted by path. */
export function fixtureFiles(pattern: RegExp): readonly RealFile[] {
  return filesBelow(join(projectRoot, 'fixtures'), pattern);
}

/** One file below `../shared`. Only for tests that skip when it is missing. */
export function sharedFile(path: string): Uint8Array {
  return readFileSync(join(sharedRoot, path));
}

/** Every file below a folder of `../shared` whose path matches; none when it is not there. */
export function sharedFiles(folder: string, pattern: RegExp): readonly RealFile[] {
  return sharedMissing === false ? filesBelow(join(sharedRoot, folder), pattern) : [];
}

function filesBelow(folder: string, pattern: RegExp): readonly RealFile[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => ({ path: file.slice(folder.length + 1), bytes: readFileSync(file) }));
}
