import { parseArgs } from 'node:util';

/** More would say nothing new, and take minutes. */
const ROUNDS_MAX = 10;

/** @returns what is asked for, or the sentence that says why it cannot be */
export function optionsOf(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        rounds: { type: 'string', default: '1' },
        used: { type: 'boolean', default: false },
        node: { type: 'string', multiple: true, default: ['current'] },
        update: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return { problem: error.message };
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX)
    return { problem: `--rounds ${values.rounds}: a number from 1 to ${ROUNDS_MAX} is meant` };
  return { rounds, isUsedToo: values.used, nodes: values.node, isUpdate: values.update };
}
