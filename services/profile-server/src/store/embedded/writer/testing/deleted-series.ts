import { matcher } from '@emberscope/labels';
import { unixNanos } from '@emberscope/units';
import type { Selection } from '../../../selection.ts';
import { TENANT } from './writer-profiles.ts';

export const EVER: Selection['range'] = {
  startNanos: unixNanos(0n),
  endNanos: unixNanos(2n ** 62n),
};

/** All profiles of a service, of all times or of some. */
export function ofService(service: string, range = EVER): Selection {
  return { ...ofLabel('service_name', service), range };
}

export function ofLabel(name: string, value: string): Selection {
  const built = matcher('=', name, value);
  if (!built.ok) throw new Error(built.reason);
  return { tenants: [TENANT], range: EVER, matchers: [built.matcher] };
}
