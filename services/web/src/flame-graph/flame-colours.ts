import type { FrameIndex, FrameTable } from '@emberscope/profile';
import { type CodeOrigin, originOfFile } from './package-of-file.ts';

export type Theme = 'light' | 'dark';

/** A box's fill and the text on it, both as CSS colours. */
export type FlameColour = { readonly fill: string; readonly text: string };

export type FrameColours = (frame: FrameIndex) => FlameColour;

type Hsl = { readonly hue: number; readonly saturation: number; readonly lightness: number };

const DARK_TEXT = '#1f1b16';
const LIGHT_TEXT = '#ffffff';

/** Own code is warm: 10 to 50 degrees, by file. */
const OWN_HUE_MIN = 10;
const OWN_HUES = 41;

/** Lightness is moved by these many percent, by hash, so that neighbours part. */
const LIGHTNESS_STEPS: readonly number[] = [-4, -2, 0, 2, 4];

/**
 * The colour of a function: the hue says whose code it is (own code warm, npm packages cool, each
 * with a hue of its own, Node grey-violet, native grey), the lightness only parts neighbours. The
 * same function has the same colour in every graph and at every zoom.
 */
export function flameColour(name: string, file: string, theme: Theme): FlameColour {
  const { hue, saturation, lightness } = hslOfFrame(originOfFile(file), name, file, theme);
  const fill = `hsl(${hue} ${saturation}% ${lightness}%)`;
  const luminance = luminanceOfHsl({ hue, saturation, lightness });
  const text =
    contrast(luminance, LUMINANCE_OF_DARK_TEXT) >= contrast(luminance, 1) ? DARK_TEXT : LIGHT_TEXT;
  return { fill, text };
}

/** The colour that stands for all code of an origin: own code has many hues, and this one between. */
export function colourOfOrigin(origin: CodeOrigin, theme: Theme): string {
  const { saturation, lightness, hue } = hslOfFrame(origin, '', '', theme);
  return `hsl(${origin.kind === 'own' ? OWN_HUE_MIN + OWN_HUES / 2 : hue} ${saturation}% ${lightness}%)`;
}

/** Colours by frame, each made when it is first asked for: of 10,000 frames a screen shows hundreds. */
export function flameColours(frames: FrameTable, theme: Theme): FrameColours {
  const made: FlameColour[] = [];
  return (frame) => {
    const known = made[frame];
    if (known !== undefined) return known;
    const colour = flameColour(frames.name[frame] ?? '', frames.file[frame] ?? '', theme);
    made[frame] = colour;
    return colour;
  };
}

function hslOfFrame(origin: CodeOrigin, name: string, file: string, theme: Theme): Hsl {
  const step = LIGHTNESS_STEPS[hash(name) % LIGHTNESS_STEPS.length] ?? 0;
  const isDark = theme === 'dark';
  switch (origin.kind) {
    case 'own':
      return {
        hue: OWN_HUE_MIN + (hash(file) % OWN_HUES),
        saturation: isDark ? 58 : 84,
        lightness: (isDark ? 28 : 72) + step,
      };
    case 'npm':
      return {
        hue: 150 + (hash(origin.packageName) % 101),
        saturation: isDark ? 32 : 48,
        lightness: (isDark ? 30 : 76) + step,
      };
    case 'node':
      return { hue: 265, saturation: isDark ? 14 : 22, lightness: (isDark ? 34 : 80) + step };
    case 'native':
      return { hue: 40, saturation: isDark ? 6 : 8, lightness: (isDark ? 30 : 80) + step };
    default:
      return origin satisfies never;
  }
}

/** FNV-1a over UTF-16 units: spreads names well enough for colours. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  }
  return state >>> 0;
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
export function luminanceOfHsl({ hue, saturation, lightness }: Hsl): number {
  const light = lightness / 100;
  const chroma = (saturation / 100) * Math.min(light, 1 - light);
  const channel = (offset: number): number => {
    const turn = (offset + hue / 30) % 12;
    return light - chroma * Math.max(-1, Math.min(turn - 3, 9 - turn, 1));
  };
  return luminance(channel(0), channel(8), channel(4));
}

export function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

export function luminance(red: number, green: number, blue: number): number {
  const linear = (part: number): number =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

const LUMINANCE_OF_DARK_TEXT = luminance(0x1f / 255, 0x1b / 255, 0x16 / 255);
