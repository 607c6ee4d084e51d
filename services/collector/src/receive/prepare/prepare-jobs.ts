import type { IngestParams } from '@emberscope/ingest';
import type { LabelPolicyConfig } from '../../labels/label-policy.ts';
import type { Failure } from '../failure.ts';

/** What threads do with a body: all that takes time by its size. */
export type PrepareJobs = {
  ingest: { readonly input: IngestJob; readonly output: Prepared };
  push: { readonly input: PushJob; readonly output: Prepared };
};

export type IngestJob = {
  readonly params: IngestParams;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
};

export type PushJob = {
  /** How the message lies in the body. */
  readonly framing: 'bare' | 'grpc';
  readonly isJson: boolean;
  /** Of the whole body where it is bare, of a message whose frame says so with gRPC. */
  readonly isGzipped: boolean;
  readonly body: Uint8Array<ArrayBuffer>;
};

/** What is to become of a request. */
export type Prepared =
  /** A `PushRequest` to send. */
  | { readonly kind: 'push'; readonly body: Uint8Array<ArrayBuffer>; readonly dropped: number }
  /** The body as it came, for the server's `/ingest`, under this name. */
  | { readonly kind: 'forward'; readonly name: string; readonly body: Uint8Array<ArrayBuffer> }
  /** There is nothing to send, and that is fine. */
  | { readonly kind: 'nothing'; readonly why: 'empty' | 'relabel' }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** What each thread is started with. */
export type PrepareWorkerData = {
  readonly labels: LabelPolicyConfig;
  /** Of a message after gunzipping. */
  readonly messageMaxBytes: number;
};

export function refused(
  kind: Failure['kind'],
  message: string,
  reason?: string,
): Extract<Prepared, { readonly kind: 'refused' }> {
  return {
    kind: 'refused',
    failure: { kind, message, ...(reason === undefined ? {} : { reason }) },
  };
}
