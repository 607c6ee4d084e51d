import assert from 'node:assert/strict';

/** Waits until something is true, 5 s at most. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!isTrue()) {
    assert.ok(performance.now() < deadline, `waited 5 s for ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
