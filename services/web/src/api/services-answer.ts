import type {
  ListServicesResponse,
  Service as WireService,
} from '@emberscope/protocol/page/services';
import { readFirstSeries, type Timeline } from './timeline-answer.ts';

export type ServiceLabel = { readonly name: string; readonly value: string };

/** One service, apart from others of its name by `labels`. */
export type Service = {
  readonly name: string;
  readonly labels: readonly ServiceLabel[];
  readonly instanceCount: number;
  readonly newestMillis: number;
  /** The mean time between two profiles of an instance; 0 when it is not known. */
  readonly intervalMillis: number;
  /** Busy cores of late, all instances together. Undefined without CPU profiles. */
  readonly cores: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly blocks: { readonly count: number; readonly longestNanos: number } | undefined;
  readonly sparklineType: string;
  readonly sparkline: Timeline;
  readonly profileTypes: readonly string[];
};

export type ServicesAnswer = {
  readonly services: readonly Service[];
  readonly leftOutCount: number;
  /** The server's clock. */
  readonly nowMillis: number;
  /** The newest profile that is kept at all, in or out of range. */
  readonly newestMillis: number | undefined;
};

export function readServices(response: ListServicesResponse): ServicesAnswer {
  return {
    services: response.services.map(readService),
    leftOutCount: response.servicesLeftOut,
    nowMillis: Number(response.nowMillis),
    newestMillis: response.newestMillis === undefined ? undefined : Number(response.newestMillis),
  };
}

function readService(wire: WireService): Service {
  return {
    name: wire.name,
    labels: wire.labels.map(({ name, value }) => ({ name, value })),
    instanceCount: wire.instanceCount,
    newestMillis: Number(wire.newestMillis),
    intervalMillis: Number(wire.intervalMillis),
    cores: coresOf(wire.cpu),
    memoryBytes: wire.memoryBytes === undefined ? undefined : Number(wire.memoryBytes),
    blocks:
      wire.blocks === undefined
        ? undefined
        : {
            count: Number(wire.blocks.blockCount),
            longestNanos: Number(wire.blocks.longestNanos),
          },
    sparklineType: wire.sparklineProfileType,
    sparkline: readFirstSeries(wire.sparkline),
    profileTypes: wire.profileTypes,
  };
}

/** Cost by time watched is the mean of one instance; a service is all of its instances. */
function coresOf(cpu: WireService['cpu']): number | undefined {
  if (cpu === undefined || cpu.coveredNanos <= 0n) return undefined;
  return (Number(cpu.totalNanos) / Number(cpu.coveredNanos)) * cpu.instanceCount;
}
