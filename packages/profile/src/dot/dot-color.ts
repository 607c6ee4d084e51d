/** How far from grey even a small share is drawn: shares are taken to this power. */
const SPREAD = 1.0 - 0.7;
/** Shares below this fade to grey. */
const FADES_BELOW = 0.2;

const LINE = { saturation: 1.0, brightness: 0.7 };
const FILL = { saturation: 0.1, brightness: 0.93 };

/**
 * The color of a share, from grey (0) to red (1), and to green (-1) for what is below 0: strong for
 * lines, pale for what is filled. The scale of Go's pprof.
 */
export function dotColor(share: number, use: 'line' | 'fill'): string {
  const { saturation, brightness } = use === 'line' ? LINE : FILL;
  const size = Math.min(1, Math.abs(share));
  const strength = size < FADES_BELOW ? saturation * (size / FADES_BELOW) : saturation;
  const main = brightness;
  const other = brightness * (1 - strength * size ** SPREAD);
  const blue = brightness * (1 - strength);
  const [red, green] = share < 0 ? [other, main] : [main, other];
  return `#${[red, green, blue].map(hexByte).join('')}`;
}

function hexByte(part: number): string {
  return Math.trunc(part * 255)
    .toString(16)
    .padStart(2, '0');
}
