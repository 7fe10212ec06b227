/**
 * What an audit can find. The kinds are stable names: reports, alerts and tests rely on them. Each breaks one invariant
 * (DESIGN, "Invariants") and counts in one column of the report's table.
 */
export const findingKinds = {
  // The log and how far it has been processed.
  'offset-gap': { invariant: 'INV-7', column: 'other' },
  'beyond-log': { invariant: 'INV-7', column: 'other' },
  'wrong-progress': { invariant: 'INV-7', column: 'other' },
  'partition-in-two-databases': { invariant: 'INV-4', column: 'other' },
  'wrong-shard': { invariant: 'INV-4', column: 'other' },
  'registrar-equivocation': { invariant: 'INV-2', column: 'other' },
  // Rows against records.
  'missing-row': { invariant: 'INV-2', column: 'missing' },
  'extra-row': { invariant: 'INV-3', column: 'extra' },
  'wrong-position': { invariant: 'INV-2', column: 'different' },
  'wrong-content': { invariant: 'INV-3', column: 'different' },
  // Outcomes against the relation of allowed outcomes.
  'wrong-outcome': { invariant: 'INV-2', column: 'different' },
  'wrong-code': { invariant: 'INV-2', column: 'different' },
  'wrong-target': { invariant: 'INV-2', column: 'different' },
  'not-counted': { invariant: 'INV-2', column: 'different' },
  'database-refused': { invariant: 'INV-2', column: 'different' },
  'counted-twice': { invariant: 'INV-4', column: 'different' },
  'counted-invalid': { invariant: 'INV-3', column: 'different' },
  'counted-out-of-time': { invariant: 'INV-9', column: 'different' },
  // Sums.
  'wrong-tally': { invariant: 'INV-5', column: 'other' },
  'wrong-intake': { invariant: 'INV-5', column: 'other' },
} as const satisfies Record<string, { readonly invariant: string; readonly column: Column }>;

/** Which number of the report's table a finding adds to. */
export type Column = 'missing' | 'extra' | 'different' | 'other';
export type FindingKind = keyof typeof findingKinds;
export type Invariant = (typeof findingKinds)[FindingKind]['invariant'];

/** One thing that is wrong, and where. Never holds a choice, a token or a voter reference (INV-10). */
export type Finding = {
  readonly kind: FindingKind;
  readonly invariant: Invariant;
  /** One sentence. */
  readonly message: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly electionId?: string;
  /** Hexadecimal. */
  readonly voteId?: string;
  /** Host and name, no credentials. */
  readonly database?: string;
};

export type Place = Omit<Finding, 'kind' | 'invariant' | 'message'>;

/** Counts all findings and keeps the first ones: a broken table must not fill the memory. */
export type Findings = {
  add(kind: FindingKind, message: string, place?: Place): void;
  total(): number;
  first(): readonly Finding[];
  byKind(): Readonly<Partial<Record<FindingKind, number>>>;
  /** Findings of one partition (all partitions when it is left out) in a column. */
  inColumn(column: Column, partition?: number): number;
};

export const FINDINGS_LISTED = 100;

export function createFindings(listed = FINDINGS_LISTED): Findings {
  const first: Finding[] = [];
  const byKind: Partial<Record<FindingKind, number>> = {};
  const columns = new Map<string, number>();
  let total = 0;

  const count = (key: string) => columns.set(key, (columns.get(key) ?? 0) + 1);

  return {
    add(kind, message, place = {}) {
      const { invariant, column } = findingKinds[kind];
      total += 1;
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      count(column);
      if (place.partition !== undefined) count(`${column}/${place.partition}`);
      if (first.length < listed) first.push({ kind, invariant, message, ...place });
    },
    total: () => total,
    first: () => first,
    byKind: () => byKind,
    inColumn: (column, partition) =>
      columns.get(partition === undefined ? column : `${column}/${partition}`) ?? 0,
  };
}
