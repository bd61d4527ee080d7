import { useLive } from '../live/hooks.ts';
import { LATE_SECONDS, levelOf } from '../live/level.ts';
import { LIMITS, type Model, serverNow } from '../live/model.ts';
import { Value } from '../parts/value.tsx';
import { brief, count, NOT_KNOWN, rate, seconds } from '../text/format.ts';

interface Figure {
  name: string;
  text: string;
  level?: 'warn' | 'bad' | '' | undefined;
  panel: string;
}

/** The six figures that say whether all is well. */
export function Summary() {
  const model = useLive('flow', 'vehicles', 'alerts', 'deadLetters', 'clock');
  return (
    <ul class="summary" aria-label="Summary">
      {figuresOf(model).map(({ name, text, level = '', panel }) => (
        <li key={name}>
          <a href={`#${panel}`} class={level}>
            <span class="figure-name">{name}</span>
            <span class="figure">
              <Value of={text} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function figuresOf(model: Model): Figure[] {
  const { mappings, topics, servers } = model.flow;
  const rates = topics.map(({ perSecond }) => perSecond).filter((each) => each !== null);
  const lags = mappings.map(({ lag }) => lag).filter((each) => each !== null);
  const delays = mappings.map(({ lagSeconds }) => lagSeconds).filter((each) => each !== null);
  const slowest = delays.length > 0 ? Math.max(...delays) : null;
  const failing = mappings.filter((mapping) => levelOf(mapping) === 'bad').length;
  const minuteAgo = serverNow(model) - 60_000;
  const alerts = model.alerts.filter(({ time }) => time >= minuteAgo).length;
  const letters = Object.values(model.deadLetters.byCause).reduce((sum, each) => sum + each, 0);
  const down = servers.filter(({ up }) => up === false).length;
  const up = servers.filter((server) => server.up === true).length;
  return [
    { name: 'records written', text: rate(rates.length > 0 ? sum(rates) : null), panel: 'flow' },
    { name: 'records that wait', text: brief(lags.length > 0 ? sum(lags) : null), panel: 'lag' },
    {
      name: 'longest wait',
      text: seconds(slowest),
      level: slowest !== null && slowest >= LATE_SECONDS ? 'warn' : '',
      panel: 'lag',
    },
    {
      name: 'failing mappings',
      text: mappings.length > 0 ? count(failing) : NOT_KNOWN,
      level: failing > 0 ? 'bad' : '',
      panel: 'health',
    },
    { name: 'vehicles', text: count(model.mode === null ? null : model.vehicles.size), panel: 'map' },
    {
      name: 'alerts, last minute',
      text: alerts >= LIMITS.alerts ? `${alerts}+` : count(model.mode === null ? null : alerts),
      panel: 'alerts',
    },
    { name: 'dead letters', text: brief(model.mode === null ? null : letters), panel: 'dead-letters' },
    {
      name: 'servers up',
      text: servers.length > 0 ? `${up} of ${servers.length}` : NOT_KNOWN,
      level: down > 0 ? 'bad' : '',
      panel: 'health',
    },
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
