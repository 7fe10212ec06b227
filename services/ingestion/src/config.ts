import { commonSettings, port, secretFile } from '@suffrage/runtime/config';
import { kafkaSettings } from '@suffrage/runtime/kafka/access';
import { servedTlsSettings } from '@suffrage/runtime/tls/settings';
import { z } from 'zod';

/** Settings of ingestion; the limits are DESIGN's, with their units in the names. */
export const settings = {
  ...commonSettings,
  ...servedTlsSettings,
  ...kafkaSettings,
  SUFFRAGE_HTTP_PORT: port.default(8080),
  SUFFRAGE_GRPC_PORT: port.default(9090),
  SUFFRAGE_METRICS_PORT: port.default(9464),
  /** Ed25519, PKCS#8 PEM: certifies the key that this process signs receipts with. */
  SUFFRAGE_RECEIPT_KEY_FILE: secretFile,
  SUFFRAGE_BODY_LIMIT_BYTES: z.coerce.number().int().min(1024).default(16_384),
  SUFFRAGE_IN_FLIGHT_VOTES: z.coerce.number().int().min(1).default(10_000),
  /** Votes that have arrived and not been looked at: some 0.1 s of work. Then others are refused, and streams not read. */
  SUFFRAGE_WAITING_VOTES: z.coerce.number().int().min(1).default(500),
  /** gRPC: votes in one call of CastVotes. */
  SUFFRAGE_VOTES_PER_CALL: z.coerce.number().int().min(1).max(10_000).default(1_000),
  /** gRPC: calls of CastVotes at the same time, from the first byte to the last of the answer. */
  SUFFRAGE_CAST_VOTES_CALLS: z.coerce.number().int().min(1).default(50),
  /** gRPC: votes of one CastVoteStream whose result the client has not taken; then its votes have to wait. */
  SUFFRAGE_VOTES_PER_STREAM: z.coerce.number().int().min(1).default(1_000),
  /** gRPC: open CastVoteStreams. */
  SUFFRAGE_CAST_VOTE_STREAMS: z.coerce.number().int().min(1).default(100),
  /** A directory of this process alone, on a volume that outlives it. Without it there is no local queue. */
  SUFFRAGE_LOCAL_QUEUE_DIRECTORY: z.string().min(1).optional(),
  SUFFRAGE_LOCAL_QUEUE_BYTES: z.coerce.number().int().min(1_048_576).default(1_073_741_824),
};
export type IngestionConfig = z.output<z.ZodObject<typeof settings>>;
