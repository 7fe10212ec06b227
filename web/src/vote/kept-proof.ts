import type { Proof } from '@suffrage/client/browser';

/** From the provider's answer to the ballot. In memory only: it goes with the page. */
let kept: { readonly electionId: string; readonly proof: Proof } | undefined;

export function keepIdToken(electionId: string, idToken: string): void {
  kept = { electionId, proof: { bearer: idToken } };
}

/** What a voter of this election has brought back from signing in. */
export function keptProof(electionId: string): Proof | undefined {
  return kept?.electionId === electionId ? kept.proof : undefined;
}
