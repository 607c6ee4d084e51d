/**
 * The server as a whole, measured: pushes corpora to it, asks it the usual queries, and compares with
 * a real Pyroscope, live or recorded.
 *
 *     npm run bench -- --help
 *
 * Exit codes: 0, whatever the ratios are; 1 when an answer was wrong or a push was refused; 2 when
 * something that is needed is not there.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus } from 'node:os';
import { wrongAnswers } from './bench/answers.mjs';
import { corpusFacts, corpusFile } from './bench/corpora.mjs';
import { readOptions, USAGE } from './bench/options.mjs';
import { ourServer } from './bench/our-server.mjs';
import { tableLines } from './bench/print-table.mjs';
import { pyroscopeServer } from './bench/pyroscope.mjs';
import { rowsOf } from './bench/ratio-rows.mjs';
import { ratioTable } from './bench/ratio-table.mjs';
import { recordedRounds } from './bench/reference.mjs';
import { runRound } from './bench/run-round.mjs';
import { freePort } from './bench/server-process.mjs';
import { whatIsMissing } from './bench/tools.mjs';

const read = readOptions(process.argv.slice(2));
if (!read.ok) leave(2, `${read.reason}\n\n${USAGE}`);
const { options } = read;
if (options.isHelp) leave(0, USAGE);
const missing = whatIsMissing();
if (missing !== undefined) leave(2, `npm run bench: ${missing}`);
const program = process.env.PYROSCOPE_BIN;
if (program && !existsSync(program)) leave(2, `PYROSCOPE_BIN: there is no ${program}`);

const ours = ourServer();
const servers = program && !options.isQuick ? [pyroscopeServer(program), ours] : [ours];
const port = options.port ?? (await freePort());
const results = [];
const rounds = [];
const wrong = [];

for (const corpusName of options.corpora) {
  const corpus = await corpusFile(corpusName, options.cacheDir);
  const recorded = options.isQuick ? [] : recordedRounds(corpusName);
  const live = [];
  const own = [];
  for (let number = 1; number <= options.rounds; number++) {
    for (const server of servers) {
      const title = `${corpusName}, round ${number} of ${options.rounds}, ${server.name}`;
      process.stdout.write(`${title}:`);
      const say = (step) => process.stdout.write(` ${step}`);
      const round = await runRound(server, {
        ...{ corpusName, corpus, port, say },
        isQuick: options.isQuick,
      });
      process.stdout.write('\n');
      rounds.push(round);
      (server === ours ? own : live).push(round);
      if (server !== ours) continue;
      const facts = corpusFacts(corpus);
      for (const reason of wrongAnswers(round, facts, recorded, ours.keepsNothing)) {
        wrong.push(`${title}: ${reason}`);
      }
    }
  }
  const isLive = live.length > 0;
  if (!options.isQuick)
    results.push(...ratioTable(rowsOf(corpusName), own, isLive ? live : recorded));
}

const machine = `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? arch()}`;
if (!options.isQuick) {
  const kind = program ? 'Pyroscope in turn on this machine' : 'recorded, scaled by calibration';
  console.log(`\n${machine}; reference: ${kind}; rounds of ours: ${options.rounds}\n`);
  for (const line of tableLines(results)) console.log(line);
}
if (options.jsonFile !== undefined) {
  writeFileSync(
    options.jsonFile,
    `${JSON.stringify({ machine, table: results, rounds, wrong })}\n`,
  );
}
for (const reason of wrong) console.log(`WRONG ${reason}`);
if (wrong.length === 0) console.log('all answers are right');
process.exitCode = wrong.length === 0 ? 0 : 1;

function leave(code, text) {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
