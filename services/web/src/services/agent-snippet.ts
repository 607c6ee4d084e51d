/**
 * What a team puts into its service to send the first profile. `serverAddress` is where this page
 * came from, which is where agents send to when no collector stands between. The agent measures no
 * CPU unless it is told to, and sends once a minute.
 */
export function agentSnippet(serverAddress: string): string {
  return `import pyroscope from '@pyroscope/nodejs';

pyroscope.init({
  appName: 'my-service',
  serverAddress: '${serverAddress}',
  tags: { instance: process.env.HOSTNAME ?? 'local' },
  flushIntervalMs: 10_000,
  wall: { collectCpuTime: true, samplingDurationMs: 10_000 },
});
pyroscope.start();
`;
}

/** The agent joins paths to the address by hand, so it has no slash at its end. */
export function serverAddressOf(pageAddress: string): string {
  const { origin, pathname } = new URL(pageAddress);
  return origin + pathname.replace(/[^/]*$/, '').replace(/\/+$/, '');
}
