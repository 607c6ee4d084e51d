/**
 * Bundles the profile server: each of its programs and threads becomes one file in `dist`, out of
 * what the compiler wrote to `dist-tsc` and of its libraries. Six threads that find, read and link a
 * hundred modules each took more than half of a start.
 *
 * Nothing is minified, so that frames in profiles and stack traces keep their names; source maps name
 * the lines. Does nothing while the bundle is newer than what it is made from.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files of `dist`, and what each is made from. Threads lie beside what starts them. */
const PROGRAMS = { main: 'main.js', 'store-tools/main': 'store-tools/main.js' };
const THREADS = {
  'ingest-worker': 'work/ingest-worker.js',
  'query-worker': 'work/query-worker.js',
  'writer-worker': 'work/writer-worker.js',
  'maintenance-worker': 'work/maintenance-worker.js',
};

/** Libraries in CommonJS ask for Node's modules by `require`. */
const BANNER = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);`;

/**
 * @param {string} projectDir
 * @returns {boolean} whether the bundle is missing or older than what it is made from
 */
export function isBundleOld(projectDir) {
  const service = join(projectDir, 'services/profile-server');
  const packages = join(projectDir, 'packages');
  const sources = [
    join(service, 'dist-tsc'),
    ...readdirSync(packages).map((name) => join(packages, name, 'dist')),
    // Versions of libraries.
    join(projectDir, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ];
  const bundled = Object.keys({ ...PROGRAMS, ...THREADS }).map((name) =>
    join(service, 'dist', `${name}.js`),
  );
  return Math.min(...bundled.map(changedMillis)) <= Math.max(...sources.map(newestMillis));
}

/** @param {string} projectDir */
export async function bundle(projectDir) {
  // Only now: whoever asks whether there is anything to do waits for no compiler.
  // biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
  const { build } = await import('esbuild');
  const service = join(projectDir, 'services/profile-server');
  // Beside the one that is there: a server that runs from it may start a thread at any time.
  const outdir = join(service, 'dist-new');
  rmSync(outdir, { recursive: true, force: true });
  await Promise.all(
    // What a program imports later is a file of its own, and what it shares with that another one.
    [...Object.entries(PROGRAMS).map((entry) => [entry]), Object.entries(THREADS)].map((entries) =>
      build({
        entryPoints: Object.fromEntries(
          entries.map(([name, file]) => [name, join(service, 'dist-tsc', file)]),
        ),
        outdir,
        bundle: true,
        // Native, and done without where it is missing.
        external: ['koffi'],
        splitting: entries.length === 1,
        platform: 'node',
        target: 'node20.20',
        format: 'esm',
        banner: { js: BANNER },
        sourcemap: true,
        // The lines of the sources are what is wanted, not the sources again.
        sourcesContent: false,
        logLevel: 'warning',
      }),
    ),
  );
  rmSync(join(service, 'dist'), { recursive: true, force: true });
  renameSync(outdir, join(service, 'dist'));
}

/** @param {string} path @returns {number} */
function newestMillis(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMillis(join(path, name))));
}

/** @param {string} path @returns {number} */
function changedMillis(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const projectDir = fileURLToPath(new URL('..', import.meta.url));
  if (isBundleOld(projectDir)) await bundle(projectDir);
}
