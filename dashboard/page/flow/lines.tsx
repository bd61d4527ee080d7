import type { MappingFlow } from '../../contract.ts';
import { levelOf } from '../live/level.ts';
import { type Geometry, inLine, outLine, rowLine } from './geometry.ts';
import type { Picture } from './layout.ts';

interface Props {
  picture: Picture;
  geometry: Geometry;
  mappings: ReadonlyMap<string, MappingFlow>;
  rates: ReadonlyMap<string, number | null>;
}

/** The lines between topics, functions and sinks. A line is thicker the more records pass. */
export function Lines({ picture, geometry, mappings, rates }: Props) {
  const topics = new Map(picture.topics.map((topic) => [topic.node.id, topic]));
  return (
    <g class="lines">
      {picture.topics.map((topic) => {
        const path = rowLine(geometry, topic, picture);
        const width = thickness(rates.get(topic.node.name));
        return (
          path && (
            <path key={topic.node.id} class={`line ${colourOf(topic.node.domain)}`} d={path} stroke-width={width} />
          )
        );
      })}
      {picture.steps.flatMap((step) => {
        const mapping = mappings.get(step.mapping ?? '');
        const level = mapping ? levelOf(mapping) : 'unknown';
        const colour = level === 'bad' || level === 'warn' ? level : colourOf(step.node.domain);
        return [
          ...step.inputs.map((input) => {
            const topic = topics.get(input.id);
            if (topic === undefined) return null;
            return (
              <path
                key={`${input.id} ${step.node.id}`}
                class={`line ${colour}`}
                d={inLine(geometry, topic, step)}
                stroke-width={thickness(mapping?.perSecond)}
              />
            );
          }),
          ...step.outputs.map((output) => {
            const topic = topics.get(output.id);
            if (topic === undefined) return null;
            return (
              <path
                key={`${step.node.id} ${output.id}`}
                class={`line ${colourOf(topic.node.domain)}`}
                d={outLine(geometry, step, topic)}
                stroke-width={thickness(rates.get(output.name))}
              />
            );
          }),
        ];
      })}
    </g>
  );
}

/** 1 px for nothing or for what isn't known, 4 px for a thousand a second. */
function thickness(perSecond: number | null | undefined): number {
  return 1 + Math.min(4, Math.log10(1 + (perSecond ?? 0)));
}

const COLOURS = ['fleet', 'orders', 'logins'];

/** Each domain of the reference has its colour; any other has the colour of the rest. */
export function colourOf(domain: string | null): string {
  return domain !== null && COLOURS.includes(domain) ? `of-${domain}` : 'of-others';
}
