import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Probe {
  exec: { command: string[] };
}
interface Container {
  image: string;
  command: string[];
  volumeMounts: { mountPath: string }[];
  securityContext: { allowPrivilegeEscalation: boolean; capabilities: { drop: string[] } };
  startupProbe: Probe;
  readinessProbe: Probe;
}
interface Pod {
  securityContext: { runAsNonRoot: boolean; runAsUser: number };
  containers: Container[];
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  data: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own fields; npm run test:long -- kubernetes checks them
  spec: any;
}

const manifests = globSync('containers/kubernetes/*.yaml', { cwd: ROOT }).flatMap((path) =>
  parseAllDocuments(read(path)).map((document) => document.toJS() as Manifest),
);
const of = (kind: string) => {
  const found = manifests.find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`containers/kubernetes has no ${kind}`);
  return found;
};
const pod: Pod = of('Deployment').spec.template.spec;
const [container] = pod.containers as [Container];

test('the container runs without rights that it needs not, from an image with a version', () => {
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(container.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  expect(container.image).toMatch(/:\d+\.\d+\.\d+$/);
});

test('the probes are the health check of docker-compose.yml', () => {
  const { services } = parse(read('docker-compose.yml'), { merge: true });
  const [, ...command] = services.pipeline.healthcheck.test;

  expect([container.startupProbe.exec.command, container.readinessProbe.exec.command]).toEqual([command, command]);
});

test('the pipeline attaches to the file of addresses, and may connect to each of them', () => {
  const [file = '', text = ''] = Object.entries(of('ConfigMap').data)[0] ?? [];
  const ports = Object.values(JSON.parse(text) as Record<string, string>).map((address) =>
    Number(/:(\d+)(?:\/|$)/.exec(address)?.[1]),
  );
  const { egress } = of('NetworkPolicy').spec as { egress: { ports: { port: number }[] }[] };
  const open = egress.flatMap((rule) => rule.ports.map(({ port }) => port)).filter((port) => port !== 53);

  expect(container.command).toContain(`${container.volumeMounts[0]?.mountPath}/${file}`);
  expect(new Set(open)).toEqual(new Set(ports));
});

test('KEDA scales the Deployment by groups of mappings, to no more pods than partitions', () => {
  const { scaleTargetRef, maxReplicaCount, triggers } = of('ScaledObject').spec;
  const groups = globSync('functions/*/functions.yml', { cwd: ROOT }).map(read).join('\n');
  const unknown = triggers
    .map(({ metadata }: { metadata: { consumerGroup: string } }) => metadata.consumerGroup)
    .filter(
      (group: string) =>
        !groups.includes(`consumerGroupId: ${group} `) && !groups.includes(`consumerGroupId: ${group}\n`),
    );
  const { Resources } = parse(read('resources/kafka/topics.yml'), {
    customTags: [
      { tag: '!Ref', resolve: String },
      { tag: '!Base64', resolve: String },
    ],
  }) as { Resources: Record<string, { Properties: { TopicName: string; PartitionCount: number } }> };
  const partitions = Object.values(Resources)
    .filter(({ Properties }) =>
      triggers.some(({ metadata }: { metadata: { topic: string } }) => metadata.topic === Properties.TopicName),
    )
    .map(({ Properties }) => Properties.PartitionCount);

  expect(scaleTargetRef.name).toBe(of('Deployment').metadata.name);
  expect(unknown).toEqual([]);
  expect(partitions).toHaveLength(triggers.length);
  expect(maxReplicaCount).toBeLessThanOrEqual(Math.max(...partitions));
});

test('the disruption budget and the network policy are about the pods of the Deployment', () => {
  const labels = of('Deployment').spec.template.metadata.labels;

  expect(of('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
  expect(of('NetworkPolicy').spec.podSelector.matchLabels).toEqual(labels);
});
