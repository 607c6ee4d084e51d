/**
 * Fails when src/gen is not what the .proto files generate, naming each file that differs, is
 * missing or is left over. Also runs the rules that our own protos keep. Needs no network.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const committed = join(root, 'src', 'gen');
const scratch = mkdtempSync(join(tmpdir(), 'emberscope-protocol-'));

function buf(...args) {
  const run = spawnSync('buf', args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (run.status === 0) return;
  console.error(run.error?.message ?? `${run.stdout}${run.stderr}`);
  console.error(`buf ${args.join(' ')} failed`);
  process.exit(1);
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

try {
  buf('lint');
  buf('generate', '--output', scratch);
  const generated = join(scratch, 'src', 'gen');
  const stale = [...new Set([...filesBelow(committed), ...filesBelow(generated)])]
    .sort()
    .flatMap((file) => {
      const [ours, theirs] = [committed, generated].map((folder) => join(folder, file));
      if (!existsSync(ours)) return [`missing: ${file}`];
      if (!existsSync(theirs)) return [`left over: ${file}`];
      return readFileSync(ours).equals(readFileSync(theirs)) ? [] : [`stale: ${file}`];
    });
  if (stale.length > 0) {
    console.error(`src/gen does not match proto:\n  ${stale.join('\n  ')}`);
    console.error('run npm run generate -w packages/protocol');
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
