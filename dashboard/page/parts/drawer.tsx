import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { choose } from '../live/chosen.ts';
import { Icon } from './icons.tsx';

/** What lies open beside the panels. Escape closes it, and gives the keyboard back to where it was. */
export function Drawer({ title, children }: { title: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && close();
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside class="drawer" aria-labelledby="drawer-title">
      <header class="panel-head">
        <h2 id="drawer-title" tabIndex={-1} ref={heading}>
          {title}
        </h2>
        <div class="tools">
          <button type="button" onClick={close} class="square" aria-label="Close">
            <Icon name="close" />
          </button>
        </div>
      </header>
      {children}
    </aside>
  );
}

function close(): void {
  choose({ drawer: null });
}
