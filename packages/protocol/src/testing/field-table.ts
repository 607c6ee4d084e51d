import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** What an independent table says of the published APIs, in the words of {@link drawFields}. */
export type FieldTable = {
  /** Fields of each message by its type name, sorted. */
  readonly messages: ReadonlyMap<string, readonly string[]>;
  /** Values of each enum by its type name, sorted. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** `Method(package.Request) → package.Response` of each service by its type name, sorted. */
  readonly services: ReadonlyMap<string, readonly string[]>;
};

/**
 * Reads lines such as these, below a heading that names the package:
 *
 *     - QuerierService/Series(SeriesRequest) → SeriesResponse
 *     - **ProfileFormat (enum)**: PROFILE_FORMAT_UNSPECIFIED=0; PROFILE_FORMAT_FLAMEGRAPH=1
 *     - **Point**: value=1 double; annotations=3 repeated ProfileAnnotation; oneof a { b=4 bool }
 */
export function readFieldTable(text: string): FieldTable {
  const messages = new Map<string, string[]>();
  const enums = new Map<string, string[]>();
  const services = new Map<string, string[]>();
  const typeNames = new Set<string>();
  const lines = text.split('\n## ').slice(1).flatMap(linesOfPackage);
  for (const { packageName, line } of lines) {
    const named = /^- \*\*([\w.]+)/.exec(line)?.[1];
    if (named !== undefined) typeNames.add(`${packageName}.${named}`);
  }

  for (const { packageName, line } of lines) {
    // A type without a package is one of the message itself, else one of its package.
    const qualify = (type: string, scope: string) =>
      [`${scope}.${type}`, `${packageName}.${type}`].find((name) => typeNames.has(name)) ?? type;

    const [, service, method, request = '', response = ''] =
      /^- (\w+)\/(\w+)\((\S+)\) → (\S+)$/.exec(line) ?? [];
    if (service !== undefined) {
      const name = `${packageName}.${service}`;
      const path = `${method}(${qualify(request, '')}) → ${qualify(response, '')}`;
      services.set(name, [...(services.get(name) ?? []), path].sort());
      continue;
    }
    const [, name, isEnum, body = ''] = /^- \*\*([\w.]+)( \(enum\))?\*\*: (.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const typeName = `${packageName}.${name}`;
    if (isEnum !== undefined) enums.set(typeName, body.split('; ').sort());
    else messages.set(typeName, fieldsOf(body, (type) => qualify(type, typeName)).sort());
  }
  return { messages, enums, services };
}

function linesOfPackage(section: string): { packageName: string; line: string }[] {
  const [heading = '', ...lines] = section.split('\n');
  return lines.map((line) => ({ packageName: heading.trim(), line }));
}

function fieldsOf(body: string, qualify: (type: string) => string): string[] {
  if (body === '(empty)') return [];
  const inOneofs = [...body.matchAll(/oneof (\w+) \{ ([^}]*) \}/g)].flatMap(
    ([, oneof, fields = '']) => fields.split('; ').map((field) => `oneof ${oneof} ${field}`),
  );
  const alone = body
    .replaceAll(/oneof \w+ \{[^}]*\}/g, '')
    .split(';')
    .map((field) => field.trim())
    .filter((field) => field !== '');
  return [...inOneofs, ...alone].map((field) =>
    field
      .replace(/[\w.]+$/, qualify)
      .replace(/map<string,(.*)>$/, (_, type: string) => `map<string,${qualify(type)}>`),
  );
}

/** The fields of a message, sorted: `points=2 repeated types.v1.Point`. */
export function drawFields(message: DescMessage): string[] {
  return message.fields.map(drawField).sort();
}

/** The values of an enum, sorted: `EXEMPLAR_TYPE_NONE=1`. */
export function drawValues({ values }: DescEnum): string[] {
  return values.map(({ name, number }) => `${name}=${number}`).sort();
}

function drawField(field: DescField): string {
  const oneof = field.oneof === undefined ? '' : `oneof ${field.oneof.name} `;
  const optional = field.proto.proto3Optional ? 'optional ' : '';
  return `${oneof}${field.name}=${field.number} ${optional}${drawType(field)}`;
}

function drawType(field: DescField): string {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarName(field.scalar);
    case 'enum':
      return field.enum.typeName;
    case 'message':
      return field.message.typeName;
    case 'list':
      if (field.listKind === 'scalar') return `repeated ${scalarName(field.scalar)}`;
      return `repeated ${field.listKind === 'enum' ? field.enum.typeName : field.message.typeName}`;
    case 'map': {
      if (field.mapKind === 'scalar') return `map<string,${scalarName(field.scalar)}>`;
      const value = field.mapKind === 'enum' ? field.enum : field.message;
      return `map<string,${value.typeName}>`;
    }
    default:
      return field satisfies never;
  }
}

function scalarName(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}
