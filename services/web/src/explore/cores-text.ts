import { formatCount } from '@emberscope/units';

/** `0.42 cores`, `1 core`. */
export function coresText(cores: number): string {
  const text = formatCount(cores);
  return text === '1' ? '1 core' : `${text} cores`;
}
