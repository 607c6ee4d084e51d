import type { KeyGroup } from './ui/HelpDialog.tsx';

/** All keys of the page, as its help lists them. */
export const PAGE_KEYS: readonly KeyGroup[] = [
  {
    title: 'Everywhere',
    keys: [
      { keys: ['g', 's'], does: 'services' },
      { keys: ['g', 'e'], does: 'explore' },
      { keys: ['[', ']'], does: 'move the range by half its length' },
      { keys: ['+', '-'], does: 'shorten or lengthen the range' },
      { keys: ['r'], does: 'refresh' },
      { keys: ['y'], does: 'copy a link to what is shown' },
      { keys: ['?'], does: 'these keys' },
    ],
  },
  {
    title: 'Explore',
    keys: [
      { keys: ['/'], does: 'search' },
      {
        keys: ['Enter'],
        does: 'in the search: next match, largest first; with Shift the one before',
      },
      { keys: ['f'], does: 'flame graph' },
      { keys: ['t'], does: 'table' },
      { keys: ['b'], does: 'both' },
      { keys: ['c'], does: 'call tree' },
      { keys: ['d'], does: 'details of the function that fills the view' },
      { keys: ['Esc'], does: 'out of the details, the zoom, the search, the stretch of time' },
    ],
  },
  {
    title: 'In the flame graph',
    keys: [
      { keys: ['↓', '↑'], does: 'largest callee, caller' },
      { keys: ['←', '→'], does: 'frames beside it' },
      { keys: ['Enter'], does: 'zoom in' },
      { keys: ['Backspace'], does: 'zoom out by one frame' },
    ],
  },
];
