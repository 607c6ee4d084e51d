import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A binary is 50 MB, and the registry may be far. */
const INSTALL_MAX_MILLIS = 180_000;

/**
 * The Node.js that `wanted` names: `current` for this one, a path, or a major version. Such one is
 * installed from npm, below the temporary folder, where the next run finds it.
 *
 * @returns the path and the version of the binary, or why there is none
 */
export function nodeBinary(wanted) {
  const isMajor = /^\d+$/.test(wanted);
  if (wanted === 'current' || wanted === process.version.slice(1).split('.')[0])
    return { path: process.execPath, version: process.version };
  try {
    const path = isMajor ? installed(wanted) : wanted;
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
    return { path, version };
  } catch (error) {
    if (!isMajor) throw error;
    return {
      reason: String(error.stderr || error.message)
        .trim()
        .split('\n')[0],
    };
  }
}

function installed(major) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(tmpdir(), `emberscope-node-${major}`);
  const path = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // A prefix of its own, so that npm does not look for a project around it.
  execFileSync(
    'npm',
    ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `${name}@${major}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_MAX_MILLIS },
  );
  return path;
}
