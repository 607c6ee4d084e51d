/**
 * The stack of docker-compose.yml in a real Docker engine with no network: built, started, killed part
 * by part, made sick, taken down. Grafana is not to be had there: a checker of what it would be given
 * takes its place. Needs root and ../shared/docker; without them it says so and ends well.
 *
 *     npm run test:docker               5 to 10 minutes, the first time more
 *     npm run test:docker -- --keep     leaves the engine running afterwards
 */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hardeningFaults } from './docker-e2e/hardening.mjs';
import { programPid, startLab, whyNoLab } from './docker-e2e/lab.mjs';
import { createQuestions, MEMORY } from './docker-e2e/questions.mjs';
import { createTally, until } from './docker-e2e/tally.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const labDir = resolve(root, '../shared/docker');
const grafanaCheck = join(labDir, 'grafana-check');
const SERVER = 'http://127.0.0.1:4040';
/** The demo's agents send a profile this often. */
const FLUSH_SECONDS = 10;
/** Four checks in a row, at the slowest that they can be, and a little. */
const UNHEALTHY_WITHIN_SECONDS = 180;
/** Seconds on an idle machine, minutes on one that does other things. */
const HEALTHY_WITHIN_SECONDS = 300;

const reason = whyNoLab(labDir);
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}

process.env.GRAFANA_CHECK = grafanaCheck;
const { check, summary, hasFailed } = createTally();
let lab;
let ask;
const isUp =
  (await check('the engine starts, the base image is there', async () => {
    lab = await startLab({
      labDir,
      locks: [root, grafanaCheck],
      composeFiles: [
        'docker-compose.yml',
        join(grafanaCheck, 'compose.check.yaml'),
        'scripts/docker-e2e/patient.compose.yaml',
      ],
      cwd: root,
    });
    ask = createQuestions({ get: lab.get, serverUrl: SERVER });
  })) &&
  (await check('docker-compose.yml is valid', () =>
    lab.compose(['config', '-q']).then(() => ''),
  )) &&
  (await check('the images are built with no network', build)) &&
  (await check('everything starts and is healthy, Grafana would be content', up));
if (isUp) {
  await check('no container is root, can write its files or has capabilities', isHardened);
  await check('images hold no development dependencies and no tests', isLean);
  await check('ports are published to the loopback only', isPrivate);
  await check('the page is there', hasPage);
  await check(
    'the flame graph of demo-worker names elDataConverter by file and line',
    namesConverter,
  );
  await check('the collector has labelled what passed', isLabelled);
  await check("Grafana's list of services has the demo", isListed);
  await check('memory is what grafana/README.md makes of what Grafana is given', isScaled);
  for (const service of [
    'profile-server',
    'collector',
    'demo-api',
    'demo-worker',
    'load',
    'grafana',
  ]) {
    await check(`${service} comes back after kill -9, the others go on`, () =>
      survivesKill(service),
    );
  }
  await check('profiles arrive again after all that', namesConverter);
  await check('health checks fail when programs hang, and recover', healthCanFail);
  await check('DEMO_FAULT makes demo-worker sick, and nothing else', getsSick);
}
if (lab !== undefined) {
  await check('down leaves nothing', down);
  if (!process.argv.includes('--keep'))
    await check('the engine stops', () => lab.stop().then(() => ''));
}
console.log(summary());
process.exit(hasFailed() ? 1 : 0);

async function build() {
  await lab.compose(['build', '-q'], { limitSeconds: 1200 });
}

async function up() {
  const args = ['up', '-d', '--wait', '--wait-timeout', `${HEALTHY_WITHIN_SECONDS}`];
  try {
    await lab.compose(args, { limitSeconds: HEALTHY_WITHIN_SECONDS + 120 });
  } catch (error) {
    const ill = [...(await lab.inspect())].filter(([, container]) => !isWell(container));
    const logs = await lab.compose(['logs', '--tail', '10', ...ill.map(([service]) => service)]);
    throw new Error(`${error.message}\n${logs}`);
  }
}

async function isHardened() {
  const containers = await lab.inspect();
  for (const [service, container] of containers) {
    const faults = hardeningFaults(container);
    if (faults.length > 0) throw new Error(`${service} ${faults.join(', ')}`);
  }
  return `${containers.size} containers`;
}

async function isLean() {
  for (const service of ['profile-server', 'collector', 'demo-api']) {
    const look =
      'for f in typescript vite @biomejs @types; do test ! -e /app/node_modules/$f || exit 1; done; ' +
      'test -z "$(find /app/packages /app/services /app/demo-app -name "*.test.js" -o -name testing)"';
    await lab.compose(['exec', '-T', service, 'sh', '-c', look]);
  }
}

