import { createServer } from 'node:net';

/** Who listens where, all of it on the loopback. */
export type Ports = {
  readonly page: number;
  readonly collector: number;
  readonly demoApi: number;
  readonly demoWorker: number;
};

export const HOST = '127.0.0.1';

export const DEFAULT_PORTS: Ports = {
  page: 4040,
  collector: 4100,
  demoApi: 8080,
  demoWorker: 8081,
};

/** The last ones that follow it must be ports, too. */
export const PAGE_PORT_MAX = 65_535 - 3;

/** The usual ports; with another port for the page, the others take the three after it. */
export function portsFrom(pagePort: number | undefined): Ports {
  if (pagePort === undefined || pagePort === DEFAULT_PORTS.page) return DEFAULT_PORTS;
  return {
    page: pagePort,
    collector: pagePort + 1,
    demoApi: pagePort + 2,
    demoWorker: pagePort + 3,
  };
}

/** One sentence about the first port that cannot be had, and the setting that moves it. */
export async function complaintAboutPorts(ports: Ports): Promise<string | undefined> {
  for (const [part, port] of portsByPart(ports)) {
    const trouble = await listenTrouble(port);
    if (trouble === undefined) continue;
    const free = await firstFreePagePort();
    const way =
      free === undefined
        ? '--port N moves all of them'
        : `npm start -- --port ${free} takes ${free} to ${free + 3} instead (beside another npm start, name another --data-dir, too)`;
    return `Port ${port}, for ${part}, ${trouble}: ${way}.`;
  }
  return undefined;
}

function portsByPart(ports: Ports): readonly (readonly [string, number])[] {
  return [
    ['the profile server', ports.page],
    ['the collector', ports.collector],
    ['demo-api', ports.demoApi],
    ['demo-worker', ports.demoWorker],
  ];
}

/** Where a suggestion is looked for: round numbers that few programs use. */
const CANDIDATE_PAGE_PORTS = [4050, 5050, 6050, 7050, 9050, 14_050] as const;

async function firstFreePagePort(): Promise<number | undefined> {
  for (const candidate of CANDIDATE_PAGE_PORTS) {
    const troubles = await Promise.all(
      portsByPart(portsFrom(candidate)).map(([, port]) => listenTrouble(port)),
    );
    if (troubles.every((trouble) => trouble === undefined)) return candidate;
  }
  return undefined;
}

/** Why nobody can listen there, or undefined. Tried, as there is no other way to know. */
function listenTrouble(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${error.code})`);
    });
    probe.listen({ port, host: HOST, exclusive: true }, () =>
      probe.close(() => resolve(undefined)),
    );
  });
}
