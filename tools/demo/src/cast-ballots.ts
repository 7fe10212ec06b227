import { castVote } from '@suffrage/client/cast-vote';
import { fetchToken } from '@suffrage/client/fetch-token';
import { grpcTransport } from '@suffrage/client/grpc-transport.node';
import { prepareVote } from '@suffrage/client/prepare-vote';
import { restTransport, type SignedBallot, type Transport } from '@suffrage/client/transport';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { Receipt } from '@suffrage/contracts/receipt';
import type { MarkedOptions } from '@suffrage/contracts/selections';
import type { LocalStack } from './local-stack.ts';
import type { Sending } from './plan.ts';

/** What the casting came to. Latencies in milliseconds, one for each first send of a vote, with its token at hand. */
export type Cast = {
  readonly latencies: number[];
  /** Votes with a receipt. */
  accepted: number;
  /** Copies sent beyond the first. */
  copies: number;
  /** Attempts that the client had to repeat. */
  retries: number;
  /** Distinct places on the log that receipts name: more than votes where copies were appended again. */
  readonly places: Set<string>;
  readonly problems: string[];
};

type Options = {
  readonly stack: LocalStack;
  readonly definition: ElectionDefinition;
  readonly sendings: readonly Sending[];
  readonly markedBy: (ballot: number) => MarkedOptions;
  readonly voters: number;
  readonly onProgress: (cast: Cast) => void;
};

/** Many voters at once: each prepares, gets a token, casts over REST or gRPC, and some cast again. */
export async function castBallots({
  stack,
  definition,
  sendings,
  markedBy,
  voters,
  onProgress,
}: Options): Promise<Cast> {
  const { transports, close } = openTransports(stack);
  const cast: Cast = { latencies: [], accepted: 0, copies: 0, retries: 0, places: new Set(), problems: [] };
  const note = (receipt: Receipt) => cast.places.add(`${receipt.partition}/${receipt.offset}`);

  const castOne = async (sending: Sending) => {
    const voter = definition.mode === 'pseudonymous' ? `voter ${sending.ballot}` : undefined;
    const ballot = await signBallot(stack.registrarUrl, definition, markedBy(sending.ballot), voter);
    const send = async (copy: number) => {
      const ways = transports[sending.transport];
      const transport = ways[(sending.ingestion + copy) % ways.length];
      if (!transport) throw new Error('there is no ingestion process');
      const begun = performance.now();
      const result = await castVote(transport, ballot);
      if (copy === 0) cast.latencies.push(performance.now() - begun);
      else cast.copies += 1;
      cast.retries += result.attempts - 1;
      if (result.status === 'accepted') note(result.receipt);
      else
        cast.problems.push(
          result.status === 'refused'
            ? `refused: ${result.refusal.code}`
            : `without a receipt: ${result.status}`,
        );
      return result.status === 'accepted';
    };
    const { copies = 0, when } = sending.again ?? {};
    const together = when === 'together' ? copies : 0;
    const results = await Promise.all(Array.from({ length: together + 1 }, (_, copy) => send(copy)));
    for (let copy = together + 1; copy <= copies; copy += 1) await send(copy);
    if (results.some(Boolean)) cast.accepted += 1;
    onProgress(cast);
  };

  const queue = sendings.values();
  const voter = async () => {
    for (const sending of queue) await castOne(sending);
  };
  try {
    await Promise.all(Array.from({ length: voters }, voter));
  } finally {
    close();
  }
  return cast;
}

/** A marked ballot with its own token, blind-signed in `secret` elections. @throws Error when the registrar refuses. */
export async function signBallot(
  registrarUrl: string,
  definition: ElectionDefinition,
  marked: MarkedOptions,
  voter?: string,
): Promise<SignedBallot> {
  const prepared = prepareVote(definition, marked);
  if (!prepared.ok) throw new Error(`a ballot does not fit: ${prepared.code} at ${prepared.field ?? ''}`);
  const issued = await fetchToken(registrarUrl, prepared.vote, voter);
  if (!issued.ok) throw new Error(`the registrar refuses a token: ${issued.code}`);
  return { vote: prepared.vote, token: issued.token };
}

function openTransports({ ingestionUrls, grpcAddresses }: LocalStack) {
  const grpc = grpcAddresses.map(grpcTransport);
  const transports: Readonly<Record<Sending['transport'], readonly Transport[]>> = {
    rest: ingestionUrls.map(restTransport),
    grpc: grpc.map(({ transport }) => transport),
  };
  const close = () => {
    for (const one of grpc) one.close();
  };
  return { transports, close };
}
