import { DEFAULT_RANGE, type MillisSpan, type RangeChoice, SPAN_MAX_MILLIS } from './time-range.ts';

/*
 * Everything the page shows, as text behind the `#` of its address and back:
 *
 *     #/explore?service=ingest-worker&last=15m&zoom=main!src/main.ts!3
 *
 * Behind the `#`, because the server need not know the views then, the page works below any path,
 * and a zoom sixty frames deep makes no request line that a proxy refuses.
 */

/** A function as the page's API tells it apart. `line` is that of its definition. */
export type FunctionRef = { readonly name: string; readonly file: string; readonly line: number };

/** How Explore shows what a selection cost. */
export const LAYOUTS = ['flame', 'table', 'both', 'tree'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What the table of functions is sorted by, largest first (names from A). */
export const SORTS = ['self', 'total', 'name'] as const;
export type Sort = (typeof SORTS)[number];

type Common = {
  readonly range: RangeChoice;
  /** Whether the page asks again as time goes on. */
  readonly isLive: boolean;
};

export type ServicesState = Common & {
  readonly view: 'services';
  /** Only services whose name holds this. */
  readonly find: string;
};

export type ExploreState = Common & {
  readonly view: 'explore';
  /** Empty for all services. */
  readonly service: string;
  /** Empty for what suits the service best. */
  readonly profileType: string;
  /** Conditions besides the service, without braces: `cluster="eu-west"`. */
  readonly labels: string;
  /** The part of the range that is dragged out on the timeline. */
  readonly window: MillisSpan | undefined;
  /** From the root to the frame that fills the view; empty for all. */
  readonly zoom: readonly FunctionRef[];
  readonly search: string;
  /** The function that is explained beside the graph. */
  readonly details: FunctionRef | undefined;
  readonly layout: Layout;
  readonly sort: Sort;
};

export type PageState = ServicesState | ExploreState;

/** A zoom deeper than the API's `root_path` may be is no zoom that the page made. */
const ZOOM_MAX_FRAMES = 1000;

export const SERVICES: ServicesState = {
  view: 'services',
  range: { kind: 'last', minutes: 60 },
  isLive: true,
  find: '',
};

export const EXPLORE: ExploreState = {
  view: 'explore',
  range: DEFAULT_RANGE,
  isLive: true,
  service: '',
  profileType: '',
  labels: '',
  window: undefined,
  zoom: [],
  search: '',
  details: undefined,
  layout: 'flame',
  sort: 'self',
};

/** The address of a state, from the `#` on. What is as usual is left out. */
export function formatPageState(state: PageState): string {
  const parts: string[] = [];
  const add = (name: string, value: string) => parts.push(`${name}=${encodeValue(value)}`);
  const addText = (name: string, value: string) => {
    if (value !== '') add(name, value);
  };
  switch (state.view) {
    case 'services':
      addRange(add, state, SERVICES);
      addText('find', state.find);
      break;
    case 'explore':
      addText('service', state.service);
      addText('type', state.profileType);
      addText('labels', state.labels);
      addRange(add, state, EXPLORE);
      if (state.window !== undefined) add('window', formatSpanValue(state.window));
      if (state.layout !== EXPLORE.layout) add('show', state.layout);
      if (state.sort !== EXPLORE.sort) add('sort', state.sort);
      addText('search', state.search);
      if (state.details !== undefined) add('details', formatFrame(state.details));
      for (const frame of state.zoom) add('zoom', formatFrame(frame));
      break;
    default:
      state satisfies never;
  }
  return `#/${state.view}${parts.length === 0 ? '' : `?${parts.join('&')}`}`;
}

/**
 * The state of an address. Never fails: addresses are typed, cut off by chats and kept for years,
 * so what cannot be read is as if it were not there.
 */
export function parsePageState(hash: string): PageState {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#/, ''), '?');
  const values = new URLSearchParams(query);
  const text = (name: string) => values.get(name) ?? '';
  if (path !== '/explore') {
    return { ...SERVICES, ...readCommon(values, SERVICES), find: text('find') };
  }
  return {
    view: 'explore',
    ...readCommon(values, EXPLORE),
    service: text('service'),
    profileType: text('type'),
    labels: text('labels'),
    window: readSpan(text('window')),
    zoom: readZoom(values.getAll('zoom')),
    search: text('search'),
    details: readFrame(text('details')),
    layout: oneOf(LAYOUTS, text('show')) ?? EXPLORE.layout,
    sort: oneOf(SORTS, text('sort')) ?? EXPLORE.sort,
  };
}

function addRange(add: (name: string, value: string) => void, state: Common, usual: Common): void {
  const { range } = state;
  if (range.kind === 'fixed') add('range', formatSpanValue(range));
  else if (usual.range.kind !== 'last' || range.minutes !== usual.range.minutes) {
    add('last', `${range.minutes}m`);
  }
  if (!state.isLive) add('live', 'off');
}

function readCommon(values: URLSearchParams, usual: Common): Common {
  const span = readSpan(values.get('range') ?? '');
  const minutes = Number(/^(\d{1,6})m$/.exec(values.get('last') ?? '')?.[1] ?? 0);
  const last: RangeChoice | undefined =
    minutes > 0 && minutes * 60_000 <= SPAN_MAX_MILLIS ? { kind: 'last', minutes } : undefined;
  return {
    range: span === undefined ? (last ?? usual.range) : { kind: 'fixed', ...span },
    isLive: values.get('live') !== 'off',
  };
}

function formatSpanValue({ startMillis, endMillis }: MillisSpan): string {
  return `${startMillis}-${endMillis}`;
}

function readSpan(text: string): MillisSpan | undefined {
  const [, start, end] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (start === undefined || end === undefined) return undefined;
  const startMillis = Number(start);
  const endMillis = Number(end);
  const isSpan = startMillis <= endMillis && endMillis - startMillis < SPAN_MAX_MILLIS;
  return isSpan ? { startMillis, endMillis } : undefined;
}

/** `name!file!line`; a `!` within is `~1`, a `~` is `~0`, as JSON Pointer does it with its `/`. */
function formatFrame({ name, file, line }: FunctionRef): string {
  const escaped = [name, file].map((part) => part.replaceAll('~', '~0').replaceAll('!', '~1'));
  return `${escaped.join('!')}!${line}`;
}

function readFrame(text: string): FunctionRef | undefined {
  const [, name, file, line] = /^([^!]*)!([^!]*)!(\d{1,10})$/.exec(text) ?? [];
  if (name === undefined || file === undefined) return undefined;
  const plain = (part: string) => part.replaceAll('~1', '!').replaceAll('~0', '~');
  return { name: plain(name), file: plain(file), line: Number(line) };
}

/** All of the path or nothing: half of one would zoom into another place. */
function readZoom(texts: readonly string[]): readonly FunctionRef[] {
  if (texts.length > ZOOM_MAX_FRAMES) return [];
  const frames = texts.map(readFrame);
  return frames.every((frame) => frame !== undefined) ? frames : [];
}

/**
 * What needs no escape behind the `?` of a fragment stays readable. Half of a surrogate pair, as
 * cut text has it, cannot be escaped and becomes the sign for that.
 */
function encodeValue(value: string): string {
  const wellFormed = value.replace(/\p{Surrogate}/gu, '\ufffd');
  return encodeURIComponent(wellFormed).replace(/%(?:2F|3A|40|2C)/g, decodeURIComponent);
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function oneOf<T extends string>(choices: readonly T[], text: string): T | undefined {
  return choices.find((choice) => choice === text);
}
