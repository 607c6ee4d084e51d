import { LABEL, type Label } from '@emberscope/labels';
import type { IngestLimits } from './ingest-limits.ts';
import { sortLabels } from './validate-labels.ts';

/** What a series without a service belongs to. */
const UNKNOWN_SERVICE = 'unknown_service';

/** Labels as a client sent them: sorted, and with a service. A label with no value stays for now. */
export function withService(labels: readonly Label[]): readonly Label[] {
  const hasService = labels.some(({ name }) => name === LABEL.serviceName);
  const service = { name: LABEL.serviceName, value: UNKNOWN_SERVICE };
  return sortLabels(hasService ? labels : [...labels, service]);
}

/** Session ids become a few, or none: each would be a series of its own. */
export function withFewSessions(
  labels: readonly Label[],
  { maxSessionsPerSeries }: IngestLimits,
): readonly Label[] {
  return labels.flatMap((label) => {
    if (label.name !== LABEL.sessionId) return [label];
    const session = sessionOf(label.value);
    if (maxSessionsPerSeries === 0 || session === undefined) return [];
    return [{ ...label, value: hexOf(session % BigInt(maxSessionsPerSeries)) }];
  });
}

const SESSION_BYTES = 8;

/** 16 hex digits are a uint64 with its lowest byte first. */
function sessionOf(text: string): bigint | undefined {
  if (!/^[0-9a-fA-F]{16}$/.test(text)) return undefined;
  return Buffer.from(text, 'hex').readBigUInt64LE();
}

function hexOf(session: bigint): string {
  const bytes = Buffer.alloc(SESSION_BYTES);
  bytes.writeBigUInt64LE(session);
  return bytes.toString('hex');
}

/**
 * Pyroscope's default relabel rules (`pkg/validation/relabeling.go`): profiles of Go's delta
 * profiler go by the name of what they measure, and so does CPU that a wall profiler took.
 */
export function renamed(labels: readonly Label[]): readonly Label[] {
  const labelled = (wanted: string) => labels.find(({ name }) => name === wanted)?.value ?? '';
  const name = labelled(LABEL.profileName);
  if (name.startsWith(GO_DELTA)) {
    return withValues(labels, {
      [LABEL.profileName]: name.slice(GO_DELTA.length),
      [LABEL.nameReplaced]: name,
      [LABEL.delta]: 'false',
    });
  }
  if (name === 'wall' && labelled(LABEL.sampleType) === 'cpu') {
    return withValues(labels, {
      [LABEL.profileName]: 'process_cpu',
      [LABEL.nameReplaced]: name,
    });
  }
  return labels;
}

const GO_DELTA = 'godeltaprof_';

function withValues(
  labels: readonly Label[],
  values: Readonly<Record<string, string>>,
): readonly Label[] {
  const kept = labels.filter(({ name }) => !Object.hasOwn(values, name));
  const set = Object.entries(values).map(([name, value]) => ({ name, value }));
  return sortLabels([...kept, ...set]);
}

/** Labels that a client may send and a series does not keep, or that the store derives by itself. */
const NOT_STORED: ReadonlySet<string> = new Set([
  LABEL.delta,
  LABEL.order,
  LABEL.profileType,
  LABEL.sampleType,
  LABEL.sampleUnit,
  LABEL.periodType,
  LABEL.periodUnit,
  LABEL.privateServiceName,
]);

/** The labels that identify the series. */
export function storedLabels(labels: readonly Label[]): readonly Label[] {
  return labels.filter(({ name }) => !NOT_STORED.has(name));
}
