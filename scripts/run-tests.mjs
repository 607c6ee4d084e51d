/**
 * Runs the compiled tests: every file below `dist` that ends in `.test.js` and whose source is
 * still there. `tsc -b` leaves the output of a deleted test behind, and that would still run.
 * Fast tests of one folder share a process (`tests/test-groups.mjs`).
 *
 *     npm test                            all fast tests
 *     npm test -- packages/labels         those below one or more folders
 *     EMBERSCOPE_TESTS=slow npm test      those named *.slow.test, which start whole processes
 *     EMBERSCOPE_TESTS=all npm test       both, fuzzing and simulation at full length (npm run test:all)
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeTestGroups } from './tests/test-groups.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const which = process.env.EMBERSCOPE_TESTS ?? 'fast';
const nodeFlags = process.argv.slice(2).filter((arg) => arg.startsWith('-'));

function testFilesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.test\.m?js$/.test(entry.name))
    .filter((entry) => which === 'all' || entry.name.includes('.slow.') === (which === 'slow'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function sourceIsThere(compiled) {
  const source = compiled.replace(/([\\/])dist(?:-tsc)?([\\/])/, '$1src$2').replace(/\.js$/, '.ts');
  return existsSync(source) || existsSync(`${source}x`);
}

const rooms = [
  ...['packages', 'services'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  ),
  join(root, 'demo-app'),
  join(root, 'grafana'),
];
const files = [
  ...rooms
    // The page's `dist` is what the browser gets; its compiled sources lie beside that.
    .flatMap((room) => [join(room, 'dist'), join(room, 'dist-tsc')])
    .filter((output) => existsSync(output))
    .flatMap(testFilesBelow)
    .filter(sourceIsThere),
  ...testFilesBelow(join(root, 'scripts')),
]
  .filter(
    (file) => wanted.length === 0 || wanted.some((part) => relative(root, file).startsWith(part)),
  )
  .sort();

if (files.length === 0) {
  console.error(`no compiled tests below ${wanted.join(', ') || root}: run npm run build first`);
  process.exit(1);
}

/**
 * A fast test runs most of its code a few times, and compiling that for speed took a third of all
 * processor time: the compiler is asked when a function has run for longer, and what runs often is
 * only turned into plain machine code. Flags of V8, which come and go: on a Node that does not know
 * them the tests run without.
 */
const COMPILE_LATE = ['--interrupt-budget=1000000', '--sparkplug'];

function flagsOfFastTests() {
  const { status } = spawnSync(process.execPath, [...COMPILE_LATE, '--eval', '']);
  return status === 0 ? COMPILE_LATE : [];
}

// Slow tests start processes, fill disks and measure: each file has a process of its own.
const groups = which === 'fast' ? writeTestGroups(root, files) : { folder: undefined, files };
const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    // Of the many lines, what failed stands at the end once more.
    '--test-reporter=spec',
    `--test-concurrency=${availableParallelism()}`,
    ...(which === 'fast' ? flagsOfFastTests() : []),
    ...nodeFlags,
    ...groups.files,
  ],
  { cwd: root, stdio: 'inherit' },
);
child.on('exit', (code, signal) => {
  if (groups.folder !== undefined) rmSync(groups.folder, { recursive: true, force: true });
  process.exit(signal === null ? code : 1);
});
