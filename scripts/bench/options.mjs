import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CORPORA } from './corpora.mjs';

/** How often a corpus goes to the server, when nothing else is asked: two rounds show the spread. */
const DEFAULT_ROUNDS = 2;
const MAX_ROUNDS = 20;

export const USAGE = `npm run bench -- [options]

  --corpus NAME   typical, heavy, week or all (default)
  --rounds N      how often each is pushed and queried (default ${DEFAULT_ROUNDS})
  --quick         one short round with the corpus "tiny": checks answers, claims no ratio
  --corpora DIR   where generated corpora are kept (default: emberscope-bench in the temporary folder)
  --port N        the port of the servers under test (default: a free one)
  --json FILE     write figures and table there

PYROSCOPE_BIN    a real Pyroscope (v2): measured in alternation with ours, on this machine.
                 Without it its recorded figures are taken, scaled by the calibration of this machine.
Micro-benchmarks of the packages: npm run bench:micro`;

/**
 * What was asked for, or one sentence on why it cannot be.
 *
 * @returns {{ok: true, options: object} | {ok: false, reason: string}}
 */
export function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        corpus: { type: 'string', default: 'all' },
        rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
        quick: { type: 'boolean', default: false },
        corpora: { type: 'string', default: join(tmpdir(), 'emberscope-bench') },
        port: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return { ok: false, reason: error.message };
  }
  const known = Object.keys(CORPORA).filter((name) => CORPORA[name].isReference);
  if (values.corpus !== 'all' && !known.includes(values.corpus)) {
    return {
      ok: false,
      reason: `--corpus ${values.corpus}: it is one of ${known.join(', ')}, all`,
    };
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    return { ok: false, reason: `--rounds ${values.rounds}: it is 1 to ${MAX_ROUNDS}` };
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535)) {
    return { ok: false, reason: `--port ${values.port}: it is 1 to 65535` };
  }
  return {
    ok: true,
    options: {
      isHelp: values.help,
      isQuick: values.quick,
      corpora: values.quick ? ['tiny'] : values.corpus === 'all' ? known : [values.corpus],
      rounds: values.quick ? 1 : rounds,
      cacheDir: values.corpora,
      port,
      jsonFile: values.json,
    },
  };
}
