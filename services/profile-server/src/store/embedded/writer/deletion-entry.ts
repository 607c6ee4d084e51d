import type { Selection } from '../../selection.ts';
import type { DeletionEntry } from '../manifest/manifest.ts';

/** A deletion as the manifest holds it. `beforeArrival`: only what has arrived before is hidden. */
export function deletionOf(
  { tenants, range, matchers }: Selection,
  id: string,
  sequence: number,
  beforeArrival: number,
  createdMillis: number,
): DeletionEntry {
  return {
    id,
    sequence,
    beforeArrival,
    tenants,
    matchers: matchers.map((matcher) => ({
      name: matcher.name,
      op: matcher.op,
      value: 'value' in matcher ? matcher.value : matcher.pattern.source,
    })),
    startNanos: String(range.startNanos),
    endNanos: String(range.endNanos),
    createdMillis,
  };
}
