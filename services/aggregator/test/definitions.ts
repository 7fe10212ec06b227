import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import type { KnownElection } from '../src/elections.ts';

type Ballot = Pick<ElectionDefinition, 'contests'> &
  Partial<Pick<ElectionDefinition, 'resultsPolicy' | 'closesAt' | 'privacyThreshold'>>;

/** Contest id -> option ids. */
export function ballot(contests: Readonly<Record<string, readonly string[]>>): Ballot {
  return {
    contests: Object.entries(contests).map(([id, options]) => ({
      id,
      title: { en: id },
      minSelections: 0,
      maxSelections: 1,
      options: options.map(option => ({ id: option, title: { en: option } })),
    })),
  };
}

/** An election that is open for a long time, unless `fields` say otherwise. */
export function definition(id: string, fields: Ballot): ElectionDefinition {
  return electionDefinition.parse({
    id,
    title: { en: id },
    mode: 'pseudonymous',
    eligibility: 'open',
    revote: 'last',
    opensAt: '2026-01-01T00:00:00Z',
    closesAt: '2099-01-01T00:00:00Z',
    timeZone: 'UTC',
    resultsPolicy: 'live',
    issuerName: 'issuer.example',
    tokenKeys: [{ keyId: 'a2V5', publicKey: 'a2V5' }],
    receiptKeys: [{ keyId: 'a2V5', publicKey: 'a2V5' }],
    ...fields,
  });
}

export function knownElection(id: string, fields: Ballot): KnownElection {
  const defined = definition(id, fields);
  return { definition: defined, closesAt: Date.parse(defined.closesAt), closed: false, current: true };
}
