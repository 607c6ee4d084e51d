import { NOTED } from './reference.mjs';

/**
 * What is compared, by corpus. Each row says where its figure stands in a round, how it goes with
 * the speed of the machine, and what it has to reach: `floor`, and better `stretch`.
 *
 * - `scale`: 'time' grows on a slower machine, 'rate' shrinks, 'none' stays as it is;
 * - `judged`: 'ratio' of ours to the reference, 'more' where a higher ratio is better, 'absolute' for
 *   our figure alone;
 * - `elseStep`: where the figure stands in a round without that step;
 * - `noted`: what stands for the reference where no recording holds the figure.
 */
export function rowsOf(corpus) {
  return [...INGEST, ...(QUERIES[corpus] ?? []).flatMap(queryRows)]
    .filter(({ only }) => only === undefined || only.includes(corpus))
    .map((row) => ({ ...row, corpus, noted: row.notedBy?.[corpus] }));
}

const time = { scale: 'time', judged: 'ratio', unit: 'ms' };

const INGEST = [
  {
    ...{ ...time, label: 'ingest CPU a profile', step: 'push', floor: 0.35, stretch: 0.2 },
    of: (push) => push.serverCpuMsPerProfile,
  },
  {
    ...{
      ...time,
      label: 'ingest CPU a profile at 6/s',
      step: 'lowRate',
      floor: 0.25,
      stretch: 0.1,
    },
    of: (push) => push.serverCpuMsPerProfile,
    only: ['typical'],
    notedBy: NOTED.lowRateCpuMs,
  },
  {
    ...{ label: 'profiles/s at 64', step: 'push', floor: 3, stretch: 6 },
    ...{ scale: 'rate', judged: 'more', unit: '/s' },
    of: (push) => push.profilesPerSecond,
  },
  {
    ...{ label: 'profiles/s at 192', step: 'wide', floor: 3, stretch: 6 },
    ...{ scale: 'rate', judged: 'more', unit: '/s' },
    of: (push) => push.profilesPerSecond,
    only: ['typical', 'heavy'],
  },
  {
    ...{ label: 'settled bytes a profile', step: 'settled', floor: 0.35, stretch: 0.2 },
    ...{ scale: 'none', judged: 'ratio', unit: 'B' },
    of: ({ bytes }, { push }) => (bytes === 0 ? undefined : bytes / push.profiles),
    absent: 'nothing is written to disk',
    only: ['typical', 'heavy'],
    notedBy: NOTED.settledBytes,
    // A live one has not deleted yet what it merged.
    prefersNoted: true,
  },
  {
    ...{ label: 'memory, most during ingest', step: 'push', floor: 0.5, stretch: 0.3 },
    ...{ scale: 'none', judged: 'ratio', unit: 'MiB' },
    of: (push) => push.server.maxRssMB,
  },
  {
    ...{ label: 'memory at rest', step: 'rest', floor: 1.5, stretch: 1 },
    ...{ scale: 'none', judged: 'ratio', unit: 'MiB' },
    of: (rest) => rest.rssMB,
  },
  {
    ...{ label: 'ack p50 at 6/s', step: 'lowRate', floor: 10, stretch: 8 },
    ...{ scale: 'none', judged: 'absolute', unit: 'ms' },
    of: (push) => push.ackMs.p50,
    only: ['typical'],
  },
  {
    ...{ label: 'start to first accepted push', step: 'firstPush', floor: 1_000, stretch: 600 },
    ...{ scale: 'none', judged: 'absolute', unit: 'ms' },
    of: (first) => first.startMs + first.pushMs,
    only: ['typical'],
  },
  {
    ...{ label: 'longest turn while pushed', step: 'longestTurn', floor: 40, stretch: 20 },
    ...{ scale: 'none', judged: 'absolute', unit: 'ms' },
    of: (turn) => turn.millis,
    absent: 'the server does not say',
  },
];

const FLAME = {
  '5min one series': [0.8, 0.5],
  '5min one service': [0.6, 0.35],
  '1h one service': [0.35, 0.15],
  '1h all': [0.35, 0.15],
  '24h one service': [0.12, 0.05],
  '24h all': [0.12, 0.05],
  '7d one service': [0.1, 0.03],
  '7d all': [0.1, 0.03],
};
const SERIES = { '1h': [0.15, 0.05], '24h': [0.1, 0.03], '7d': [0.3, 0.1] };

const flame = (...names) => names.map((name) => [`Flame ${name}`, ...FLAME[name]]);
const series = (...spans) =>
  spans.flatMap((span) =>
    ['one service', 'by service'].map((of) => [`SelectSeries ${span} ${of}`, ...SERIES[span]]),
  );

/** Name, floor, stretch: by corpus, where that corpus says most about the range. */
const QUERIES = {
  typical: [
    ...flame('5min one series', '5min one service', '1h one service', '1h all'),
    ...flame('24h one service', '24h all'),
    ...series('1h', '24h'),
    ['Diff halves one service', 0.3, 0.12],
  ],
  heavy: [
    ...flame('5min one series', '5min one service', '1h one service', '1h all'),
    ...series('1h'),
  ],
  week: [...flame('24h one service', '24h all', '7d one service', '7d all'), ...series('7d')],
};

/**
 * CPU first: wall times of short queries scatter more. That of the shortest comes from more calls,
 * where a round has them. `first` is the one after a restart.
 */
function queryRows([name, floor, stretch]) {
  const isShort = name.startsWith('SelectSeries');
  const cpuSteps = isShort ? { step: 'shortQueries', elseStep: 'query' } : { step: 'query' };
  const row = (answers) => answers.rows.find((each) => each.name === name);
  const at = (key) => (answers) => row(answers)?.error ?? row(answers)?.[key];
  return [
    { ...time, label: `${name}, CPU`, ...cpuSteps, of: at('cpuMs'), floor, stretch },
    { ...time, label: `${name}, p50`, step: 'query', of: at('p50'), floor, stretch },
    {
      ...{ ...time, label: `${name}, first`, step: 'restart', of: at('first') },
      ...{ floor: 1.5, stretch: 0.8, referenceStep: 'query' },
    },
  ];
}
