/** A small seeded generator (mulberry32): the same demonstration each time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How one ballot is sent. `again`: further copies, at the same moment or after the receipt. */
export type Sending = {
  readonly ballot: number;
  readonly transport: 'rest' | 'grpc';
  /** Which of the ingestion processes takes it first. */
  readonly ingestion: number;
  readonly again: { readonly copies: number; readonly when: 'together' | 'later' } | undefined;
};

const REPEATED_SHARE = 0.05;

/** Every ballot once, in random order, half over each transport, about 5 % sent twice or more. */
export function planSendings(ballots: number, ingestions: number, random: () => number): Sending[] {
  const order = Array.from({ length: ballots }, (_, ballot) => ballot);
  for (let last = ballots - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order.map(ballot => ({
    ballot,
    transport: random() < 0.5 ? 'rest' : 'grpc',
    ingestion: Math.floor(random() * ingestions),
    again:
      random() < REPEATED_SHARE
        ? { copies: 1 + Math.floor(random() * 3), when: random() < 0.5 ? 'together' : 'later' }
        : undefined,
  }));
}
