import { createLogger, nodeFs, readSettings, systemClock } from '@emberscope/node-kit';
import { startCollector } from '../collector.ts';
import { checkSettings, collectorSettings } from '../settings.ts';

export type RunningCollector = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  readonly logLines: string[];
  /** The value of one series of its metrics; 0 where it has none. */
  metric(series: string): Promise<number>;
};

/** A collector in this process, on a port of the system's choice, by flags as a person gives them. */
export async function runCollector(
  upstreamUrl: string,
  ...flags: readonly string[]
): Promise<RunningCollector> {
  const read = await readSettings({
    program: { name: 'collector', description: '' },
    version: '0',
    shape: collectorSettings,
    argv: ['--listen=127.0.0.1:0', `--endpoints=${upstreamUrl}`, '--receive.threads=1', ...flags],
    environment: {},
    fs: nodeFs,
  });
  if (read.kind !== 'settings') throw new Error(JSON.stringify(read));
  const checked = checkSettings(read.settings);
  if (!checked.ok) throw new Error(checked.reasons.join());
  const logLines: string[] = [];
  const output = { write: (line: string) => void logLines.push(line) };
  const log = createLogger({ service: 'collector', level: 'info', output });
  const started = await startCollector({ settings: checked.settings, clock: systemClock, log });
  if (!started.ok) throw new Error(started.reason);
  const { collector } = started;
  const url = `http://127.0.0.1:${collector.address.port}`;
  return {
    url,
    port: collector.address.port,
    logLines,
    async metric(series) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = text
        .split('\n')
        .find((one) => one.startsWith(`emberscope_collector_${series} `));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    [Symbol.asyncDispose]: () => collector.stop(),
  };
}
