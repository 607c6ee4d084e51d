import assert from 'node:assert/strict';
import { createFrontDoor, type FrontDoor, type FrontDoorOptions } from '../http/front-door.ts';
import type { FrontDoorEvent } from '../http/front-door-event.ts';
import { until } from './until.ts';

export type OpenFrontDoor = AsyncDisposable & {
  readonly door: FrontDoor;
  readonly port: number;
  readonly events: readonly FrontDoorEvent[];
  /** The reasons for which something was cut, in order. */
  cutReasons(): readonly string[];
  /** Waits until something was cut for this reason. */
  cutFor(reason: string): Promise<void>;
};

/** A front door on a port of the system's choice. Disposing of it fails when it had to cut. */
export async function openFrontDoor(options: FrontDoorOptions): Promise<OpenFrontDoor> {
  const events: FrontDoorEvent[] = [];
  const door = createFrontDoor({ ...options, observe: (event) => void events.push(event) });
  const listening = await door.listen({ host: '127.0.0.1', port: 0 }, 'listen');
  assert.ok(listening.ok);
  const cutReasons = () => events.flatMap((event) => (event.kind === 'cut' ? [event.reason] : []));
  return {
    door,
    port: listening.address.port,
    events,
    cutReasons,
    async cutFor(reason) {
      await until(() => cutReasons().some((seen) => seen === reason)).catch(() =>
        assert.fail(`cut for ${cutReasons().join()}, not ${reason}`),
      );
    },
    [Symbol.asyncDispose]: async () => void (await door.close(1000)),
  };
}
