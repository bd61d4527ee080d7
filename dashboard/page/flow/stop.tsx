import type { MappingFlow } from '../../contract.ts';
import { levelOf } from '../live/level.ts';
import { brief, count, rate, seconds } from '../text/format.ts';
import { shortRate } from './boxes.tsx';
import { STOP } from './geometry.ts';

interface Props {
  mapping: MappingFlow | undefined;
  x: number;
  y: number;
  onClick: () => void;
}

/** Where a topic's line crosses a function that stores: what passes, and what waits. */
export function Stop({ mapping, x, y, onClick }: Props) {
  const lag = mapping?.lag ?? null;
  const waits = mapping?.failing ? 'fails' : lag === null || lag === 0 ? '' : `+${brief(lag)}`;
  const left = x - STOP.width / 2;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only; the table of the lag panel has a button for each mapping
    <g class={`stop ${mapping ? levelOf(mapping) : 'unknown'}`} onClick={onClick}>
      <rect x={left} y={y - STOP.height / 2} width={STOP.width} height={STOP.height} rx={10} />
      <text class={waits ? 'left' : ''} x={waits ? left + 8 : x} y={y + 4}>
        {shortRate(mapping?.perSecond)}
      </text>
      {waits && (
        <text class="waits" x={x + STOP.width / 2 - 8} y={y + 4}>
          {waits}
        </text>
      )}
      <title>{mapping ? saysOf(mapping) : 'not known'}</title>
    </g>
  );
}

function saysOf({ id, perSecond, lag, lagSeconds, problem }: MappingFlow): string {
  const since = lagSeconds === null ? '' : `, the oldest for ${seconds(lagSeconds)}`;
  const waits = lag === null ? 'lag not known' : `${count(lag)} wait${since}`;
  return `${id}: ${rate(perSecond)}, ${waits}${problem === null ? '' : `. ${problem}`}`;
}
