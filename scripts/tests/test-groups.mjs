/**
 * Test files that share a process. Starting Node and loading the same modules took two thirds of a
 * second of CPU a file, more than most files need for their tests; so the files of one folder are
 * imported by one generated file, and that is what `node --test` is given. A failing test is still
 * told with its own file and line.
 *
 * A file with `beforeEach` or `afterEach` at its top keeps a process of its own: there they would
 * hold for the whole group.
 */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** So that a group is neither most of the run nor so small that starting it counts again. */
const MOST_FILES_IN_A_GROUP = 16;

/** How many folders below the root name a group: `services/profile-server/dist-tsc/query`. */
const FOLDERS_OF_A_NAME = 4;

const HOOK_FOR_ALL = /^(?:beforeEach|afterEach)\(/m;

/**
 * Writes the generated files into a new folder of the system's temporary one.
 * @param {string} root the project
 * @param {readonly string[]} files compiled tests, absolute
 * @returns {{ folder: string, files: string[] }} the generated files, largest group first; whoever
 *   called removes the folder
 */
export function writeTestGroups(root, files) {
  const folder = mkdtempSync(join(tmpdir(), 'emberscope-tests-'));
  const groups = groupsOf(root, files).sort((a, b) => bytesOf(b.files) - bytesOf(a.files));
  const written = groups.map((group, index) => {
    // `node --test` goes by name.
    const file = join(folder, `${String(index).padStart(3, '0')}-${group.name}.mjs`);
    const imports = group.files.map(
      (path) => `import ${JSON.stringify(pathToFileURL(path).href)};`,
    );
    writeFileSync(file, `${imports.join('\n')}\n`);
    return file;
  });
  return { folder, files: written };
}

function groupsOf(root, files) {
  const byFolder = new Map();
  const groups = [];
  for (const file of files) {
    const parts = dirname(relative(root, file)).split(/[\\/]/).slice(0, FOLDERS_OF_A_NAME);
    const name = parts.filter((part) => !part.startsWith('dist')).join('-');
    if (HOOK_FOR_ALL.test(readFileSync(file, 'utf8'))) {
      groups.push({ name, files: [file] });
      continue;
    }
    let group = byFolder.get(name);
    if (group === undefined || group.files.length === MOST_FILES_IN_A_GROUP) {
      group = { name, files: [] };
      byFolder.set(name, group);
      groups.push(group);
    }
    group.files.push(file);
  }
  return groups;
}

const bytesOf = (files) => files.reduce((sum, file) => sum + statSync(file).size, 0);
