/** tools/k6: a module of our own build of k6. */
declare module 'k6/x/sse' {
  export type Watched = {
    readonly status: number;
    readonly events: number;
    readonly bytes: number;
    /** Empty when the time was over. */
    readonly error: string;
  };

  /** Reads server-sent events until the time is over or the connection breaks; blocks its virtual user. */
  export function watch(url: string, seconds: number, onEvent: (id: string, data: string) => void): Watched;
}
