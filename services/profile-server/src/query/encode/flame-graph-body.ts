import type { DiffLevels, FlameGraphLevels } from '@emberscope/profile';
import type { AnswerBody } from './answer-body.ts';
import { createProtoWriter, type ProtoWriter } from './proto-writer.ts';

/** An answer whose field 1 is a `querier.v1.FlameGraph`, and which has nothing else. */
export function flameGraphBody(graph: FlameGraphLevels): AnswerBody {
  return {
    toProto() {
      const wire = createProtoWriter(64 * 1024);
      wire.message(1, () => writeFlameGraph(wire, graph));
      return wire.finish();
    },
    toJson: () => `{"flamegraph":{${flameGraphJson(graph).join(',')}}}`,
  };
}

/** The same of a `querier.v1.FlameGraphDiff`: a flame graph of wider boxes, with a total for each side. */
export function flameGraphDiffBody(diff: DiffLevels): AnswerBody {
  const { leftTotal, rightTotal } = diff;
  return {
    toProto() {
      const wire = createProtoWriter(64 * 1024);
      wire.message(1, () => {
        writeFlameGraph(wire, diff);
        wire.int64(5, leftTotal);
        wire.int64(6, rightTotal);
      });
      return wire.finish();
    },
    toJson() {
      const fields = flameGraphJson(diff);
      if (leftTotal !== 0n) fields.push(`"leftTicks":"${leftTotal}"`);
      if (rightTotal !== 0n) fields.push(`"rightTicks":"${rightTotal}"`);
      return `{"flamegraph":{${fields.join(',')}}}`;
    },
  };
}

function writeFlameGraph(wire: ProtoWriter, graph: FlameGraphLevels): void {
  for (const name of graph.names) wire.textItem(1, name);
  for (const level of graph.levels) wire.message(2, () => wire.packedInt64(1, level));
  wire.int64(3, graph.total);
  wire.int64(4, graph.maxSelf);
}

/** The fields that are no defaults, in order. */
function flameGraphJson({ names, levels, total, maxSelf }: FlameGraphLevels): string[] {
  const levelTexts = levels.map((cells) => `{"values":["${cells.join('","')}"]}`);
  const fields = [`"names":${JSON.stringify(names)}`, `"levels":[${levelTexts.join(',')}]`];
  if (total !== 0n) fields.push(`"total":"${total}"`);
  if (maxSelf !== 0n) fields.push(`"maxSelf":"${maxSelf}"`);
  return fields;
}
