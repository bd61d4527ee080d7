/**
 * The colour that a custom property has in the present theme, for a canvas, which knows no custom properties.
 * @param property as "--accent"
 */
export function colour(property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export type Theme = 'light' | 'dark';

const KEY = 'theme';
const changes = new Set<() => void>();
const system = matchMedia('(prefers-color-scheme: dark)');
system.addEventListener('change', () => changed());

/** The theme that the reader has chosen, or that of the system. */
export function theme(): Theme {
  return (localStorage.getItem(KEY) as Theme | null) ?? (system.matches ? 'dark' : 'light');
}

/** Keeps the choice for the next visit. */
export function setTheme(chosen: Theme): void {
  localStorage.setItem(KEY, chosen);
  document.documentElement.dataset['theme'] = chosen;
  changed();
}

/** Shows the theme that was chosen before. */
export function showTheme(): void {
  const chosen = localStorage.getItem(KEY);
  if (chosen !== null) document.documentElement.dataset['theme'] = chosen;
}

/** Calls back after each change of the theme. @returns ends that */
export function onTheme(listener: () => void): () => void {
  changes.add(listener);
  return () => {
    changes.delete(listener);
  };
}

function changed(): void {
  for (const listener of changes) listener();
}
