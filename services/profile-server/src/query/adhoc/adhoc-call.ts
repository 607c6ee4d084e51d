import type { AdHocId } from '../../store/tenant-files/adhoc-id.ts';
import type { QueryAnswer, QueryLimits } from '../query-call.ts';

/* What passes between the door and the thread that reads uploaded files and answers about them. */

/** What a client asks for; files are as `store/tenant-files` keeps them. */
export type AdHocQuestion =
  | {
      readonly kind: 'upload';
      /** `AdHocProfilesUploadRequest` as it came, and as its content type and encoding say. */
      readonly message: Uint8Array;
      readonly isGzip: boolean;
      readonly nowMillis: number;
      /** For the id. */
      readonly random: Uint8Array;
    }
  | {
      readonly kind: 'get';
      readonly id: string;
      readonly file: Uint8Array;
      readonly profileType: string | undefined;
      readonly maxNodes: bigint | undefined;
    }
  | {
      readonly kind: 'diff';
      readonly leftId: string;
      readonly left: Uint8Array;
      readonly rightId: string;
      readonly right: Uint8Array;
      readonly profileType: string | undefined;
      readonly maxNodes: bigint | undefined;
    };

export type AdHocLimits = {
  /** Of an upload's message, inflated. */
  readonly maxMessageBytes: number;
  /** Of a file, and of what it holds inflated. 0 lifts the limit; that of messages stays. */
  readonly maxProfileBytes: number;
  readonly query: QueryLimits;
};

export type AdHocCall = {
  readonly question: AdHocQuestion;
  readonly encoding: 'proto' | 'json';
  readonly limits: AdHocLimits;
};

export type AdHocAnswer =
  | {
      readonly ok: true;
      readonly message: Uint8Array<ArrayBuffer>;
      /** Of an upload: what is to be kept before it is answered. */
      readonly kept?: { readonly id: AdHocId; readonly file: Uint8Array<ArrayBuffer> };
    }
  | Extract<QueryAnswer, { readonly ok: false }>;
