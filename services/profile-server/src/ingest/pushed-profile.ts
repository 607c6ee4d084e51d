import type { PushSeries } from '../store/push.ts';
import type { Refusal } from './refusal.ts';

/** One profile of a request, read and checked, on its way from a worker to the store. */
export type PushedProfile = {
  /** The profile inflated and the labels: what a tenant's rate is counted in. */
  readonly sizeBytes: number;
  readonly outcome: /** The series that it became; none when no sample was left. */
    | { readonly kind: 'ready'; readonly series: readonly PushSeries[] }
    | { readonly kind: 'refused'; readonly refusal: Refusal };
};