async function isPrivate() {
  const published = [...(await lab.inspect()).values()]
    .flatMap(({ HostConfig }) => Object.values(HostConfig.PortBindings ?? {}).flat())
    .map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`);
  if (published.some((at) => !at.startsWith('127.0.0.1:'))) throw new Error(published.join(', '));
  return published.join(', ');
}

async function hasPage() {
  const html = await lab.get(`${SERVER}/`);
  const [, script] = /<script[^>]* src="\.?\/?([^"]+)"/.exec(html) ?? [];
  if (script === undefined) throw new Error(html.slice(0, 200));
  await lab.get(`${SERVER}/${script}`);
}

async function namesConverter() {
  const startMillis = Date.now();
  return until(180, () => ask.converterName(startMillis));
}

async function isLabelled() {
  for (const [label, expected] of [
    ['cluster', 'laptop'],
    ['region', 'local'],
  ]) {
    const names = await ask.labelValues(label);
    if (names.join() !== expected) throw new Error(`${label} is ${names.join() || 'not there'}`);
  }
}

/** Both processes send their first profile in their own time. */
async function isListed() {
  await until(3 * FLUSH_SECONDS, async () => {
    const names = await ask.labelValues('service_name', 'wall{}');
    if (names.join() !== 'demo-api,demo-worker') throw new Error(`the list is ${names.join(', ')}`);
    return true;
  });
}

/** Steps of one second hold single profiles: their mean is what a graph should show. */
async function isScaled() {
  return until(150, async () => {
    const [whole] = await ask.series(MEMORY, 60);
    const single = await ask.series(MEMORY, 1);
    const stepStart = (whole?.time ?? 0) - 60_000;
    if (!single.some(({ time }) => time <= stepStart)) throw new Error('no minute is full');
    const inStep = single.filter(({ time }) => time > stepStart && time <= whole.time);
    const mean = inStep.reduce((sum, { value }) => sum + value, 0) / inStep.length;
    const shown = (whole.value / 60) * FLUSH_SECONDS;
    if (Math.abs(shown / mean - 1) > 0.25) throw new Error(`${shown} is shown, ${mean} is meant`);
    return `${(shown / 2 ** 20).toFixed(1)} MiB shown, ${(mean / 2 ** 20).toFixed(1)} meant`;
  });
}

async function survivesKill(service) {
  const before = await lab.inspect();
  process.kill(programPid(before.get(service)), 'SIGKILL');
  await until(HEALTHY_WITHIN_SECONDS, async () => {
    const killed = (await lab.inspect()).get(service);
    if (killed.RestartCount === before.get(service).RestartCount) throw new Error('not restarted');
    return isWell(killed);
  });
  for (const [other, now] of await lab.inspect()) {
    if (other === service) continue;
    if (now.State.StartedAt !== before.get(other).State.StartedAt)
      throw new Error(`${other} started anew`);
    if (!isWell(now))
      throw new Error(`${other} is ${now.State.Health?.Status ?? now.State.Status}`);
  }
}

async function healthCanFail() {
  const services = ['profile-server', 'collector', 'demo-api', 'demo-worker'];
  const containers = await lab.inspect();
  const pids = services.map((service) => programPid(containers.get(service)));
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await until(UNHEALTHY_WITHIN_SECONDS, async () => {
      const now = await lab.inspect();
      const well = services.filter((one) => now.get(one).State.Health.Status !== 'unhealthy');
      if (well.length > 0) throw new Error(`${well.join(', ')} still said to be healthy`);
      return true;
    });
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  await until(HEALTHY_WITHIN_SECONDS, async () =>
    [...(await lab.inspect()).values()].every(isWell),
  );
}

async function getsSick() {
  const before = await lab.inspect();
  // Programs that were stopped a minute ago have sent little since: the share of nothing is no number,
  // and of one or two profiles it may be any.
  const wellShare = await until(60, async () => {
    const share = await ask.converterShare(Date.now() - 300_000);
    return share > 0 && share;
  });
  await lab.compose(['up', '-d', '--wait', '--no-deps', 'demo-worker'], {
    limitSeconds: 240,
    env: { DEMO_FAULT: 'el-data-converter' },
  });
  const startMillis = Date.now();
  let share = Number.NaN;
  const sickShare = await until(180, async () => {
    share = await ask.converterShare(startMillis);
    return share > wellShare * 1.5 && share;
  }).catch((error) => {
    throw new Error(
      `${error.message}: ${percent(wellShare)} of its CPU well, ${percent(share)} sick`,
    );
  });
  for (const [service, { Id }] of await lab.inspect()) {
    const isNew = Id !== before.get(service).Id;
    if (isNew !== (service === 'demo-worker'))
      throw new Error(`${service} is ${isNew ? 'new' : 'old'}`);
  }
  return `${percent(wellShare)} of its CPU well, ${percent(sickShare)} sick`;
}

async function down() {
  await lab.compose(['down', '-v', '--remove-orphans'], { limitSeconds: 180 });
  const label = 'label=com.docker.compose.project=emberscope';
  const left =
    (await lab.docker(['ps', '-a', '-q', '--filter', label])) +
    (await lab.docker(['volume', 'ls', '-q', '--filter', label]));
  if (left !== '') throw new Error(`left: ${left}`);
}

/** Well: healthy, or running where nothing can be asked. */
function isWell({ State }) {
  return State.Running && (State.Health?.Status ?? 'healthy') === 'healthy';
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}
