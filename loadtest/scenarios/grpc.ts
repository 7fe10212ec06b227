import { Client, type Response, StatusDeadlineExceeded, StatusOK, StatusUnavailable } from 'k6/net/grpc';
import type { CastVoteBody } from '@suffrage/contracts/vote-request';
import type { Answer } from './answer.ts';
import { electionId, protoDirectory } from './environment.ts';

const METHOD = 'suffrage.v1.VoteService/CastVote';

/** One connection for each virtual user, to the process that takes its first cast. */
const client = new Client();
client.load([protoDirectory], 'suffrage/v1/vote_service.proto');
let connected = false;

export function castOverGrpc(address: string, body: ArrayBuffer, keepReceipt: boolean): Answer {
  if (!connected) client.connect(address, { plaintext: true });
  connected = true;
  const begun = Date.now();
  const response = client.invoke(METHOD, toRequest(body), {
    timeout: '10s',
    discardResponseMessage: !keepReceipt,
  });
  const millis = Date.now() - begun;
  if (response.status !== StatusOK)
    return { kind: kindOf(response.status), millis, code: String(response.status) };
  return { kind: 'accepted', millis, ...(keepReceipt ? readAnswer(response) : {}) };
}

function kindOf(status: number): Answer['kind'] {
  if (status === StatusUnavailable) return 'busy';
  return status === StatusDeadlineExceeded ? 'unknown' : 'refused';
}

/** The same fields; bytes may be base64url in the JSON form of protobuf. */
function toRequest(body: ArrayBuffer): object {
  const vote: CastVoteBody = JSON.parse(String.fromCharCode(...new Uint8Array(body)));
  const selections = Object.entries(vote.selections).map(([contestId, optionIds]) => ({
    contestId,
    optionIds,
  }));
  return { ...vote, electionId, selections };
}

type Message = {
  readonly receipt: {
    readonly voteId: string;
    readonly timestamp: string;
    readonly path: readonly string[];
    readonly signature: string;
    readonly certificate: {
      readonly publicKey: string;
      readonly receiptKeyId: string;
      readonly signature: string;
    };
  } | null;
};

/** The receipt as REST gives it. */
function readAnswer(response: Response): Partial<Answer> {
  // The schema that was loaded above says so.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { receipt } = response.message as Message;
  if (!receipt) return { kind: 'local' };
  const { certificate } = receipt;
  const written = {
    ...receipt,
    voteId: base64url(receipt.voteId),
    timestamp: Number(receipt.timestamp),
    path: receipt.path.map(base64url),
    signature: base64url(receipt.signature),
    certificate: {
      ...certificate,
      publicKey: base64url(certificate.publicKey),
      receiptKeyId: base64url(certificate.receiptKeyId),
      signature: base64url(certificate.signature),
    },
  };
  return { receipt: JSON.stringify(written) };
}

function base64url(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
