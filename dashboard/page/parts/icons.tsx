import type { WindowItem } from '../../contract.ts';

/** Pictures that aren't letters, because not every machine's fonts have them. */
const PATHS = {
  close: 'M4 4l8 8M12 4l-8 8',
  fit: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4',
  sun: 'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.500 9.500A6 6 0 1 1 6.500 2.500A5 5 0 0 0 13.500 9.500Z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  pause: 'M5.500 3v10M10.500 3v10',
  play: 'M5 3l8 5l-8 5z',
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const STATES: Record<WindowItem['state'], string> = {
  open: 'M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10',
  closing: 'M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10M8 3a5 5 0 0 1 0 10z',
  closed: 'M3.500 8.500l3 3l6-7',
  corrected: 'M12.500 5.500A5 5 0 1 0 13 9M13 2.500v3.500h-3.500',
};

/** The sign of a window's state. */
export function StateSign({ state }: { state: WindowItem['state'] }) {
  return (
    <svg class={`sign-${state}`} viewBox="0 0 16 16" width="11" height="11" aria-hidden="true">
      <path d={STATES[state]} />
    </svg>
  );
}
