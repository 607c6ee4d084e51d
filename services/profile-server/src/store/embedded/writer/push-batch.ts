import { crc32 } from 'node:zlib';
import { createRecordBatch, type RecordBatch } from '@emberscope/record-log';
import type { PushId, TenantId } from '../../ids.ts';
import type { RowCounts } from '../codec/dictionary-rows.ts';
import { RECORD_LIMITS } from '../log/log-format.ts';
import type { Epoch } from './epochs.ts';
import { createHeadFacts, type HeadFacts } from './head-facts.ts';
import type { SeriesDay } from './live-series.ts';

/** What was declared in the records of one generation, by the numbers it has there. */
export type Declarations = {
  readonly streams: Map<string, number>;
  /**
   * By owner and ordinal: a dictionary that was closed for its room and read again is the same one,
   * and readers know one declaration of each in a generation.
   */
  readonly epochs: Map<string, number>;
};

export function createDeclarations(): Declarations {
  return { streams: new Map(), epochs: new Map() };
}

export type BatchResult =
  | { readonly kind: 'committed' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Profiles that become durable together, with all that is to be taken back when they do not. */
export type PushBatch = {
  /** Batches of an era rest on one another: when one fails, those behind it do. */
  readonly era: number;
  readonly declarations: Declarations;
  readonly records: RecordBatch;
  readonly facts: HeadFacts;
  /** The rows of each dictionary that are logged with this batch. */
  readonly epochs: Map<Epoch, RowCounts>;
  /** One for each profile. */
  readonly counted: SeriesDay[];
  readonly pushIds: Map<string, { readonly tenant: TenantId; readonly id: PushId }>;
  isQueued: boolean;
  readonly settled: Promise<BatchResult>;
  settle(result: BatchResult): void;
};

export function createPushBatch(
  era: number,
  declarations: Declarations,
  records: RecordBatch,
): PushBatch {
  let settle: (result: BatchResult) => void = () => {};
  const settled = new Promise<BatchResult>((resolve) => {
    settle = resolve;
  });
  return {
    era,
    declarations,
    records,
    facts: createHeadFacts(),
    epochs: new Map(),
    counted: [],
    pushIds: new Map(),
    isQueued: false,
    settled,
    settle,
  };
}

export function createBatchRecords(): RecordBatch {
  return createRecordBatch(crc32, RECORD_LIMITS);
}

/** Of an id that is not in the store's set of ids yet. */
export function keyOfPushId(tenant: TenantId, id: PushId): string {
  return `${id}${tenant}`;
}
