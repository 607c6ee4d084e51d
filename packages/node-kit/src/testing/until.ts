import assert from 'node:assert/strict';

/** How long a test waits for what comes at once: a machine that does twenty other things is no failure. */
export const PATIENCE_MILLIS = 30_000;

/** Waits until something is true, {@link PATIENCE_MILLIS} at most. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MILLIS;
  while (!isTrue()) {
    assert.ok(performance.now() < deadline, `waited ${PATIENCE_MILLIS} ms for ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
