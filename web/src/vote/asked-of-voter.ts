import { type ElectionDefinition, proofOf } from '@suffrage/contracts/election';

/**
 * What a voter brings to an election. `name`: the one to go by where votes are under pseudonyms and nobody is asked who they
 * are. `session`: nothing of the voter; the page asks the registrar for one itself.
 */
export type Asked = 'nothing' | 'session' | 'code' | 'name' | 'sign-in';

export function askedOf(definition: Pick<ElectionDefinition, 'eligibility' | 'voterProof' | 'mode'>): Asked {
  const proof = proofOf(definition);
  if (proof !== undefined) return proof;
  return definition.mode === 'pseudonymous' ? 'name' : 'nothing';
}
