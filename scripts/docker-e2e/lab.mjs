/**
 * A Docker engine without a network, from `../shared/docker`: published ports exist inside it only, so
 * what asks them runs inside it too.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why there is no lab, or undefined. */
export function whyNoLab(labDir) {
  if (!existsSync(join(labDir, 'docker-lab.sh'))) return `${labDir} is not there`;
  if (process.getuid?.() !== 0) return 'the engine of the lab needs root';
  return undefined;
}

/** Starts the engine and makes the base image; `locks` are folders whose packages it must hold. */
export async function startLab({ labDir, locks, composeFiles, cwd }) {
  const labScript = join(labDir, 'docker-lab.sh');
  await run(labScript, ['up'], { limitSeconds: 300 });
  const lockFlags = locks.flatMap((folder) => ['--lock', folder]);
  await run(join(labDir, 'make-node-base.sh'), ['24', ...lockFlags], { limitSeconds: 600 });
  const shell = ['-c', 'eval "$("$1" env)"; exec env -0', 'bash', labScript];
  const variables = (await run('bash', shell)).split('\0').filter((line) => line.includes('='));
  const env = Object.fromEntries(
    variables.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const files = composeFiles.flatMap((file) => ['-f', file]);
  const docker = (args, options = {}) =>
    run('docker', args, { cwd, ...options, env: { ...env, ...options.env } });
  const compose = (args, options) => docker(['compose', ...files, ...args], options);

  return {
    docker,
    compose,

    async get(url, body) {
      const post = body && ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
      return run(labScript, ['exec', 'curl', '-fsS', '--max-time', '20', ...(post ?? []), url], {
        env,
      });
    },

    /** Of every container of the project, by service. */
    async inspect() {
      const ids = (await compose(['ps', '-a', '-q'])).split('\n').filter(Boolean);
      const containers = ids.length === 0 ? [] : JSON.parse(await docker(['inspect', ...ids]));
      return new Map(
        containers.map((one) => [one.Config.Labels['com.docker.compose.service'], one]),
      );
    },

    stop: () => run(labScript, ['down'], { limitSeconds: 60 }),
  };
}

/** The program itself: process 1 of a container is the init that starts it. */
export function programPid(container) {
  const initPid = container.State.Pid;
  const [pid] = readFileSync(`/proc/${initPid}/task/${initPid}/children`, 'utf8').split(' ');
  if (!pid) throw new Error(`process ${initPid} has no child`);
  return Number(pid);
}

/** What a program writes to stdout; an exit code other than 0 is an error that shows its last lines. */
function run(file, args, { cwd, env, limitSeconds = 60 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitSeconds * 1000,
    });
    let stdout = '';
    let both = '';
    const keep = (piece) => {
      both = (both + piece).slice(-8_000);
    };
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      stdout += piece;
      keep(piece);
    });
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(stdout);
      const how = signal === null ? `exit code ${code}` : `${signal} after ${limitSeconds} s`;
      const last = both.trimEnd().split('\n').slice(-12).join('\n');
      reject(new Error(`${file} ${args.join(' ')}: ${how}\n${last}`));
    });
  });
}
