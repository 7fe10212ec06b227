import { type Filter, startTcpProxy, type TcpProxy } from '@suffrage/test/tcp-proxy';

/** What is done to appends on their way; each answers whether this one is hit. */
export type AppendFaults = {
  /** The broker has appended, its acknowledgement never arrives. */
  dropAcknowledgement: () => boolean;
  /** The connection is reset when half of the request is through. */
  resetRequest: () => boolean;
};

export type KafkaProxy = TcpProxy & {
  /** In force until the next call; nothing given, nothing done. */
  inflict(faults: Partial<AppendFaults>): void;
};

const NO_FAULTS: AppendFaults = { dropAcknowledgement: () => false, resetRequest: () => false };

/** In front of one broker, which must advertise the proxy's port. */
export async function startKafkaProxy(ports: {
  readonly listen: number;
  readonly target: number;
}): Promise<KafkaProxy> {
  let faults = NO_FAULTS;
  const proxy = await startTcpProxy(ports, () => filterAppends(() => faults));
  return {
    ...proxy,
    inflict: given => {
      faults = { ...NO_FAULTS, ...given };
    },
  };
}

const PRODUCE = 0;
/** A frame is i32 size and so many bytes: of a request i16 API key, i16 version, i32 correlation ID; of an answer i32 correlation ID. */
const SIZE_BYTES = 4;
const REQUEST_HEAD_BYTES = SIZE_BYTES + 8;

function filterAppends(faults: () => AppendFaults): Filter {
  const appends = new Set<number>();
  const requests = splitFrames();
  const answers = splitFrames();
  return {
    toServer(piece) {
      const passed: Buffer[] = [];
      for (const frame of requests(piece)) {
        const isAppend = frame.length >= REQUEST_HEAD_BYTES && frame.readInt16BE(SIZE_BYTES) === PRODUCE;
        if (isAppend && faults().resetRequest()) {
          return {
            pass: Buffer.concat([...passed, frame.subarray(0, Math.ceil(frame.length / 2))]),
            reset: true,
          };
        }
        if (isAppend) appends.add(frame.readInt32BE(SIZE_BYTES + 4));
        passed.push(frame);
      }
      return { pass: Buffer.concat(passed) };
    },
    toClient(piece) {
      const kept = answers(piece).filter(frame => {
        const isAcknowledgement = appends.delete(frame.readInt32BE(SIZE_BYTES));
        return !isAcknowledgement || !faults().dropAcknowledgement();
      });
      return { pass: Buffer.concat(kept) };
    },
  };
}

/** Takes pieces as they come and gives whole frames, their sizes included. */
export function splitFrames(): (piece: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return piece => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const frames: Buffer[] = [];
    while (rest.length >= SIZE_BYTES) {
      const end = SIZE_BYTES + rest.readInt32BE(0);
      if (rest.length < end) break;
      frames.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return frames;
  };
}
