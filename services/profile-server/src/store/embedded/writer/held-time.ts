import type { Clock } from '@emberscope/node-kit/worker';

/**
 * The time that retention goes by. It is the wall clock's, but for a jump forward: that one counts
 * when it has held for a while. A clock that is set wrong for some minutes, by hand or by a time
 * server gone mad, must not delete what is years from its end. Back it follows at once: then less
 * goes.
 */
export type HeldTime = {
  /** To be asked every few seconds: a jump is what comes between two calls. */
  nowMillis(): number;
};

export type HeldTimeOptions = {
  readonly clock: Clock;
  /**
   * What a clock that is right may well say at the start, in ms since 1970: by what is stored. Beyond
   * is a jump that came while nobody looked.
   */
  readonly likelyMillis: number;
  /** How long a jump must hold. */
  readonly holdMillis: number;
  /** Told when a jump forward by so much begins to be watched. */
  readonly onJump: (millis: number) => void;
};

/** Clocks are slewed by seconds, and a thread may be held up for as long. */
const JUMP_MIN_MILLIS = 60_000;

export function createHeldTime(options: HeldTimeOptions): HeldTime {
  const { clock, holdMillis, onJump } = options;
  /** The wall clock less the monotonic one: moves when the wall clock is set, and else hardly. */
  const offsetNow = (): number => clock.nowMillis() - clock.monotonicMillis();
  let offset = Math.min(offsetNow(), options.likelyMillis - clock.monotonicMillis());
  let jump: { readonly offset: number; readonly sinceMillis: number } | undefined;

  function follow(to: number): void {
    offset = to;
    jump = undefined;
  }

  return {
    nowMillis() {
      const found = offsetNow();
      const monotonic = clock.monotonicMillis();
      if (found <= offset + JUMP_MIN_MILLIS) follow(found);
      else {
        const isNew = jump === undefined || Math.abs(found - jump.offset) > JUMP_MIN_MILLIS;
        if (isNew) {
          jump = { offset: found, sinceMillis: monotonic };
          if (holdMillis > 0) onJump(found - offset);
        }
        if (monotonic - (jump?.sinceMillis ?? monotonic) >= holdMillis) follow(found);
      }
      return monotonic + offset;
    },
  };
}
