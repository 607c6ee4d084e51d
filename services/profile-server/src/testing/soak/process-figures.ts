import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a process holds: what must not grow with what it has done. */
export type ProcessFigures = {
  readonly rssMiB: number;
  readonly openFiles: number;
  /** Of files that have no name any more. */
  readonly deletedFiles: number;
  readonly maps: number;
  readonly timers: number;
  readonly sockets: number;
  readonly segments: number;
};

/** By `/proc`, and by what the server says of itself. */
export async function processFigures(url: string, pid: number): Promise<ProcessFigures> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const figure = (name: string): number => {
    const line = metrics.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  };
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`));
  return {
    rssMiB: Math.round(figure('process_resident_memory_bytes') / 1024 / 1024),
    openFiles: targets.length,
    deletedFiles: targets.filter((target) => target.endsWith(' (deleted)')).length,
    maps: readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').length,
    timers: figure('nodejs_active_resources{type="Timeout"}'),
    sockets: figure('nodejs_active_resources{type="TCPSocketWrap"}'),
    segments: figure('emberscope_segments'),
  };
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // It was closed meanwhile.
    return '';
  }
}
