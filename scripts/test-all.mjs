/**
 * `npm run test:all`: every test, fuzzing and simulation at full length, then the recorded answers of a
 * real server, twice in a row, on a fresh and on a used data directory, on this Node.js and on 24.
 *
 *     npm run test:all -- packages/labels        the tests below a folder alone
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const areFolders = args.some((arg) => !arg.startsWith('-'));

const codes = [run('run-tests.mjs', args, { EMBERSCOPE_TESTS: 'all' })];
if (!areFolders) {
  const nodes = ['--node', 'current', '--node', '24'];
  codes.push(run('conformance.mjs', ['--rounds', '2', '--used', ...nodes]));
}
process.exit(codes.every((code) => code === 0) ? 0 : 1);

function run(script, more, environment = {}) {
  const { status } = spawnSync(process.execPath, [join(scripts, script), ...more], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status ?? 1;
}
