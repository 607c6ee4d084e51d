import { LABEL, type LabelSet, labelValue } from '@emberscope/labels';
import { formatUuid, type Random, uuidV4Bytes } from '@emberscope/node-kit/worker';
import type { Profile } from '@emberscope/profile';
import { NANOS_PER_MILLI, type UnixNanos, unixNanos } from '@emberscope/units';
import { type PushId, profileId, type TenantId } from '../../ids.ts';
import { kindOfProfile, type ProfileKind } from '../../parts/profile-kind.ts';
import type { PushOutcome, PushProfile } from '../../push.ts';
import { isEmpty, tooManySeries, tooOld } from '../../pushes/admission.ts';
import type { PushIds } from '../../pushes/push-ids.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import { countRows, hasRowsBetween, writeDictionaryRows } from '../codec/dictionary-rows.ts';
import {
  RECORD_KIND,
  type RemarksRecord,
  writeEpochRecord,
  writeProfileRecord,
  writeStreamRecord,
} from '../codec/log-records.ts';
import { RECORD_MAX_PAYLOAD_BYTES } from '../log/log-format.ts';
import { ROWS_CHECK_KIND, writeRowsCheck } from '../log/rows-check.ts';
import { dayOfNanos } from './epoch-key.ts';
import type { Epoch, Epochs } from './epochs.ts';
import { addProfile } from './head-facts.ts';
import type { LiveSeries } from './live-series.ts';
import { createProfileEncoder } from './profile-encoder.ts';
import { keyOfPushId, type PushBatch } from './push-batch.ts';
import { bytesOfPushId } from './push-id-bytes.ts';
import { SPARE_MAX_BYTES } from './writer-limits.ts';

export type PushIntakeOptions = {
  readonly nowMillis: () => number;
  readonly random: Random;
  /** What the store keeps; 0 for ever. */
  readonly retentionMillis: number;
  readonly maxSeries: number;
  readonly epochs: Epochs;
  readonly series: LiveSeries;
  readonly pushIds: PushIds;
  /** Whether a batch on its way to the disk holds an id. */
  readonly isOnItsWay: (tenant: TenantId, id: PushId) => boolean;
  /** More than every arrival so far. */
  readonly nextArrival: number;
  readonly recordMaxBytes?: number;
};

/** What a profile goes through before it is durable: admission, dictionary, record. */
export type PushIntake = {
  /** Adds one profile to a batch, or says why not. `stored` holds once the batch is committed. */
  take(batch: PushBatch, tenant: TenantId, labels: LabelSet, pushed: PushProfile): PushOutcome;
  readonly nextArrival: () => number;
};

