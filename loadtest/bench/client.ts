/** The process that casts votes: told what to do by messages of the benchmark, so that its CPU time is its own. */
import { type Load, runLoad } from './open-loop.ts';
import { BULK, MANY, manySender, streamSender, unarySender } from './grpc-senders.ts';
import { emptyPostSender, restSender, type Sender, type Transport } from './senders.ts';
import { readVotes, type VoteSet, type VotesSource } from './votes.ts';

export type Order = {
  readonly source: VotesSource;
  readonly transport: Transport | 'empty-post';
  /** `http://127.0.0.1:8080`, or `127.0.0.1:9090` for gRPC. */
  readonly target: string;
  readonly load: Load;
};

const sets = new Map<string, VoteSet>();
const senders = new Map<string, Sender>();

function votesOf(source: VotesSource): VoteSet {
  const known = sets.get(source.path) ?? readVotes(source);
  sets.set(source.path, known);
  return known;
}

function senderFor({ source, transport, target }: Order): Sender {
  const key = `${source.path} ${transport} ${target}`;
  const votes = votesOf(source);
  const sender = senders.get(key) ?? open(transport, target, votes);
  senders.set(key, sender);
  return sender;
}

function open(transport: Order['transport'], target: string, votes: VoteSet): Sender {
  switch (transport) {
    case 'rest':
      return restSender(target, votes);
    case 'empty-post':
      return emptyPostSender(target, votes);
    case 'grpc-unary':
      return unarySender(target, votes);
    case 'grpc-many':
      return manySender(target, votes, MANY);
    case 'grpc-bulk':
      return manySender(target, votes, BULK);
    case 'grpc-stream':
      return streamSender(target, votes);
  }
}

process.on('message', (order: Order) => {
  const sender = senderFor(order);
  const { from, rate, seconds, castAgainWithin } = order.load;
  sender.prepare(from, castAgainWithin ?? Math.ceil(rate * seconds));
  void runLoad(order.load, sender).then(result => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
