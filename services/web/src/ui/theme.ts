import { useEffect, useInsertionEffect, useState } from 'react';

export type Theme = 'light' | 'dark';

/** What the reader chose; `system` follows the computer. */
export type ThemeChoice = Theme | 'system';

const STORAGE_KEY = 'emberscope-theme';
const DARK_QUERY = '(prefers-color-scheme: dark)';

/** The theme in force and a way to change it. It is of the reader, not of what is looked at: it is no part of an address. */
export function useTheme(): readonly [theme: Theme, toggle: () => void] {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice);
  const [isSystemDark, setSystemDark] = useState(() => matchMedia(DARK_QUERY).matches);

  useEffect(() => {
    const query = matchMedia(DARK_QUERY);
    const onChange = () => setSystemDark(query.matches);
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);

  const theme = themeInForce(choice, isSystemDark);
  // An insertion effect runs before all others: those of children run before this component's, and
  // would read the old theme's tokens from the style sheet.
  useInsertionEffect(() => applyTheme(theme), [theme]);

  return [
    theme,
    () => {
      const next = nextChoice(choice, isSystemDark);
      storeChoice(next);
      setChoice(next);
    },
  ];
}

export function themeInForce(choice: ThemeChoice, isSystemDark: boolean): Theme {
  if (choice !== 'system') return choice;
  return isSystemDark ? 'dark' : 'light';
}

/** The other theme; where that is the computer's, the page follows the computer again. */
export function nextChoice(choice: ThemeChoice, isSystemDark: boolean): ThemeChoice {
  const wanted: Theme = themeInForce(choice, isSystemDark) === 'dark' ? 'light' : 'dark';
  return wanted === themeInForce('system', isSystemDark) ? 'system' : wanted;
}

/** Before the first paint, so that nothing flashes. */
export function applyStoredTheme(): void {
  applyTheme(themeInForce(storedChoice(), matchMedia(DARK_QUERY).matches));
}

function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    // Storage may be forbidden; the page works without.
    return 'system';
  }
}

function storeChoice(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Not kept then: the choice holds until the page is closed.
  }
}
