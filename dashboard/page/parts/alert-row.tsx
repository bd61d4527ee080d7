import type { AlertItem } from '../../contract.ts';
import { choose, goTo } from '../live/chosen.ts';
import { time } from '../text/format.ts';
import { alertClass } from './alert-class.ts';
import { Source } from './value.tsx';

/** An alert: its vehicle leads to the map, its time to the way of its reading. */
export function AlertRow({ alert }: { alert: AlertItem }) {
  const show = () => {
    choose({ vehicle: alert.vehicle });
    goTo('map');
  };
  return (
    <li>
      <span class={`kind ${alertClass(alert.kind)}`}>{alert.kind}</span>
      <button type="button" class="link vehicle" title="Show it on the map" onClick={show}>
        {alert.vehicle}
      </button>
      <span class="message" title={alert.message}>
        {alert.message}
      </span>
      <Source of={alert.source} says={time(alert.time)} />
    </li>
  );
}
