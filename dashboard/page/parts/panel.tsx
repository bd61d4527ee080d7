import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { InSight, type Sight } from '../live/hooks.ts';
import { model } from '../live/store.ts';

interface Props {
  /** in the address: "#lag" */
  id: string;
  title: string;
  /** one line beside the title */
  note?: ComponentChildren;
  /** buttons and fields at the right of the title */
  tools?: ComponentChildren;
  /** It draws at once also while it can't be seen. */
  isUrgent?: boolean;
  children: ComponentChildren;
}

/** A part of the page. It draws seldom while it can't be seen. */
export function Panel({ id, title, note, tools, isUrgent = false, children }: Props) {
  const section = useRef<HTMLElement>(null);
  const sight = useMemo<Sight>(() => ({ isSeen: true, onSeen: new Set() }), []);
  useEffect(() => {
    if (isUrgent) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        sight.isSeen = entry?.isIntersecting ?? true;
        if (sight.isSeen) for (const seen of sight.onSeen) seen();
      },
      { rootMargin: '300px' },
    );
    if (section.current) observer.observe(section.current);
    return () => observer.disconnect();
  }, [sight, isUrgent]);
  return (
    <section id={id} class={`panel panel-${id}`} aria-labelledby={`${id}-title`} ref={section}>
      <header class="panel-head">
        <h2 id={`${id}-title`} tabIndex={-1}>
          {title}
        </h2>
        {note !== undefined && <p class="note">{note}</p>}
        {tools !== undefined && <div class="tools">{tools}</div>}
      </header>
      <InSight.Provider value={sight}>{children}</InSight.Provider>
    </section>
  );
}

/** A part of a panel that scrolls; the keyboard can scroll it too. */
export function Scroll({
  label,
  class: name = '',
  children,
}: {
  label: string;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard (axe: scrollable-region-focusable)
    <section class={`scroll ${name}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** What a panel shows while it has nothing to show. Before the server has told its state, that isn't known yet. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{model.mode === null ? "Waiting for the dashboard's server." : children}</p>;
}
