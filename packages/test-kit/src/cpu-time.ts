/**
 * The CPU time that `run` took of this process, in milliseconds: what tests hold work against.
 * Time by the clock would also count what everything else on the machine was doing.
 */
export function cpuMillisOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
