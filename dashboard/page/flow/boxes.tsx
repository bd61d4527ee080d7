import type { MappingFlow } from '../../contract.ts';
import { choose, goTo } from '../live/chosen.ts';
import { levelOf } from '../live/level.ts';
import { follow } from '../live/live.ts';
import { brief, NOT_KNOWN, rate, seconds } from '../text/format.ts';
import { STEP, TOPIC } from './geometry.ts';
import type { PlacedStep, PlacedTopic } from './layout.ts';
import { colourOf } from './lines.tsx';

/** A topic, with the records that are written to it each second. A click follows it. */
export function TopicBox({ topic, x, y, perSecond }: { topic: PlacedTopic; x: number; y: number; perSecond: number | null | undefined }) {
  const { name, domain } = topic.node;
  const open = (event: Event) => {
    event.preventDefault();
    follow(name);
    goTo('tail');
  };
  return (
    <a href="#tail" class="box topic" onClick={open} aria-label={`Topic ${name}, ${rate(perSecond)}: show its records`}>
      <rect x={x} y={y - TOPIC.height / 2} width={TOPIC.width} height={TOPIC.height} rx={6} />
      <rect class={`mark ${colourOf(domain)}`} x={x} y={y - TOPIC.height / 2 + 5} width={3} height={TOPIC.height - 10} rx={1.5} />
      <text x={x + 10} y={y + 4}>
        {fitted(name, 21)}
      </text>
      <text class="number" x={x + TOPIC.width - 8} y={y + 4}>
        {rate(perSecond) === NOT_KNOWN ? '?' : rate(perSecond)}
      </text>
      <title>{`${name}: ${rate(perSecond)}`}</title>
    </a>
  );
}

/** A function between topics, with what its mapping does. A click shows its lag. */
export function StepBox({ step, x, y, mapping }: { step: PlacedStep; x: number; y: number; mapping: MappingFlow | undefined }) {
  const { name } = step.node;
  const says = mapping ? saysOf(mapping) : step.inputs.length > 0 ? NOT_KNOWN : 'by schedule';
  const open = (event: Event) => {
    event.preventDefault();
    choose({ mapping: step.mapping });
    goTo('lag');
  };
  return (
    <a
      href="#lag"
      class={`box step ${mapping ? levelOf(mapping) : 'unknown'}`}
      onClick={open}
      aria-label={`Function ${name}, ${says}: show its lag`}
    >
      <rect x={x} y={y - STEP.height / 2} width={STEP.width} height={STEP.height} rx={8} />
      <text class="strong" x={x + STEP.width / 2} y={y - 2}>
        {fitted(name, 19)}
      </text>
      <text class="small" x={x + STEP.width / 2} y={y + 11}>
        {says}
      </text>
      <title>{mapping?.problem ?? [name, ...step.stores.map((store) => store.name)].join(', ')}</title>
    </a>
  );
}

/** "98/s", "98/s +1,200 12 s", "failing" */
function saysOf(mapping: MappingFlow): string {
  const { failing, perSecond, lag, lagSeconds } = mapping;
  const passes = rate(perSecond) === NOT_KNOWN ? '?' : rate(perSecond);
  if (failing) return `failing, +${brief(lag)}`;
  if (lag === null) return `${passes}, lag not known`;
  return lag === 0 ? passes : `${passes} +${brief(lag)}${lagSeconds === null || lagSeconds < 1 ? '' : ` · ${seconds(lagSeconds)}`}`;
}

/** A name with its middle left out where it is too long for its box. */
export function fitted(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 6)}…${name.slice(-5)}`;
}
