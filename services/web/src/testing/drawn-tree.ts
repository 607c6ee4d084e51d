import { foldStacks, framesByFunction, profileFromText, selfByStack } from '@emberscope/profile';
import { createFlameModel, type FlameModel, functionOfNode } from '../flame-graph/flame-model.ts';

/** A flame model from stacks as text: `main;serve@src/http.ts:12;json 3`, a stack a line. */
export function drawModel(text: string): FlameModel {
  const profile = profileFromText(text);
  const { stacks, samples, symbols } = profile;
  const self = selfByStack(stacks, samples.stack, samples.values[0]!);
  const { tree } = foldStacks(stacks, symbols.locations, self, framesByFunction(symbols));
  return createFlameModel(tree);
}

/** The node of a function that stands once in a drawing. */
export function nodeNamed(model: FlameModel, name: string): number {
  for (let node = 0; node < model.tree.length; node++) {
    if (functionOfNode(model, node).name === name) return node;
  }
  throw new Error(`no frame is called ${name}`);
}
