import {
  type GetProfileStatsRequest,
  GetProfileStatsResponseSchema,
} from '@emberscope/protocol/types';
import { millisFromNanos } from '@emberscope/units';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument } from '../query-refusal.ts';

/** Whether a tenant has ever sent anything, and of what times. */
export async function profileStats(query: Query<GetProfileStatsRequest>): Promise<AnswerBody> {
  const { reader, tenants, context } = query;
  const tenantCount = new Set(tenants).size;
  if (tenantCount !== 1) refuseArgument(`expected 1 tenant, got ${tenantCount}`);
  const stats = answered(await reader.tenantStats(tenants, context));
  switch (stats.kind) {
    case 'nothing-ingested':
      return messageBody(GetProfileStatsResponseSchema, {});
    case 'ingested':
      return messageBody(GetProfileStatsResponseSchema, {
        dataIngested: true,
        oldestProfileTime: BigInt(millisFromNanos(stats.oldestNanos)),
        newestProfileTime: BigInt(millisFromNanos(stats.newestNanos)),
      });
    default:
      return stats satisfies never;
  }
}
