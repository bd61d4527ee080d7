import type { MappingFlow } from '../../contract.ts';
import { choose } from '../live/chosen.ts';
import { levelOf } from '../live/level.ts';
import { follow } from '../live/live.ts';
import { brief, NOT_KNOWN, rate, seconds } from '../text/format.ts';
import { STEP, TOPIC } from './geometry.ts';
import { Go } from './go.tsx';
import type { PlacedStep, PlacedTopic } from './layout.ts';
import { colourOf } from './lines.tsx';

interface TopicProps {
  topic: PlacedTopic;
  x: number;
  y: number;
  perSecond: number | null | undefined;
}

/** A topic, with the records that are written to it each second. A click follows it. */
export function TopicBox({ topic, x, y, perSecond }: TopicProps) {
  const { name, domain } = topic.node;
  const { width, height } = TOPIC;
  const says = `${name}: ${rate(perSecond)}`;
  return (
    <Go to="tail" class="box topic" choose={() => follow(name)}>
      <rect x={x} y={y - height / 2} width={width} height={height} rx={6} />
      <rect class={`mark ${colourOf(domain)}`} x={x} y={y - height / 2 + 5} width={3} height={height - 10} rx={1.5} />
      <text x={x + 10} y={y + 4}>
        {fitted(name, 21)}
      </text>
      <text class="number" x={x + width - 8} y={y + 4}>
        {shortRate(perSecond)}
      </text>
      <title>{says}</title>
    </Go>
  );
}

interface StepProps {
  step: PlacedStep;
  x: number;
  y: number;
  mapping: MappingFlow | undefined;
}

/** A function between topics, with what its mapping does. A click shows its lag. */
export function StepBox({ step, x, y, mapping }: StepProps) {
  const { name } = step.node;
  const level = mapping ? levelOf(mapping) : 'unknown';
  const says = mapping ? saysOf(mapping) : step.inputs.length > 0 ? NOT_KNOWN : 'by schedule';
  const middle = x + STEP.width / 2;
  return (
    <Go to="lag" class={`box step ${level}`} choose={() => choose({ mapping: step.mapping })}>
      <rect x={x} y={y - STEP.height / 2} width={STEP.width} height={STEP.height} rx={8} />
      <text class="strong" x={middle} y={y - 2}>
        {fitted(name, 19)}
      </text>
      <text class="small" x={middle} y={y + 11}>
        {says}
      </text>
      <title>{`${name}: ${mapping?.problem ?? says}`}</title>
    </Go>
  );
}

/** "98/s", "98/s +1,200 12 s", "failing" */
function saysOf(mapping: MappingFlow): string {
  const { failing, perSecond, lag, lagSeconds } = mapping;
  if (failing) return `failing, +${lag === null ? '?' : brief(lag)}`;
  const passes = shortRate(perSecond);
  if (lag === null) return `${passes}, lag not known`;
  if (lag === 0) return passes;
  return `${passes} +${brief(lag)}${lagSeconds === null || lagSeconds < 1 ? '' : ` · ${seconds(lagSeconds)}`}`;
}

/** A rate where there is no room for "not known". */
export function shortRate(perSecond: number | null | undefined): string {
  return perSecond === null || perSecond === undefined ? '?' : rate(perSecond);
}

/** A name with its middle left out where it is too long for its box. */
export function fitted(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 6)}…${name.slice(-5)}`;
}
