import type { PushOutcome, PushOutcomes, PushSeries } from '../../push.ts';
import type { StoreError } from '../../store-error.ts';
import type { PushBatch } from './push-batch.ts';
import { RETRY_AFTER_SECONDS } from './writer-limits.ts';

/** What is to be answered when some batches are durable. */
export type Taken = { readonly outcome: PushOutcome; readonly waitsFor: readonly PushBatch[] };

export async function settledOutcome({ outcome, waitsFor }: Taken): Promise<PushOutcome> {
  for (const batch of waitsFor) {
    const result = await batch.settled;
    if (result.kind === 'committed') continue;
    return refusedBy(unavailable(`the profile could not be written: ${result.reason}`));
  }
  return outcome;
}

export const NOT_RUNNING: StoreError = unavailable(
  'the store has not been started, or has stopped',
);

export function unavailable(reason: string): StoreError {
  return { kind: 'unavailable', reason, retryAfterSeconds: RETRY_AFTER_SECONDS };
}

function refusedBy(error: StoreError): PushOutcome {
  return { kind: 'refused', refusal: { kind: 'store', error } };
}

export function refuseAll(pushed: readonly PushSeries[], error: StoreError): PushOutcomes {
  const outcome = refusedBy(error);
  return pushed.map(({ profiles }) => profiles.map(() => outcome));
}
