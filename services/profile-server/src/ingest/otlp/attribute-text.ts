import type { AnyValue } from '@emberscope/protocol/otlp/common';
import type { Texts } from './texts.ts';

/**
 * What an attribute's value is as a label: strings and integers, or a list of just one of these.
 * Undefined for anything else, and for an empty text, which no label has.
 */
export function attributeText(value: AnyValue | undefined, texts: Texts): string | undefined {
  const of = value?.value;
  if (of?.case === 'arrayValue') {
    const [only, ...others] = of.value.values;
    return others.length === 0 ? plainText(only, texts) : undefined;
  }
  return plainText(value, texts);
}

function plainText(value: AnyValue | undefined, texts: Texts): string | undefined {
  const text = textOf(value, texts);
  return text === '' ? undefined : text;
}

function textOf(value: AnyValue | undefined, texts: Texts): string | undefined {
  const of = value?.value;
  switch (of?.case) {
    case 'stringValue':
      return of.value;
    case 'intValue':
      return `${of.value}`;
    // Newer profilers put the strings of attributes, too, into the dictionary.
    case 'stringValueStrindex':
      return texts.at(of.value);
    default:
      return undefined;
  }
}
