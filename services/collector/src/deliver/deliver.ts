import { type Delivered, readAnswer } from './read-answer.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

/** What is to be delivered. */
export type Delivery =
  /** An encoded `PushRequest`. */
  | { readonly kind: 'push'; readonly body: Uint8Array; readonly tenant: string | undefined }
  /** A body for `/ingest`, with its parameters. */
  | {
      readonly kind: 'ingest';
      readonly query: URLSearchParams;
      readonly contentType: string;
      readonly body: Uint8Array;
      readonly tenant: string | undefined;
    };

/** Sends once and says what came of it. Sending again is for who keeps a log. */
export async function deliver(upstream: Upstream, delivery: Delivery): Promise<Delivered> {
  return readAnswer(await upstream.post(requestOf(delivery)), upstream.url);
}

function requestOf(delivery: Delivery): UpstreamRequest {
  const { body, tenant } = delivery;
  const common = tenant === undefined ? {} : { [TENANT_HEADER]: tenant };
  switch (delivery.kind) {
    case 'push':
      return {
        path: '/push.v1.PusherService/Push',
        headers: {
          ...common,
          'content-type': 'application/proto',
          'connect-protocol-version': '1',
        },
        body,
      };
    case 'ingest': {
      const { contentType, query } = delivery;
      const type = contentType === '' ? {} : { 'content-type': contentType };
      return { path: `/ingest?${query}`, headers: { ...common, ...type }, body };
    }
    default:
      return delivery satisfies never;
  }
}

/** The only header of an agent that goes on: whose profile it is, where servers tell tenants apart. */
export const TENANT_HEADER = 'x-scope-orgid';
