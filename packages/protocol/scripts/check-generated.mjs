/**
 * Fails when src/gen is not what the .proto files generate, naming each file that is stale, missing
 * or left over, and when a .proto breaks the rules in buf.yaml. Changes nothing in the package and
 * needs no network: the generator is a dependency, and no .proto is fetched.
 *
 *     node scripts/check-generated.mjs            this package
 *     node scripts/check-generated.mjs FOLDER     a copy of it (used by the tests)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const { resolve: locate } = createRequire(import.meta.url);
const bufScript = locate('@bufbuild/buf/bin/buf');
// buf finds the generator on the PATH, which only npm run sets up.
const binFolder = join(dirname(locate('@bufbuild/buf/package.json')), '..', '..', '.bin');
const env = { ...process.env, PATH: `${binFolder}${delimiter}${process.env.PATH}` };

const scratch = mkdtempSync(join(tmpdir(), 'emberscope-protocol-'));
try {
  const complaints = [
    ...runBuf('lint'),
    ...runBuf('generate', '--output', scratch),
    ...differences(join(root, 'src', 'gen'), join(scratch, 'src', 'gen')),
  ];
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) {
    console.error('after changing a .proto: npm run generate -w packages/protocol');
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** What buf has to say; nothing when all is well. */
function runBuf(...args) {
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [bufScript, ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  if (status === 0) return [];
  return [error?.message ?? `${stdout}${stderr}`.trim(), `buf ${args[0]} failed`];
}

function differences(committed, generated) {
  const files = new Set([...filesBelow(committed), ...filesBelow(generated)]);
  return [...files].sort().flatMap((file) => {
    const [ours, theirs] = [committed, generated].map((folder) => join(folder, file));
    if (!existsSync(ours)) return [`missing: src/gen/${file}`];
    if (!existsSync(theirs)) return [`left over: src/gen/${file}`];
    return readFileSync(ours).equals(readFileSync(theirs)) ? [] : [`stale: src/gen/${file}`];
  });
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
