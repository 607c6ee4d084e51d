/** What became of the requests of one kind. */
export type Tally = {
  succeed(millis: number): void;
  fail(reason: string): void;
  /** A request that was not sent, because too many are on their way. */
  skip(): void;
  succeeded(): number;
  failed(): number;
  skipped(): number;
  /** Lines to print. */
  summary(): readonly string[];
};

export function createTally(name: string): Tally {
  const latencies: number[] = [];
  const countByReason = new Map<string, number>();
  let failedCount = 0;
  let skippedCount = 0;

  return {
    succeed: (millis) => latencies.push(millis),
    fail(reason) {
      failedCount++;
      countByReason.set(reason, (countByReason.get(reason) ?? 0) + 1);
    },
    skip: () => skippedCount++,
    succeeded: () => latencies.length,
    failed: () => failedCount,
    skipped: () => skippedCount,
    summary() {
      const sorted = latencies.toSorted((a, b) => a - b);
      const at = (quantile: number): string => {
        const millis = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))];
        return millis === undefined ? '-' : `${millis.toFixed(0)} ms`;
      };
      return [
        `${name.padEnd(8)} ${latencies.length} ok, ${failedCount} failed, ${skippedCount} skipped` +
          `   p50 ${at(0.5)}   p95 ${at(0.95)}   max ${at(1)}`,
        ...[...countByReason].map(([reason, count]) => `         ${count} × ${reason}`),
      ];
    },
  };
}
