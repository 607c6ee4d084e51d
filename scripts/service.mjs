/**
 * One service alone, built first if that is missing: `npm run profile-server -- …` and
 * `npm run collector -- …`. What follows is the service's own; `-- --help` lists it.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { complaintAboutMachine } from './start/machine.mjs';
import { silenceNpmEcho } from './start/npm-echo.mjs';

const SERVICES = ['profile-server', 'collector'];

const [service, ...args] = process.argv.slice(2);
const complaint = SERVICES.includes(service)
  ? complaintAboutMachine()
  : `${service} is no service: there are ${SERVICES.join(' and ')}.`;
if (complaint !== undefined) exit(complaint);

// In a process of its own: what compiles TypeScript on the fly does not stay in the service.
const builder = fileURLToPath(new URL('./start/build-service.ts', import.meta.url));
const { status } = spawnSync(process.execPath, ['--import', 'tsx', builder, service], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (status !== 0) process.exit(1);

// In this process: signals and exit codes are the service's.
silenceNpmEcho();
const main = fileURLToPath(new URL(`../services/${service}/dist/main.js`, import.meta.url));
process.argv = [process.execPath, main, ...args];
await import(main);

function exit(reason) {
  console.error(reason);
  process.exit(1);
}
