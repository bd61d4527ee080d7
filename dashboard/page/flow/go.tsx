import type { ComponentChildren } from 'preact';
import { goTo } from '../live/chosen.ts';

interface Props {
  /** the panel that a click leads to */
  to: string;
  class: string;
  /** what is chosen there */
  choose?: () => void;
  children: ComponentChildren;
}

/** A part of the picture that leads to a panel. SVG has no buttons, so it is a link. */
export function Go({ to, class: name, choose, children }: Props) {
  const go = (event: Event) => {
    event.preventDefault();
    choose?.();
    goTo(to);
  };
  return (
    <a href={`#${to}`} class={name} onClick={go}>
      {children}
    </a>
  );
}
