import { LABEL, type Label } from '@emberscope/labels';
import { createStringInterner } from '@emberscope/profile';
import type { KeyValue } from '@emberscope/protocol/otlp/common';
import { attributeText } from './attribute-text.ts';
import { type ConversionBudget, ROW_BYTES } from './conversion-budget.ts';
import type { Texts } from './texts.ts';

/** What the resource and the scope of some profiles say of all of them. */
export type SharedAttributes = {
  /** By their keys as they are, dots and all; of a key that comes twice the first. */
  readonly labels: readonly Label[];
  /** The service of samples that name none. */
  readonly service: string;
};

/** OpenTelemetry's name for a service, on resources and on samples. */
export const SERVICE_ATTRIBUTE = 'service.name';
const EXECUTABLE_ATTRIBUTE = 'process.executable.name';
const UNKNOWN_SERVICE = 'unknown_service';

export function sharedAttributes(
  resource: readonly KeyValue[],
  scope: readonly KeyValue[],
  texts: Texts,
  budget: ConversionBudget,
): SharedAttributes {
  const labels: Label[] = [];
  const names = createStringInterner();
  const seen = new Set<number>();
  for (const { key, keyStrindex, value } of [...resource, ...scope]) {
    const name = keyStrindex === 0 ? key : (texts.at(keyStrindex) ?? '');
    const text = attributeText(value, texts);
    budget.spend(ROW_BYTES + name.length);
    if (text === undefined) continue;
    const row = names.intern(name);
    if (!seen.has(row)) labels.push({ name, value: text });
    seen.add(row);
  }
  return { labels, service: serviceOf(resource, texts) };
}

/** As OpenTelemetry wants an unnamed service to be called. */
function serviceOf(resource: readonly KeyValue[], texts: Texts): string {
  const attribute = (wanted: string) => {
    const found = resource.find(
      ({ key, keyStrindex }) => (keyStrindex === 0 ? key : texts.at(keyStrindex)) === wanted,
    );
    return attributeText(found?.value, texts);
  };
  const service = attribute(SERVICE_ATTRIBUTE);
  if (service !== undefined) return service;
  const executable = attribute(EXECUTABLE_ATTRIBUTE);
  return executable === undefined ? UNKNOWN_SERVICE : `${UNKNOWN_SERVICE}:${executable}`;
}

/** The labels of one series, as Pyroscope's own converter puts them before a push. */
export function seriesLabels(
  { labels }: SharedAttributes,
  profileName: string,
  service: string,
): readonly Label[] {
  return [
    { name: LABEL.delta, value: 'false' },
    { name: LABEL.otel, value: 'true' },
    { name: LABEL.profileName, value: profileName },
    ...labels,
    { name: LABEL.serviceName, value: service },
  ];
}
