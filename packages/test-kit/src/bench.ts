/**
 * A small stopwatch for `npm run bench:micro`: warms up, then takes many short rounds and reports the
 * median, since on a shared machine the mean tells more about the neighbours than about the code.
 */
export type Bench = {
  readonly name: string;
  /** Bytes that one call of `run` handles, for MB/s; 0 when bytes say nothing. */
  readonly bytes: number;
  /** Whatever else one call handles: samples, labels, records. */
  readonly items: number;
  readonly run: () => unknown;
};

export type Measured = {
  readonly name: string;
  readonly microsPerCall: number;
  readonly megabytesPerSecond: number;
  readonly nanosPerItem: number;
};

const WARM_UP_MS = 300;
const ROUND_MS = 40;
const ROUNDS = 25;

/**
 * Measures the benches in turn, a round of each before the next round, so that a slow moment of
 * the machine strikes all of them alike and their ratios can be trusted.
 */
export function measureBench(benches: readonly Bench[]): readonly Measured[] {
  const callsPerRound = benches.map((bench) => warmUp(bench.run));
  const micros: number[][] = benches.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, bench] of benches.entries()) {
      const calls = callsPerRound[i] ?? 1;
      const start = performance.now();
      for (let call = 0; call < calls; call++) sink = bench.run();
      micros[i]?.push(((performance.now() - start) * 1000) / calls);
    }
  }
  return benches.map((bench, i) => {
    const microsPerCall = median(micros[i] ?? []);
    return {
      name: bench.name,
      microsPerCall,
      megabytesPerSecond: bench.bytes / microsPerCall,
      nanosPerItem: bench.items === 0 ? 0 : (microsPerCall * 1000) / bench.items,
    };
  });
}

/** Prints what was measured, one line a bench, with the Node version that it holds for. */
export function printBenchTable(title: string, rows: readonly Measured[]): void {
  console.log(`\n${title} (Node ${process.versions.node})`);
  const width = Math.max(...rows.map((row) => row.name.length));
  for (const row of rows) {
    const speed = row.megabytesPerSecond > 0 ? `${row.megabytesPerSecond.toFixed(1)} MB/s` : '';
    const item = row.nanosPerItem > 0 ? `${row.nanosPerItem.toFixed(0)} ns/item` : '';
    console.log(
      `  ${row.name.padEnd(width)}  ${row.microsPerCall.toFixed(1).padStart(10)} us  ${speed.padStart(12)}  ${item.padStart(14)}`,
    );
  }
}

/** Kept outside so that no optimiser can prove a result unused. */
export let sink: unknown;

function warmUp(run: () => unknown): number {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < WARM_UP_MS) {
    sink = run();
    calls++;
  }
  return Math.max(1, Math.round((calls * ROUND_MS) / WARM_UP_MS));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
