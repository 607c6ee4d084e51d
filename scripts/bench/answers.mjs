/**
 * What is wrong with the answers of a round, one sentence each. The generator knows the exact totals
 * of a corpus; the reference's totals of the same corpus have to be equal to ours, to the last unit.
 * (Series are left out: servers cut the ends of a range at different points.)
 */
export function wrongAnswers(round, facts, referenceRounds, keepsNothing) {
  const parts = [
    ['push', round.push],
    ['query', round.query],
    ...(keepsNothing ? [] : [['query after a restart', round.restart]]),
  ];
  return parts.flatMap(([name, taken]) => {
    if (taken === undefined) return [`${name}: not done`];
    if (taken.error !== undefined) return [`${name}: ${taken.error}`];
    if (name === 'push') return [];
    return [
      ...wrongTotal(taken),
      ...wrongCounts(taken, facts),
      ...referenceRounds.slice(0, 1).flatMap(({ query }) => different(taken, query)),
    ].map((reason) => `${name}: ${reason}`);
  });
}

function wrongTotal({ exact }) {
  if (exact?.equal) return [];
  return [`the whole range adds up to ${exact?.got}, and ${exact?.want} was pushed`];
}

function wrongCounts({ rows }, { series, kinds }) {
  const pods = new Set(series.map(({ labels }) => labels.pod));
  const types = Object.values(kinds).reduce((sum, each) => sum + each.length, 0);
  const ofService = series.map(({ labels }) => `${labels.service_name} ${labels.__name__}`);
  const typesOfService = [...new Set(ofService)].reduce(
    (sum, key) => sum + kinds[key.slice(key.indexOf(' ') + 1)].length,
    0,
  );
  const wanted = { ProfileTypes: types, 'LabelValues pod': pods.size, Series: typesOfService };
  return Object.entries(wanted).flatMap(([name, want]) => {
    const row = rows.find((each) => each.name === name);
    return row?.value === want ? [] : [`${name}: ${row?.error ?? row?.value}, not ${want}`];
  });
}

function different({ rows }, reference) {
  return rows.flatMap(({ name, value, error }) => {
    if (!name.startsWith('Flame')) return [];
    if (error !== undefined) return [`${name}: ${error}`];
    const want = reference.rows.find((each) => each.name === name)?.value;
    return want === undefined || want === value ? [] : [`${name}: ${value}, the reference ${want}`];
  });
}
