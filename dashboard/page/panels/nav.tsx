import { useLive } from '../live/hooks.ts';
import { levelOf } from '../live/level.ts';
import { Dot } from '../parts/value.tsx';

const PANELS = {
  flow: 'Flow',
  map: 'Vehicles',
  alerts: 'Alerts',
  lag: 'Lag',
  health: 'Health',
  windows: 'Windows',
  logins: 'Logins',
  'dead-letters': 'Dead letters',
  tail: 'Tail',
};

/** Leads to each panel; a red dot says that something fails there. */
export function Nav() {
  const { flow } = useLive('flow');
  const fails = flow.mappings.some((mapping) => levelOf(mapping) === 'bad');
  const isDown = flow.servers.some(({ up }) => up === false);
  const red: string[] = [...(fails ? ['flow', 'lag', 'health'] : []), ...(isDown ? ['health'] : [])];
  return (
    <nav class="panels-nav" aria-label="Panels">
      {Object.entries(PANELS).map(([id, title]) => (
        <a key={id} href={`#${id}`}>
          {title} {red.includes(id) && <Dot level="bad" says="something fails" />}
        </a>
      ))}
    </nav>
  );
}
