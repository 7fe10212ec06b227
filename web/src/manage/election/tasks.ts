import type { ManagedElection } from '../schemas.ts';

/** What a manager can do with an election, in the order that it comes up. */
export type Task =
  | 'publish'
  | 'open'
  | 'move'
  | 'stop'
  | 'seal'
  | 'duplicate'
  | 'rotate-keys'
  | 'annul'
  | 'erase'
  | 'remove';

/** What the registrar would not refuse for the election's phase; it decides all the same. */
export function tasksOf({
  phase,
  official,
  annulled,
  definition,
}: Pick<ManagedElection, 'phase' | 'official' | 'annulled'> & {
  readonly definition: Pick<ManagedElection['definition'], 'resultsKeys'>;
}): readonly Task[] {
  const annul: readonly Task[] = annulled ? [] : ['annul'];
  // Until the last vote is counted the keys are needed.
  const erase: readonly Task[] = official || annulled ? ['erase'] : [];
  switch (phase) {
    case 'draft':
      return ['publish', 'open', 'duplicate', 'rotate-keys', 'remove'];
    case 'scheduled':
      return ['move', 'duplicate', ...annul];
    case 'open':
      return ['move', 'stop', 'duplicate', ...annul];
    case 'closed':
      return [
        ...(official && definition.resultsKeys ? (['seal'] as const) : []),
        'duplicate',
        ...annul,
        ...erase,
      ];
    case 'sealed':
      return ['duplicate', ...annul, ...erase];
  }
}
