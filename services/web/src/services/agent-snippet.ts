/**
 * What a team puts into its service to send the first profile. `serverAddress` is where this page
 * came from, which is where agents send to when no collector stands between.
 */
export function agentSnippet(serverAddress: string): string {
  return `import Pyroscope from '@pyroscope/nodejs';

Pyroscope.init({
  serverAddress: '${serverAddress}',
  appName: 'my-service',
  wall: { collectCpuTime: true },
});
Pyroscope.start();
`;
}

/** The agent joins paths to the address by hand, so it has no slash at its end. */
export function serverAddressOf(pageAddress: string): string {
  const { origin, pathname } = new URL(pageAddress);
  return origin + pathname.replace(/[^/]*$/, '').replace(/\/+$/, '');
}
