import type { DiffLevels, FlameGraphLevels } from '@emberscope/profile';
import type { AnswerBody } from './answer-body.ts';
import { createJsonWriter, type JsonWriter } from './json-writer.ts';
import { createProtoWriter, type ProtoWriter } from './proto-writer.ts';

/** An answer whose field 1 is a `querier.v1.FlameGraph`, and which has nothing else. */
export function flameGraphBody(graph: FlameGraphLevels): AnswerBody {
  return {
    toProto() {
      const wire = createProtoWriter(64 * 1024);
      wire.message(1, () => writeFlameGraph(wire, graph));
      return wire.finish();
    },
    toJson() {
      const json = createJsonWriter(JSON_BYTES);
      json.ascii('{"flamegraph":{');
      writeJson(json, graph);
      json.ascii('}}');
      return json.finish();
    },
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
      const json = createJsonWriter(JSON_BYTES);
      json.ascii('{"flamegraph":{');
      writeJson(json, diff);
      if (leftTotal !== 0n) json.ascii(`,"leftTicks":"${leftTotal}"`);
      if (rightTotal !== 0n) json.ascii(`,"rightTicks":"${rightTotal}"`);
      json.ascii('}}');
      return json.finish();
    },
  };
}

/** More than most answers have. */
const JSON_BYTES = 768 * 1024;

function writeFlameGraph(wire: ProtoWriter, graph: FlameGraphLevels): void {
  for (const name of graph.names) wire.textItem(1, name);
  for (const level of graph.levels) wire.message(2, () => wire.packedInt64(1, level));
  wire.int64(3, graph.total);
  wire.int64(4, graph.maxSelf);
}

/** The fields that are no defaults, in order. */
function writeJson(json: JsonWriter, { names, levels, total, maxSelf }: FlameGraphLevels): void {
  json.ascii('"names":');
  json.texts(names);
  json.ascii(',"levels":[');
  for (const [depth, cells] of levels.entries()) {
    json.ascii(depth === 0 ? '{"values":' : ',{"values":');
    json.int64s(cells);
    json.ascii('}');
  }
  json.ascii(']');
  if (total !== 0n) json.ascii(`,"total":"${total}"`);
  if (maxSelf !== 0n) json.ascii(`,"maxSelf":"${maxSelf}"`);
}