export function createPushIntake(options: PushIntakeOptions): PushIntake {
  const { nowMillis, random, retentionMillis, maxSeries, epochs, series, pushIds } = options;
  const recordMaxBytes = options.recordMaxBytes ?? RECORD_MAX_PAYLOAD_BYTES;
  let encoder = createProfileEncoder();
  let payload = createByteWriter();
  let rows = createByteWriter();
  let nextArrival = options.nextArrival;

  /** What one huge profile took is not kept for all that come. */
  function letGo(): void {
    encoder = createProfileEncoder();
    payload = createByteWriter();
    rows = createByteWriter();
  }

  function streamNumber(
    { declarations, records }: PushBatch,
    tenant: TenantId,
    labels: LabelSet,
    kind: ProfileKind,
  ): number {
    const key = `${tenant.length}:${tenant}${kind.key} ${labels.key}`;
    const known = declarations.streams.get(key);
    if (known !== undefined) return known;
    const number = declarations.streams.size;
    const { sampleTypes, periodType } = kind;
    payload.clear();
    writeStreamRecord(payload, { number, tenant, labels, sampleTypes, periodType });
    records.append(RECORD_KIND.stream, payload.view());
    declarations.streams.set(key, number);
    return number;
  }

  function epochNumber({ declarations, records, facts }: PushBatch, epoch: Epoch): number {
    const key = `${epoch.ordinal} ${epoch.key}`;
    const known = declarations.epochs.get(key);
    if (known !== undefined) return known;
    const number = declarations.epochs.size;
    const { tenant, service, day, ordinal, logged } = epoch;
    payload.clear();
    writeEpochRecord(payload, { number, tenant, service, day, ordinal, before: logged });
    records.append(RECORD_KIND.epoch, payload.view());
    declarations.epochs.set(key, number);
    // A flush counts the days of dictionaries, also when the profile turns out too large.
    facts.days.add(day);
    return number;
  }

  function append(
    batch: PushBatch,
    tenant: TenantId,
    labels: LabelSet,
    { profile, texts, pushId }: PushProfile,
    timeNanos: UnixNanos,
  ): PushOutcome {
    const day = dayOfNanos(timeNanos);
    const epoch = epochs.of({ tenant, service: labelValue(labels, LABEL.serviceName), day });
    const { samples, totals } = encoder.encode(profile, epoch.dictionary, texts);
    const view = epoch.dictionary.view();
    const counts = countRows(view);
    const hasRows = hasRowsBetween(epoch.logged, counts);
    rows.clear();
    if (hasRows) writeDictionaryRows(rows, view, epoch.logged, counts);

    const kind = kindOfProfile(profile);
    const stream = streamNumber(batch, tenant, labels, kind);
    const number = epochNumber(batch, epoch);
    const id = uuidV4Bytes(random);
    const arrival = nextArrival;
    payload.clear();
    writeProfileRecord(
      payload,
      {
        stream,
        epoch: number,
        arrival,
        timeNanos,
        durationNanos: profile.durationNanos,
        period: profile.period,
        id,
        pushId: pushId === undefined ? undefined : bytesOfPushId(pushId),
        remarks: remarksOf(profile),
        totals,
      },
      rows.view(),
      samples,
    );
    if (payload.length() > recordMaxBytes) {
      // Its rows would be in the record of whatever comes next. That dictionary has another number.
      epochs.retire(epoch);
      nextArrival++;
      return tooLarge(payload.length(), recordMaxBytes);
    }
    if (hasRows) {
      rows.clear();
      writeRowsCheck(rows, number, epoch.logged);
      batch.records.append(ROWS_CHECK_KIND, rows.view());
    }
    batch.records.append(RECORD_KIND.profile, payload.view());
    nextArrival++;
    if (hasRows) {
      epoch.logged = counts;
      batch.epochs.set(epoch, counts);
    }
    const counted = { tenant, labels, kind, day };
    series.add(counted, 1);
    batch.counted.push(counted);
    if (pushId !== undefined)
      batch.pushIds.set(keyOfPushId(tenant, pushId), { tenant, id: pushId });
    addProfile(batch.facts, timeNanos, arrival, nowMillis());
    epochs.used(epoch);
    return { kind: 'stored', profileId: profileId(formatUuid(id)) };
  }

  return {
    nextArrival: () => nextArrival,
    take(batch, tenant, labels, pushed) {
      const { profile, pushId } = pushed;
      const now = unixNanos(BigInt(Math.trunc(nowMillis())) * NANOS_PER_MILLI);
      const timeNanos = profile.timeNanos === 0n ? now : profile.timeNanos;
      if (pushId !== undefined) {
        const isKnown = pushIds.has(tenant, pushId) || options.isOnItsWay(tenant, pushId);
        if (isKnown) return { kind: 'duplicate' };
      }
      if (retentionMillis > 0) {
        const floorNanos = now - BigInt(Math.trunc(retentionMillis)) * NANOS_PER_MILLI;
        const refusal = tooOld(timeNanos, floorNanos);
        if (refusal !== undefined) return { kind: 'refused', refusal };
      }
      if (isEmpty(profile)) return { kind: 'empty' };
      const refusal = tooManySeries(series.of(tenant), labels, maxSeries);
      if (refusal !== undefined) return { kind: 'refused', refusal };
      const outcome = append(batch, tenant, labels, pushed, timeNanos);
      if (payload.length() > SPARE_MAX_BYTES) letGo();
      return outcome;
    },
  };
}

function remarksOf(profile: Profile): RemarksRecord | undefined {
  const { defaultSampleType, dropFrames, keepFrames, comments } = profile;
  const isNone =
    defaultSampleType === '' && dropFrames === '' && keepFrames === '' && comments.length === 0;
  return isNone ? undefined : { defaultSampleType, dropFrames, keepFrames, comments };
}

function tooLarge(bytes: number, limitBytes: number): PushOutcome {
  const reason = `a profile of ${bytes} bytes as the store writes it; the limit is ${limitBytes}`;
  return { kind: 'refused', refusal: { kind: 'too-large', reason, limitBytes } };
}
