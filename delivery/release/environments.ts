/** Where a release can be installed, in the order in which it goes there. */
export const environmentNames = ['dev', 'staging', 'production'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** The chart's release, its namespace, and the file with what differs in an environment. */
export const release = { name: 'suffrage', namespace: 'apps', chart: 'helm/suffrage' } as const;

export const valuesFile = (environment: EnvironmentName) => `${release.chart}/values-${environment}.yaml`;

/** What make images builds, and the chart asks for. */
export const images = ['ingestion', 'processor', 'aggregator', 'registrar', 'web', 'tools'] as const;

/** Each environment has a cluster, and the context of that name: no command can reach another by a forgotten setting. */
export const contextOf = (environment: EnvironmentName) => `suffrage-${environment}`;
