/** What the scenarios are, without k6: the runner reckons with the same numbers as the generator. */

/** An open load: arrivals at a rate that goes from one to the other, whatever the answers do. */
export type Stage = {
  readonly seconds: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
};

export const scenarioNames = [
  'smoke',
  'steady',
  'ramp',
  'spike',
  'duplicates',
  'conflicts',
  'watchers',
  'soak',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** What a user may set. */
type Settings = {
  /** Votes per second where the scenario is at its highest. */
  readonly rate: number;
  readonly seconds: number;
};

export type Plan = {
  readonly about: string;
  /** For one machine that runs everything. */
  readonly defaults: Settings;
  readonly stages: (settings: Settings) => readonly Stage[];
  /** Votes of one voter in the file. */
  readonly votesPerVoter: number;
  /** Of ten casts so many are copies of the vote before, sent at the same moment. */
  readonly copiesInTen: number;
  readonly watchers: boolean;
};

const constant = ({ rate, seconds }: Settings): Stage[] => [
  { seconds, fromPerSecond: rate, toPerSecond: rate },
];

const plain = { stages: constant, votesPerVoter: 1, copiesInTen: 0, watchers: false };

export const plans: Readonly<Record<ScenarioName, Plan>> = {
  smoke: { ...plain, about: 'a few votes, every receipt kept', defaults: { rate: 20, seconds: 5 } },
  steady: { ...plain, about: 'one rate', defaults: { rate: 200, seconds: 30 } },
  ramp: {
    ...plain,
    about: 'from a tenth of the rate to all of it, then a fifth of the time there',
    defaults: { rate: 500, seconds: 60 },
    stages: ({ rate, seconds }) => [
      { seconds: seconds * 0.8, fromPerSecond: rate / 10, toPerSecond: rate },
      { seconds: seconds * 0.2, fromPerSecond: rate, toPerSecond: rate },
    ],
  },
  spike: {
    ...plain,
    about: 'the opening: everybody at once, then fewer and fewer',
    defaults: { rate: 500, seconds: 30 },
    stages: ({ rate, seconds }) => [
      { seconds: seconds * 0.3, fromPerSecond: rate, toPerSecond: rate },
      { seconds: seconds * 0.7, fromPerSecond: rate, toPerSecond: rate / 10 },
    ],
  },
  duplicates: {
    ...plain,
    about: '30 % of the casts are copies of votes that are under way',
    defaults: { rate: 200, seconds: 30 },
    copiesInTen: 3,
  },
  conflicts: {
    ...plain,
    about: 'four votes of each voter, other choices under revisions 1 to 4, in any order; pseudonymous',
    defaults: { rate: 200, seconds: 30 },
    votesPerVoter: 4,
  },
  watchers: {
    ...plain,
    about: 'many watch the results as server-sent events while votes come',
    defaults: { rate: 100, seconds: 30 },
    watchers: true,
  },
  soak: { ...plain, about: 'one rate for a long time', defaults: { rate: 100, seconds: 600 } },
};

/** Arrivals of all stages, rounded up: how many votes are needed at most. */
export function arrivals(stages: readonly Stage[]): number {
  return Math.ceil(
    stages.reduce(
      (sum, { seconds, fromPerSecond, toPerSecond }) => sum + (seconds * (fromPerSecond + toPerSecond)) / 2,
      0,
    ),
  );
}

/** Which vote of the file the n-th cast sends; with copies some follow each other with the same. */
export function placeOf(cast: number, copiesInTen: number): number {
  return Math.floor((cast * (10 - copiesInTen)) / 10);
}

/** How many votes and voters `casts` casts in a row touch. */
export function touched(
  casts: number,
  { copiesInTen, votesPerVoter }: Pick<Plan, 'copiesInTen' | 'votesPerVoter'>,
) {
  const votes = casts === 0 ? 0 : placeOf(casts - 1, copiesInTen) + 1;
  return { votes, voters: Math.ceil(votes / votesPerVoter) };
}
