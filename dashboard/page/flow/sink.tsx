import type { Flow, MappingFlow } from '../../contract.ts';
import { choose, goTo } from '../live/chosen.ts';
import { levelOfServer } from '../live/level.ts';
import { NOT_KNOWN } from '../text/format.ts';
import type { Geometry } from './geometry.ts';
import { Go } from './go.tsx';
import type { Picture, PlacedSink } from './layout.ts';
import { Stop } from './stop.tsx';

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
  const { name } = sink.node;
  const store = sink.stores[0]?.name ?? NOT_KNOWN;
  const server = servers.find((each) => store.toLowerCase().includes(each.name.toLowerCase()));
  const [first, second] = twoLines(name);
  const ids = [...sink.stops.values()].filter((id) => id !== null);
  const fails = ids.some((id) => mappings.get(id)?.failing);
  const show = (mapping: string | null) => {
    choose({ mapping });
    goTo('lag');
  };
  return (
    <g class="sink">
      <path class={`line ${fails ? 'bad' : 'of-store'}`} d={`M${x} ${geometry.top}V${geometry.bottom}`} />
      <Go to="lag" class="head" choose={() => choose({ mapping: ids[0] ?? null })}>
        <text x={x} y={14}>
          {first}
        </text>
        <text x={x} y={28}>
          {second}
        </text>
      </Go>
      <g>
        {picture.topics.map(({ node, row }) => {
          const id = sink.stops.get(node.id);
          if (id === undefined) return null;
          const mapping = mappings.get(id ?? '');
          return <Stop key={node.id} mapping={mapping} x={x} y={geometry.y(row)} onClick={() => show(id)} />;
        })}
      </g>
      <Go to="health" class={`box store ${levelOfServer(server?.up ?? null)}`}>
        <rect x={x - 38} y={geometry.bottom} width={76} height={28} rx={8} />
        <text x={x} y={geometry.bottom + 18}>
          {store.length > 13 ? `${store.slice(0, 12)}…` : store}
        </text>
        <title>{sink.stores.map((each) => each.name).join(', ')}</title>
      </Go>
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
