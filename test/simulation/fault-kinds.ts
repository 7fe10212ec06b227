import type { Random } from './random.ts';
import { CALM, type Weather } from './weather.ts';

/** What can go wrong. Each seed draws its own selection: few kinds at a time reach further than all at once. */
export const faultKinds = [
  'ingestion killed',
  'ingestion frozen',
  'processor killed',
  'processor stopped',
  'processor frozen',
  'clocks wrong',
  'broker killed',
  'appends fail',
  'coordinator rebalances',
  'offsets deleted',
  'elections unreadable',
  'database crashes',
  'database sessions end',
  'database restored',
  'database refuses votes',
  'redis away',
  'redis forgets',
  'redis lies',
  'network loses',
  'network repeats',
  'foreign records',
  'log away',
  'disk fails',
] as const;
export type FaultKind = (typeof faultKinds)[number];

type Choice = { readonly spares?: readonly FaultKind[]; readonly needs?: readonly FaultKind[] };

export function chooseFaults(
  random: Random,
  { spares = [], needs = [] }: Choice = {},
): ReadonlySet<FaultKind> {
  const share = random.between(0.1, 0.6);
  // Every kind is drawn, spared or not, so that sparing one leaves the others of a seed as they were.
  const chosen = faultKinds.filter(() => random.chance(share));
  return new Set([...chosen.filter(kind => !spares.includes(kind)), ...needs]);
}

/** How bad single steps are while these faults last. */
export function weatherOf(random: Random, faults: ReadonlySet<FaultKind>): Weather {
  const when = (kind: FaultKind, most: number) => (faults.has(kind) ? random.between(0, most) : 0);
  return {
    ...CALM,
    appendLost: when('appends fail', 0.2),
    confirmationLost: when('appends fail', 0.3),
    appendFails: when('appends fail', 0.2),
    sessionLost: when('database sessions end', 0.05),
    requestLost: when('network loses', 0.2),
    answerLost: when('network loses', 0.3),
    requestRepeated: when('network repeats', 0.5),
    hintWrong: when('redis lies', 0.2),
    diskFails: when('disk fails', 0.3),
  };
}
