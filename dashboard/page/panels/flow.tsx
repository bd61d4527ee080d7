import { useMemo } from 'preact/hooks';
import { StepBox, TopicBox } from '../flow/boxes.tsx';
import { geometryOf } from '../flow/geometry.ts';
import { place } from '../flow/layout.ts';
import { Lines } from '../flow/lines.tsx';
import { SinkColumn } from '../flow/sink.tsx';
import { useLive } from '../live/hooks.ts';
import { Empty, Panel, Scroll } from '../parts/panel.tsx';
import { useWidth } from '../parts/use-width.ts';

/** The flow as a picture: topics, functions and stores, with what passes now. */
export function FlowPanel() {
  return (
    <Panel id="flow" title="Flow" note="records each second; +n waits; red fails, amber is late">
      <FlowPicture />
    </Panel>
  );
}

function FlowPicture() {
  const { graph, flow } = useLive('flow', 'state');
  const [box, space] = useWidth<HTMLDivElement>();
  const picture = useMemo(() => place(graph), [graph]);
  const geometry = useMemo(() => geometryOf(picture, space), [picture, space]);
  const mappings = new Map(flow.mappings.map((mapping) => [mapping.id, mapping]));
  const rates = new Map(flow.topics.map(({ topic, perSecond }) => [topic, perSecond]));
  return (
    <div class="flow-box" ref={box}>
      {picture.rows === 0 || space === 0 ? (
        <Empty>The flow is drawn as soon as the server has told it.</Empty>
      ) : (
        <Scroll label="The flow of records">
          {/* biome-ignore lint/a11y/useSemanticElements: there is no such element in SVG */}
          <svg
            class="flow"
            width={geometry.width}
            height={geometry.height}
            role="group"
            aria-label="Topics, functions and stores"
          >
            {geometry.captions.map(({ name, y }) => (
              <text key={name} class="caption" x={0} y={y}>
                {name}
              </text>
            ))}
            <Lines picture={picture} geometry={geometry} mappings={mappings} rates={rates} />
            {picture.sinks.map((sink, index) => (
              <SinkColumn
                key={sink.node.id}
                sink={sink}
                x={geometry.sinkX(index)}
                picture={picture}
                geometry={geometry}
                mappings={mappings}
                servers={flow.servers}
              />
            ))}
            {picture.steps.map((step) => (
              <StepBox
                key={step.node.id}
                step={step}
                x={geometry.stepX(step)}
                y={geometry.y(step.row)}
                mapping={mappings.get(step.mapping ?? '')}
              />
            ))}
            {picture.topics.map((topic) => (
              <TopicBox
                key={topic.node.id}
                topic={topic}
                x={geometry.topicX(topic)}
                y={geometry.y(topic.row)}
                perSecond={rates.get(topic.node.name)}
              />
            ))}
          </svg>
        </Scroll>
      )}
    </div>
  );
}
