const COLUMNS = [
  'corpus',
  'figure',
  'ours',
  'reference',
  'ratio',
  'min–max',
  'floor',
  'stretch',
  '',
];

/** The rows of {@link ratioTable} as lines of Markdown, padded so that they read in a terminal, too. */
export function tableLines(results) {
  const cells = results.map((row) => {
    const sign = row.judged === 'more' ? '≥' : '≤';
    const unit = row.judged === 'absolute' ? ` ${row.unit}` : '';
    return [
      row.corpus,
      row.label,
      row.ours === undefined ? '' : `${rounded(row.ours.median)} ${row.unit}`,
      row.reference === undefined ? '' : `${rounded(row.reference.median)} ${row.unit}`,
      row.ratio === undefined ? '' : rounded(row.ratio.median),
      row.ratio === undefined ? '' : `${rounded(row.ratio.min)}–${rounded(row.ratio.max)}`,
      `${sign} ${row.floor}${unit}`,
      `${sign} ${row.stretch}${unit}`,
      row.verdict ?? row.note.replaceAll(/\s+/g, ' ').trim(),
    ];
  });
  const widths = COLUMNS.map((title, at) =>
    Math.max(title.length, ...cells.map((line) => line[at].length)),
  );
  const line = (words) => `| ${words.map((word, at) => word.padEnd(widths[at])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(COLUMNS), rule, ...cells.map(line)];
}

/** Three digits that mean something. */
export function rounded(value) {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
