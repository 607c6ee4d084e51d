import { formatAge, formatBytes, formatCount, formatNanos } from '@emberscope/units';
import type { Service } from '../api/services-answer.ts';
import { coresText } from '../explore/cores-text.ts';

/** A row of the list in words; empty where there is nothing to say. */
export type ServiceWords = {
  readonly cpu: string;
  readonly memory: string;
  readonly blocks: string;
  readonly seen: string;
  readonly trouble: ServiceTrouble;
};

export type ServiceTrouble =
  | { readonly kind: 'none' }
  /** Its loop was blocked. */
  | { readonly kind: 'blocked' }
  /** It was to send long ago. */
  | { readonly kind: 'silent' };

/** Columns that are there only when some service has something for them. */
export type ServiceColumns = { readonly hasClusters: boolean; readonly hasBlocks: boolean };

export function columnsOfServices(services: readonly Service[]): ServiceColumns {
  return {
    hasClusters: services.some(({ labels }) => labels.length > 0),
    hasBlocks: services.some(({ blocks }) => blocks !== undefined),
  };
}

/** Silent for this many of its intervals is trouble: one may be late, two a restart. */
const SILENT_INTERVALS = 4;
/** Intervals are means; below this nobody is called silent. */
const SILENT_MIN_MILLIS = 30_000;

/** `nowMillis` is the server's clock. */
export function wordsOfService(service: Service, nowMillis: number): ServiceWords {
  const { cores, memoryBytes, blocks, newestMillis } = service;
  return {
    cpu: cores === undefined ? '' : coresText(cores),
    memory: memoryBytes === undefined ? '' : formatBytes(memoryBytes),
    blocks: blocks === undefined ? '' : blockWords(blocks.count, blocks.longestNanos),
    seen: formatAge(Math.max(0, nowMillis - newestMillis)),
    trouble: troubleOfService(service, nowMillis),
  };
}

export function troubleOfService(service: Service, nowMillis: number): ServiceTrouble {
  const { intervalMillis, newestMillis, blocks } = service;
  const allowedMillis = Math.max(SILENT_MIN_MILLIS, SILENT_INTERVALS * intervalMillis);
  const isSilent = intervalMillis > 0 && nowMillis - newestMillis > allowedMillis;
  if (isSilent) return { kind: 'silent' };
  return blocks !== undefined && blocks.count > 0 ? { kind: 'blocked' } : { kind: 'none' };
}

/** Services whose name or labels hold all the words that were typed, in any case. */
export function findServices(services: readonly Service[], text: string): readonly Service[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  return services.filter(({ name, labels }) => {
    const all = [name, ...labels.map(({ value }) => value)].join(' ').toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
}

function blockWords(count: number, longestNanos: number): string {
  if (count === 0) return 'none';
  return `${formatCount(count)}, longest ${formatNanos(longestNanos)}`;
}
