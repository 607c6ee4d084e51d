import { type LabelSetTable, NO_STACK, type Profile, type StackTable } from '@emberscope/profile';
import { halvesOfColumn } from './halves.ts';
import {
  fieldBytes,
  fieldHalvesBytes,
  type Section,
  spanBytes,
  varintBytes,
  varintHalvesBytes,
  WireWriter,
} from './wire-writer.ts';

/** The samples of a profile, as field 2. */
export function sampleSection({ samples, stacks, labelSets }: Profile): Section {
  const pathBytes = pathBytesByStack(stacks);
  const labels = labelMessages(labelSets);
  const columns = samples.values.map(halvesOfColumn);

  const valueBytes = new Int32Array(samples.length);
  for (const halves of columns) {
    for (let i = 0; i < samples.length; i++) {
      valueBytes[i] += varintHalvesBytes(halves[2 * i], halves[2 * i + 1]);
    }
  }
  const messageBytes = new Int32Array(samples.length);
  let byteLength = 0;
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i];
    const set = samples.labels[i];
    messageBytes[i] = spanBytes(valueBytes[i]) + labels.start[set + 1] - labels.start[set];
    if (stack !== NO_STACK) messageBytes[i] += spanBytes(pathBytes[stack]);
    byteLength += spanBytes(messageBytes[i]);
  }

  return {
    byteLength,
    write(wire) {
      const { parent, location } = stacks;
      for (let i = 0; i < samples.length; i++) {
        wire.span(0x12, messageBytes[i]);
        const leaf = samples.stack[i];
        if (leaf !== NO_STACK) {
          wire.span(0x0a, pathBytes[leaf]);
          for (let stack = leaf; stack !== NO_STACK; stack = parent[stack]) {
            wire.varint(location[stack] + 1);
          }
        }
        wire.span(0x12, valueBytes[i]);
        for (const halves of columns) wire.varintHalves(halves[2 * i], halves[2 * i + 1]);
        const set = samples.labels[i];
        wire.copy(labels.bytes, labels.start[set], labels.start[set + 1]);
      }
    },
  };
}

/** The bytes of the location ids of each stack: those of its caller and one more. */
function pathBytesByStack({ length, parent, location }: StackTable): Int32Array {
  const pathBytes = new Int32Array(length);
  for (let stack = 0; stack < length; stack++) {
    const caller = parent[stack];
    const callerBytes = caller === NO_STACK ? 0 : pathBytes[caller];
    pathBytes[stack] = callerBytes + varintBytes(location[stack] + 1);
  }
  return pathBytes;
}

/** The labels of each set as bytes that stand behind one another; `start` has length + 1 cells. */
function labelMessages(sets: LabelSetTable): { bytes: Uint8Array; start: Int32Array } {
  const numbers = halvesOfColumn(sets.number);
  const messageBytes = new Int32Array(sets.key.length);
  const start = new Int32Array(sets.length + 1);
  for (let set = 0; set < sets.length; set++) {
    start[set + 1] = start[set];
    for (let row = sets.start[set]; row < sets.start[set + 1]; row++) {
      messageBytes[row] = fieldBytes(sets.key[row]) + fieldBytes(sets.text[row]);
      if (sets.text[row] === 0) {
        messageBytes[row] +=
          fieldHalvesBytes(numbers[2 * row], numbers[2 * row + 1]) +
          fieldBytes(sets.numberUnit[row]);
      }
      start[set + 1] += spanBytes(messageBytes[row]);
    }
  }
  const wire = new WireWriter(start[sets.length]);
  for (let row = 0; row < messageBytes.length; row++) {
    wire.span(0x1a, messageBytes[row]);
    wire.field(0x08, sets.key[row]);
    wire.field(0x10, sets.text[row]);
    if (sets.text[row] !== 0) continue;
    wire.fieldHalves(0x18, numbers[2 * row], numbers[2 * row + 1]);
    wire.field(0x20, sets.numberUnit[row]);
  }
  return { bytes: wire.finish(), start };
}
