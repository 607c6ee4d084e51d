import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOST, type Ports } from './ports.ts';

/** Where the collector's settings are written for a run; answers the path. */
export function collectorConfigPath(dataDir: string): string {
  return join(dataDir, 'collector.yaml');
}

export function writeCollectorConfig(dataDir: string, ports: Ports): void {
  const text = `# Written by npm start each time: changes are lost.
listen: ${HOST}:${ports.collector}
data-dir: ${JSON.stringify(join(dataDir, 'collector'))}
endpoints:
  - url: http://${HOST}:${ports.page}
`;
  writeFileSync(collectorConfigPath(dataDir), text);
}
