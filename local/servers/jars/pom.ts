import type { Artifact } from './artifacts.ts';

const HEAD = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local.servers</groupId>
  <version>1</version>
  <packaging>pom</packaging>`;

/** A pom that depends on the artifact's coordinates. */
export function artifactPom(artifact: Artifact): string {
  const exclusions = (artifact.without ?? []).map((excluded) => `<exclusion>${tags(excluded)}</exclusion>`).join('');
  const dependencies = artifact.coordinates.map(
    (coordinate) => `<dependency>${tags(coordinate)}<exclusions>${exclusions}</exclusions></dependency>`,
  );
  return `${HEAD}
  <artifactId>${artifact.name}</artifactId>
  <dependencies>
    ${dependencies.join('\n    ')}
  </dependencies>
</project>
`;
}

/** The parent pom: one run of Maven downloads all artifacts in parallel. */
export function aggregatePom(names: readonly string[]): string {
  return `${HEAD}
  <artifactId>all</artifactId>
  <modules>${names.map((name) => `<module>${name}</module>`).join('')}</modules>
</project>
`;
}

function tags(coordinate: string): string {
  const names = ['groupId', 'artifactId', 'version', 'classifier', 'type'];
  return coordinate
    .split(':')
    .map((value, index) => `<${names[index]}>${value}</${names[index]}>`)
    .join('');
}
