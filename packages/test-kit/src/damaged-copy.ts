import { type Dice, diceOf, oneOf } from './dice.ts';
import { BYTE_WOUNDS, type Wound } from './wound-bytes.ts';
import { woundField } from './wound-fields.ts';
import { looksLikeText, TEXT_WOUNDS } from './wound-text.ts';

/** A wound of each is deep; more of them mostly hide behind the first. */
const MAX_WOUNDS = 8;

/**
 * One of several good inputs, damaged the way networks, disks and enemies do it, in one to eight
 * places: bytes changed, cut off, repeated, inserted or taken from elsewhere; numbers at the ends of
 * their ranges; fields of protobuf lost, doubled or of another type with the lengths around them right;
 * values of JSON that become other ones. The same seed gives the same bytes.
 */
export function damagedCopy(inputs: readonly Uint8Array[], seed: number): Uint8Array {
  const dice = diceOf(seed);
  const input = oneOf(inputs, dice);
  const isText = looksLikeText(input);
  let bytes: Uint8Array = Uint8Array.from(input);
  // Half of all have one wound, a quarter two.
  for (let wounds = 0; wounds < MAX_WOUNDS && (wounds === 0 || dice(2) === 0); wounds++) {
    const other = oneOf(inputs, dice);
    const wounded = woundFor(isText, dice)(bytes, dice, other);
    // What is no message of protobuf has no field to damage.
    bytes = wounded === bytes ? oneOf(BYTE_WOUNDS, dice)(bytes, dice, other) : wounded;
  }
  return bytes;
}

function woundFor(isText: boolean, dice: Dice): Wound {
  if (isText) return oneOf(dice(4) === 0 ? BYTE_WOUNDS : TEXT_WOUNDS, dice);
  return dice(2) === 0 ? woundField : oneOf(BYTE_WOUNDS, dice);
}
