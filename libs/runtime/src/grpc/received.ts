import { type Refusal, refuse } from '@suffrage/contracts/errors';

/** A message, or why its bytes are none. */
export type Received<Message> = { readonly ok: true; readonly message: Message } | Refusal;

/**
 * A deserializer that never throws: left to itself gRPC answers what it can't read with INTERNAL, as if it were our
 * fault, and ends the whole stream.
 */
export function receive<Message>(
  decode: (received: Uint8Array) => Message,
  maxBytes: number,
): (received: Uint8Array) => Received<Message> {
  return received => {
    if (received.length > maxBytes) return refuse('body-too-large');
    try {
      return { ok: true, message: decode(received) };
    } catch {
      return refuse('malformed-message');
    }
  };
}
