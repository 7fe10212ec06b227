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
  // Receipts, as far as they are supplied.
  'acknowledged-missing': { invariant: 'INV-1', column: 'other' },
  'receipt-invalid': { invariant: 'INV-8', column: 'other' },
  'receipt-mismatch': { invariant: 'INV-8', column: 'other' },
  'acknowledged-out-of-time': { invariant: 'INV-9', column: 'other' },
  'acknowledged-invalid': { invariant: 'INV-3', column: 'other' },
  // What the registrar states, as far as it is supplied.
  'more-counted-than-issued': { invariant: 'INV-3', column: 'other' },
  'more-issued-than-roll': { invariant: 'INV-3', column: 'other' },
  'issued-count-invalid': { invariant: 'INV-3', column: 'other' },
  'issued-count-missing': { invariant: 'INV-3', column: 'other' },
  // The record of what managers have done, as far as it is supplied.
  'action-changed': { invariant: 'INV-14', column: 'other' },
  'action-missing': { invariant: 'INV-14', column: 'other' },
  'action-chain-broken': { invariant: 'INV-14', column: 'other' },
  // Sums.
  'wrong-tally': { invariant: 'INV-5', column: 'other' },
  'wrong-intake': { invariant: 'INV-5', column: 'other' },
  'wrong-results': { invariant: 'INV-5', column: 'other' },
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

/** What one part of an audit found; plain data, so that it can pass between threads. */
export type FindingsSummary = {
  readonly total: number;
  readonly byKind: Readonly<Partial<Record<FindingKind, number>>>;
  /** Numbers of findings by column, and by column and partition. */
  readonly columns: ReadonlyMap<string, number>;
  readonly first: readonly Finding[];
};

/** Counts all findings and keeps the first ones: a broken table must not fill the memory. */
export type Findings = {
  add(kind: FindingKind, message: string, place?: Place): void;
  /** Takes over what another part found. */
  merge(other: FindingsSummary): void;
  summary(): FindingsSummary;
  total(): number;
  /** In the order of `findingKinds`, then by place. */
  first(): readonly Finding[];
  byKind(): Readonly<Partial<Record<FindingKind, number>>>;
  /** Findings of one partition (all partitions when it is left out) in a column. */
  inColumn(column: Column, partition?: number): number;
};

export const FINDINGS_LISTED = 100;

export function createFindings(listed = FINDINGS_LISTED): Findings {
  const first: Finding[] = [];
  const byKind = new Map<FindingKind, number>();
  const columns = new Map<string, number>();
  let total = 0;

  return {
    add(kind, message, place = {}) {
      const { invariant, column } = findingKinds[kind];
      total += 1;
      increase(byKind, kind, 1);
      increase(columns, column, 1);
      if (place.partition !== undefined) increase(columns, `${column}/${place.partition}`, 1);
      if (first.length < listed) first.push({ kind, invariant, message, ...place });
    },
    merge(other) {
      total += other.total;
      for (const kind of kinds) increase(byKind, kind, other.byKind[kind] ?? 0);
      for (const [column, number] of other.columns) increase(columns, column, number);
      first.push(...other.first.slice(0, listed - first.length));
    },
    summary: () => ({ total, byKind: found(byKind), columns, first }),
    total: () => total,
    first: () => first.toSorted(comparePlaces),
    byKind: () => found(byKind),
    inColumn: (column, partition) =>
      columns.get(partition === undefined ? column : `${column}/${partition}`) ?? 0,
  };
}

const kinds = Object.keys(findingKinds).filter(isKind);

function isKind(name: string): name is FindingKind {
  return Object.hasOwn(findingKinds, name);
}

function increase<Key>(numbers: Map<Key, number>, key: Key, by: number): void {
  numbers.set(key, (numbers.get(key) ?? 0) + by);
}

function found(byKind: ReadonlyMap<FindingKind, number>): Partial<Record<FindingKind, number>> {
  const numbers: Partial<Record<FindingKind, number>> = {};
  for (const kind of kinds) {
    const number = byKind.get(kind) ?? 0;
    if (number > 0) numbers[kind] = number;
  }
  return numbers;
}

function comparePlaces(a: Finding, b: Finding): number {
  return (
    kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
    (a.partition ?? -1) - (b.partition ?? -1) ||
    (a.offset ?? -1) - (b.offset ?? -1)
  );
}
