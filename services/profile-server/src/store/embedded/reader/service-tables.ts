import type { MatchedStreams } from '../../parts/match-series.ts';

/** Tables by tenant and service: a dictionary is a service's, and so is each table. */
export type ServiceTables<Table> = {
  add(table: Table): void;
  /** Those of a tenant that may have rows of what is matched, in the order in which they came. */
  of(tenant: string, matched: Pick<MatchedStreams, 'service' | 'hasService'>): readonly Table[];
  ofTenant(tenant: string): readonly Table[];
  all(): readonly Table[];
};

type OfOneService = {
  readonly tenant: string;
  readonly dictionary: { readonly name: { readonly service: string } };
};

type OfTenant<Table> = { readonly all: Table[]; readonly byService: Map<string, Table[]> };

export function createServiceTables<Table extends OfOneService>(): ServiceTables<Table> {
  const all: Table[] = [];
  const byTenant = new Map<string, OfTenant<Table>>();
  return {
    add(table) {
      const { service } = table.dictionary.name;
      all.push(table);
      const known = byTenant.get(table.tenant);
      const ofTenant = known ?? { all: [], byService: new Map<string, Table[]>() };
      if (known === undefined) byTenant.set(table.tenant, ofTenant);
      ofTenant.all.push(table);
      const ofService = ofTenant.byService.get(service);
      if (ofService === undefined) ofTenant.byService.set(service, [table]);
      else ofService.push(table);
    },
    of(tenant, { service, hasService }) {
      const ofTenant = byTenant.get(tenant);
      if (ofTenant === undefined) return [];
      if (service !== undefined) return ofTenant.byService.get(service) ?? [];
      return ofTenant.all.filter(({ dictionary }) => hasService(dictionary.name.service));
    },
    ofTenant: (tenant) => byTenant.get(tenant)?.all ?? [],
    all: () => all,
  };
}
