/** Where a release can be installed, in the order in which it goes there. */
export const environmentNames = ['dev', 'staging', 'production'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** The chart's release, its namespace, and the file with what differs in an environment. */
export const release = { name: 'suffrage', namespace: 'apps', chart: 'helm/suffrage' } as const;

export const valuesFile = (environment: EnvironmentName) => `${release.chart}/values-${environment}.yaml`;

/** What make images builds, and the chart asks for. */
export const images = ['ingestion', 'processor', 'aggregator', 'registrar', 'web', 'tools'] as const;

/** A cluster of an environment, with the suite in it. */
export type Installation = {
  readonly name: string;
  readonly environment: EnvironmentName;
  /** Of two regions the one that stands by when it is installed for the first time. */
  readonly isSecond: boolean;
};

const only = (environment: EnvironmentName): Installation => ({
  name: environment,
  environment,
  isSecond: false,
});
/** In the order in which a release comes to them. */
export const installations: readonly Installation[] = [
  only('dev'),
  only('staging'),
  // Nobody votes there: what can't be installed is seen before it reaches who does.
  { name: 'production-2', environment: 'production', isSecond: true },
  only('production'),
];

export const installationsOf = (environment: EnvironmentName) =>
  installations.filter(one => one.environment === environment);

/** What the chart must know of the infrastructure: `make infra-values` writes it. */
export const infrastructureFile = ({ name }: Installation) => `gitops/infrastructure/${name}.yaml`;

/** Each cluster has the context of its name: no command can reach another by a forgotten setting. */
export const contextOf = ({ name }: Pick<Installation, 'name'>) => `suffrage-${name}`;

/** Where kubectl and helm find it. */
export const helmPlace = (installation: Installation) => [
  '--kube-context',
  contextOf(installation),
  '--namespace',
  release.namespace,
];
