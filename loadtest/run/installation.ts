import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PublicKey } from '@suffrage/contracts/election';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { type LocalStack, openLocalStack } from '@suffrage/demo/local-stack';
import { secretFiles } from '@suffrage/stack/secrets';
import { startSuite } from '@suffrage/test/suite';

/** What a load is sent to. */
export type Installation = {
  readonly stack: LocalStack;
  /** What its ingestion certifies receipts with. */
  readonly receiptKeys: readonly PublicKey[];
  /** Removes one that was started for the run; leaves a running one alone. */
  stop(): Promise<void>;
};

/** One for this run alone: real processes, free ports, a directory that is removed at the end. */
export async function startOwn(): Promise<Installation> {
  const suite = await startSuite({ counts: { ingestion: 1, processor: 1, aggregator: 1, web: 0 } });
  const { receiptPublicKeys } = suite.infrastructure.secrets;
  return { stack: suite.stack, receiptKeys: readReceiptKeys(receiptPublicKeys), stop: suite.stop };
}

/** What `make up` has started. @throws Error when it is not up. */
export function useRunning(dataDirectory: string): Installation {
  const stack = openLocalStack(dataDirectory);
  const { receiptPublicKeys } = secretFiles(dataDirectory);
  return { stack, receiptKeys: readReceiptKeys(receiptPublicKeys), stop: async () => undefined };
}

function readReceiptKeys(file: string): PublicKey[] {
  const blocks =
    readFileSync(file, 'utf8').match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  return blocks.map(block => publishedKey(createPublicKey(block)));
}
