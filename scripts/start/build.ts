import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundle, isBundleOld } from '../bundle.mjs';

/** What can be built. `page` is what the profile server serves to browsers. */
export type Target = 'profile-server' | 'collector' | 'demo-app' | 'page';

/** Hears what is built, and nothing when all is there. */
export type BuildProgress = {
  building(what: string): void;
  built(what: string, tookMillis: number): void;
};

export type BuildOutcome =
  | { readonly ok: true }
  /** What the compiler said. */
  | { readonly ok: false; readonly what: string; readonly output: string };

/** Builds of `targets` what is missing or older than its sources. */
export async function buildWhatIsMissing(
  projectDir: string,
  targets: readonly Target[],
  progress: BuildProgress,
): Promise<BuildOutcome> {
  const programs = targets.filter((target) => target !== 'page').map((target) => FOLDERS[target]);
  const compiled = await compile(projectDir, programs, progress);
  if (!compiled.ok) return compiled;
  if (targets.includes('profile-server')) {
    const bundled = await bundleServer(projectDir, progress);
    if (!bundled.ok) return bundled;
  }
  return targets.includes('page') ? buildPage(projectDir, progress) : { ok: true };
}

const FOLDERS = {
  'profile-server': 'services/profile-server',
  collector: 'services/collector',
  'demo-app': 'demo-app',
  page: 'services/web',
} satisfies Record<Target, string>;

/** Asks the compiler what is old, which it knows best and tells within half a second. */
async function compile(
  projectDir: string,
  folders: readonly string[],
  progress: BuildProgress,
): Promise<BuildOutcome> {
  const tsc = join(packageDir('typescript'), 'bin/tsc');
  const runTsc = (...args: string[]) => run([tsc, '-b', ...args, ...folders], projectDir);
  if (folders.length === 0) return { ok: true };
  let plan = await runTsc('--dry');
  if (forgetDeletedOutputs(plan.output)) plan = await runTsc('--dry');
  if (!plan.ok) return { ok: false, what: folders.join(', '), output: plan.output };
  const count = plan.output.match(/would build project/g)?.length ?? 0;
  if (count === 0) return { ok: true };
  const what = count === 1 ? 'one package' : `${count} packages`;
  return timed(what, progress, () => runTsc());
}

/**
 * The compiler takes a project for built while its .tsbuildinfo says so, though somebody deleted the
 * output. Answers whether there were such.
 */
function forgetDeletedOutputs(plan: string): boolean {
  const deleted = [...plan.matchAll(/Project '(.*)tsconfig\.json' is up to date/g)]
    .map(([, folder = '']) => folder)
    .filter((folder) => !existsSync(join(folder, outputOf(folder))));
  for (const folder of deleted) rmSync(join(folder, 'tsconfig.tsbuildinfo'), { force: true });
  return deleted.length > 0;
}

/** `dist`, or `dist-tsc` where something else is made of that. */
function outputOf(folder: string): string {
  const text = readFileSync(join(folder, 'tsconfig.json'), 'utf8');
  return text.match(/"outDir": ?"([^"]+)"/)?.[1] ?? 'dist';
}

async function bundleServer(projectDir: string, progress: BuildProgress): Promise<BuildOutcome> {
  if (!isBundleOld(projectDir)) return { ok: true };
  return timed('the bundle of the profile server', progress, async () => {
    try {
      await bundle(projectDir);
      return { ok: true, output: '' };
    } catch (error) {
      return { ok: false, output: error instanceof Error ? error.message : String(error) };
    }
  });
}

/** What the page is made from: its own folder, and the packages that it bundles from their sources. */
const PAGE_SOURCES = [
  ...['src', 'public', 'index.html', 'package.json', 'vite.config.ts'].map(
    (name) => `${FOLDERS.page}/${name}`,
  ),
  // Versions of libraries.
  'package-lock.json',
  ...['labels', 'profile', 'protocol', 'units'].map((name) => `packages/${name}/src`),
];

async function buildPage(projectDir: string, progress: BuildProgress): Promise<BuildOutcome> {
  const page = join(projectDir, FOLDERS.page, 'dist/index.html');
  const builtMillis = statSync(page, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changedMillis = Math.max(
    ...PAGE_SOURCES.map((source) => newestMillis(join(projectDir, source))),
  );
  if (builtMillis > changedMillis) return { ok: true };
  const npm = process.env.npm_execpath;
  const args = ['run', '--silent', 'build', '-w', FOLDERS.page];
  return timed('the page', progress, () =>
    npm === undefined ? run(args, projectDir, 'npm') : run([npm, ...args], projectDir),
  );
}

/** When anything below a path was changed last; a folder changes when something in it is deleted. */
function newestMillis(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce(
    (newest, name) => Math.max(newest, newestMillis(join(path, name))),
    stat.mtimeMs,
  );
}

async function timed(
  what: string,
  progress: BuildProgress,
  build: () => Promise<RunResult>,
): Promise<BuildOutcome> {
  const startMillis = performance.now();
  progress.building(what);
  const { ok, output } = await build();
  if (!ok) return { ok, what, output: output.slice(0, OUTPUT_MAX_CHARACTERS) };
  progress.built(what, performance.now() - startMillis);
  return { ok: true };
}

/** Compilers repeat themselves: the beginning is where the cause is. */
const OUTPUT_MAX_CHARACTERS = 4_000;

type RunResult = { readonly ok: boolean; readonly output: string };

function run(
  args: readonly string[],
  workingDir: string,
  program = process.execPath,
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: workingDir, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    // Nobody waits for a build that was interrupted.
    const end = () => child.kill();
    process.once('exit', end);
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => {
      process.off('exit', end);
      resolve({ ok: code === 0, output: output.trim() });
    });
  });
}

function packageDir(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}
