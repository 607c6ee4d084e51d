import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/* The bench that drives any Pyroscope-compatible server. It lies beside the project, not in it. */

export const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const sharedDir = join(projectDir, '../shared/bench');
/** The real path: the tools compare it with their own to know that they are run. */
const benchDir = existsSync(sharedDir) ? realpathSync(sharedDir) : sharedDir;
export const referenceDir = join(benchDir, 'reference');

/** The slowest tool is a push of a whole corpus to a slow server. */
const TOOL_MAX_MILLIS = 1_800_000;

/** What is missing to measure at all, as one sentence; undefined when all is there. */
export function whatIsMissing() {
  if (process.platform !== 'linux') return 'CPU and memory are read from /proc: Linux is needed';
  const files = ['generate', 'push', 'query', 'measure', 'calibrate'].map((name) => `${name}.mjs`);
  const missing = files.filter((file) => !existsSync(join(benchDir, file)));
  if (missing.length > 0) {
    return `${missing.join(', ')} of ../shared/bench are needed, beside the project; npm run bench:micro needs nothing`;
  }
  const main = 'services/profile-server/dist/main.js';
  if (!existsSync(join(projectDir, main))) return `${main} has not been built: npm run build`;
  return undefined;
}

/**
 * Runs a tool of the bench and returns what it wrote to its `--out` file. Throws when it fails, with
 * the last line it said; a tool that fails its own check has written its file, and is told apart by it.
 */
export async function runToolJson(name, args, { cwd, environment } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'emberscope-bench-out-'));
  const out = join(dir, 'out.json');
  // Flags of the tool itself come before what follows a `--`.
  const cut = args.indexOf('--');
  const own = cut === -1 ? args : args.slice(0, cut);
  const rest = cut === -1 ? [] : args.slice(cut);
  try {
    await runTool(name, [...own, '--out', out, ...rest], {
      cwd,
      environment,
      isGoodAnyway: () => existsSync(out),
    });
    return JSON.parse(readFileSync(out, 'utf8'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function runTool(name, args, { cwd, environment, isGoodAnyway = () => false } = {}) {
  const child = spawn(process.execPath, [join(benchDir, `${name}.mjs`), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd,
    env: { ...process.env, ...environment },
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2_000);
  });
  const timer = setTimeout(() => child.kill(), TOOL_MAX_MILLIS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || isGoodAnyway()) return resolve(undefined);
      reject(new Error(`${name}.mjs ended with ${code ?? signal}: ${errorLine(said)}`));
    });
  });
}

/** The line that names the error, out of a stack trace. */
function errorLine(text) {
  const lines = text.trim().split('\n');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
}
