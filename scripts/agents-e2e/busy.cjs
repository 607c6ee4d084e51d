// biome-ignore lint/correctness/noUndeclaredDependencies: installed beside it, in several versions
const Pyroscope = require('@pyroscope/nodejs');

/* Spins for as long as it is told, with the agent as its documentation has it. */

const UPLOAD_MILLIS = 2_000;

function hotLoop(untilMillis) {
  let sum = 0;
  while (Date.now() < untilMillis) for (let i = 0; i < 1e6; i++) sum += Math.sqrt(i);
  return sum;
}

Pyroscope.init({
  appName: process.env.PYROSCOPE_APPLICATION_NAME,
  serverAddress: process.env.PYROSCOPE_SERVER_ADDRESS,
  flushIntervalMs: UPLOAD_MILLIS,
  tags: { region: 'eu' },
  wall: { collectCpuTime: true, samplingDurationMs: UPLOAD_MILLIS, samplingIntervalMicros: 10_000 },
});
Pyroscope.start();

// Not by stop(): an older agent ends with an error of its own where that meets an upload.
const end = Date.now() + Number(process.env.BUSY_SECONDS) * 1000;
function turn() {
  hotLoop(Date.now() + 100);
  if (Date.now() < end) setTimeout(turn, 1);
  else setTimeout(() => process.exit(0), UPLOAD_MILLIS);
}
turn();
