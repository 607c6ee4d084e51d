/**
 * What our rounds say beside the reference's, row by row. Figures that go with the speed of the
 * machine are compared as figure / calibration, each by the calibration of its own round; a ratio is
 * the median over all pairs of our rounds and the reference's, with the least and the most of them.
 */
export function ratioTable(rows, ourRounds, referenceRounds) {
  return rows.map((row) => {
    const ours = figures(row, ourRounds, row.step);
    const measured = figures(row, referenceRounds, row.referenceStep ?? row.step).values;
    const theirs = referenceValues(row, measured, ours.values);
    const result = { corpus: row.corpus, label: row.label, unit: row.unit, judged: row.judged };
    const targets = { floor: row.floor, stretch: row.stretch };
    if (ours.values.length === 0)
      return { ...result, ...targets, note: ours.why ?? 'not measured' };

    const ratios = ours.values.flatMap((our) =>
      theirs.map((their) => our.value / scaled(their, our.calibrationMs, row.scale)),
    );
    const calibrationMs = median(ours.values.map((each) => each.calibrationMs));
    const full = {
      ...result,
      ours: spread(ours.values.map(({ value }) => value)),
      reference: spread(theirs.map((their) => scaled(their, calibrationMs, row.scale))),
      ratio: spread(ratios),
      ...targets,
    };
    const decisive = row.judged === 'absolute' ? full.ours : full.ratio;
    if (decisive === undefined) return { ...full, note: 'no figure of the reference' };
    return { ...full, verdict: verdictOf(decisive.median, row) };
  });
}

/** A figure of another machine or moment as it would be where `calibrationMs` was measured. */
export function scaled({ value, calibrationMs }, toCalibrationMs, scale) {
  // What a note says was taken at no known calibration.
  const slower = calibrationMs === undefined ? 1 : toCalibrationMs / calibrationMs;
  switch (scale) {
    case 'time':
      return value * slower;
    case 'rate':
      return value / slower;
    case 'none':
      return value;
    default:
      throw new Error(`a row cannot be scaled by ${scale}`);
  }
}

/** Median, least and most; undefined for no values. */
export function spread(values) {
  if (values.length === 0) return undefined;
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

function verdictOf(value, { judged, floor, stretch }) {
  const reaches = (target) => (judged === 'more' ? value >= target : value <= target);
  if (reaches(stretch)) return 'stretch';
  return reaches(floor) ? 'met' : 'MISSED';
}

/** The row's figure in each round that has it; `why` a round has none. */
function figures(row, rounds, step) {
  const values = [];
  let why;
  for (const round of rounds) {
    const taken = round[step] ?? round[row.elseStep];
    if (taken === undefined) continue;
    const value = taken.error ?? row.of(taken, round) ?? row.absent ?? 'no such figure';
    if (typeof value === 'number') values.push({ value, calibrationMs: round.calibrationMs });
    else why = value;
  }
  return { values, why };
}

function referenceValues(row, measured, ours) {
  const noted = row.noted === undefined || ours.length === 0 ? [] : [{ value: row.noted }];
  return row.prefersNoted || measured.length === 0 ? noted : measured;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  return sorted.length % 2 === 1 ? upper : (upper + sorted[(sorted.length >> 1) - 1]) / 2;
}
