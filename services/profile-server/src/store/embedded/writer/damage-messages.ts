/** A record that names rows which are gone says nothing, and there may be thousands behind them. */
const MAX_TOLD = 10;

/** What to say of a log of which something is lost: sentences, the first stretches each in its own. */
export function damageMessages(
  damages: readonly string[],
  kept: readonly string[],
): readonly string[] {
  const told = damages
    .slice(0, MAX_TOLD)
    .map((damage) => `the log is damaged, and something of it is lost: ${damage}`);
  const rest = damages.length - told.length;
  if (rest > 0) told.push(`the log is damaged: ${rest} more stretches or records of it are lost`);
  return [
    ...told,
    ...kept.map((path) => `${path} is what was damaged: delete it once you are done with it`),
  ];
}
