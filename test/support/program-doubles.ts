import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs found on PATH under the names of others: what they are called with is answered here. */
export type ProgramDoubles = {
  /** For the process that is to find them. */
  readonly path: string;
  /** Every call so far, in order: the program and its arguments. */
  readonly calls: readonly (readonly string[])[];
  close(): void;
};

/** Sends its name and arguments, each ended by a zero byte, and one more; gets its exit status in a line, and what to print. */
const script = (name: string, port: number) => `#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/${port}
printf '%s\\0' ${name} "$@" '' >&3
read -r status <&3
[ "$status" = 0 ] || exec >&2
cat <&3
exit "$status"
`;
const END = '\0\0';

/** `answer` gives what a call prints; when it throws, the call fails with that message. No argument may be empty. */
export async function startProgramDoubles(
  names: readonly string[],
  answer: (call: readonly string[]) => Promise<string> | string,
): Promise<ProgramDoubles> {
  const calls: (readonly string[])[] = [];
  const reply = async (call: readonly string[]) => {
    calls.push(call);
    return `0\n${await answer(call)}`;
  };
  const server = createServer((socket: Socket) => {
    let received = '';
    socket.setEncoding('utf8').on('data', chunk => {
      received += String(chunk);
      if (!received.endsWith(END)) return;
      void reply(received.slice(0, -END.length).split('\0'))
        .catch((error: unknown) => `1\n${String(error)}`)
        .then(text => socket.end(text));
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen');
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-doubles-'));
  for (const name of names) {
    const file = join(directory, name);
    writeFileSync(file, script(name, address.port));
    chmodSync(file, 0o755);
  }
  return {
    path: `${directory}:${process.env.PATH ?? ''}`,
    calls,
    close: () => {
      server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
