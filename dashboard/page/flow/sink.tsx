import type { Flow, MappingFlow } from '../../contract.ts';
import { choose, goTo } from '../live/chosen.ts';
import { type Level, levelOf, levelOfServer } from '../live/level.ts';
import { brief, rate, seconds } from '../text/format.ts';
import { type Geometry, STOP } from './geometry.ts';
import type { Picture, PlacedSink } from './layout.ts';

interface Props {
  sink: PlacedSink;
  x: number;
  picture: Picture;
  geometry: Geometry;
  mappings: ReadonlyMap<string, MappingFlow>;
  servers: Flow['servers'];
}

/** A function that stores: a stop on the line of each topic that it reads, and its store below. */
export function SinkColumn({ sink, x, picture, geometry, mappings, servers }: Props) {
  const name = sink.node.name;
  const store = sink.stores.map((each) => each.name).join(', ') || name;
  const server = servers.find((each) => store.toLowerCase().includes(each.name.toLowerCase()));
  const level: Level = server ? levelOfServer(server.up) : 'unknown';
  const [first, second] = twoLines(name);
  const show = (panel: string, mapping?: string | null) => (event: Event) => {
    event.preventDefault();
    if (mapping !== undefined) choose({ mapping });
    goTo(panel);
  };
  const worst = [...sink.stops.values()].map((id) => mappings.get(id ?? '')).find((mapping) => mapping?.failing);
  return (
    <g class="sink">
      <path class={`line ${worst ? 'bad' : 'of-store'}`} d={`M${x} ${geometry.top}V${geometry.bottom}`} aria-hidden="true" />
      <a href="#lag" class="head" onClick={show('lag', [...sink.stops.values()][0] ?? null)} aria-label={`Function ${name}: show its lag`}>
        <text x={x} y={14}>{first}</text>
        <text x={x} y={28}>{second}</text>
      </a>
      <g aria-hidden="true">
        {picture.topics.map(({ node, row }) => {
          const id = sink.stops.get(node.id);
          if (id === undefined) return null;
          const mapping = mappings.get(id ?? '');
          return <Stop key={node.id} mapping={mapping} x={x} y={geometry.y(row)} onClick={show('lag', id)} />;
        })}
      </g>
      <a href="#health" class={`box store ${level}`} onClick={show('health')} aria-label={`${store}: show its server`}>
        <rect x={x - 42} y={geometry.bottom} width={84} height={28} rx={8} />
        <text x={x} y={geometry.bottom + 18}>{store.length > 13 ? `${store.slice(0, 12)}…` : store}</text>
        <title>{store}</title>
      </a>
    </g>
  );
}

function Stop({ mapping, x, y, onClick }: { mapping: MappingFlow | undefined; x: number; y: number; onClick: (event: Event) => void }) {
  const level = mapping ? levelOf(mapping) : 'unknown';
  const lag = mapping?.lag ?? null;
  const passes = mapping?.perSecond === null || mapping === undefined ? '?' : rate(mapping.perSecond);
  const waits = mapping?.failing ? 'fails' : lag === null ? '' : lag > 0 ? `+${brief(lag)}` : '';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only; the table of the lag panel has a button for each mapping
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <g class={`stop ${level}`} onClick={onClick}>
      <rect x={x - STOP.width / 2} y={y - STOP.height / 2} width={STOP.width} height={STOP.height} rx={10} />
      <text class={waits ? 'left' : ''} x={waits ? x - STOP.width / 2 + 8 : x} y={y + 4}>{passes}</text>
      {waits && <text class="waits" x={x + STOP.width / 2 - 8} y={y + 4}>{waits}</text>}
      <title>
        {mapping
          ? `${mapping.id}: ${passes}, ${lag === null ? 'lag not known' : `${lag} wait`}${mapping.lagSeconds === null ? '' : `, ${seconds(mapping.lagSeconds)}`}${mapping.problem ? `. ${mapping.problem}` : ''}`
          : 'not known'}
      </title>
    </g>
  );
}

/** "upsertIntoDynamodb" as "upsertInto" and "Dynamodb". */
function twoLines(name: string): [string, string] {
  const words = name.split(/(?=[A-Z])/);
  if (words.length < 2) return ['', name];
  const last = words.pop() as string;
  return [words.join(''), last];
}
