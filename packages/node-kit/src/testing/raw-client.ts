import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP client that says what it is told and keeps what it hears. */
export type RawClient = {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): void;
  /** All that was received so far, as Latin-1. */
  received(): string;
  /** Milliseconds from the connection to its end, or undefined if it stays open that long. */
  closedWithin(limitMillis: number): Promise<number | undefined>;
  /** Waits until what was received contains `text`. */
  hears(text: string): Promise<void>;
};

export async function openRawClient(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let closedAt: number | undefined;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  await once(socket, 'connect');
  const openedAt = performance.now();
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      closedAt = performance.now();
      resolve();
    }),
  );
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    received: () => text,
    async closedWithin(limitMillis) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMillis);
      });
      await Promise.race([closed, late]);
      clearTimeout(timer);
      return closedAt === undefined ? undefined : closedAt - openedAt;
    },
    async hears(wanted) {
      while (!text.includes(wanted)) {
        if (closedAt !== undefined) throw new Error(`closed after ${JSON.stringify(text)}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}
