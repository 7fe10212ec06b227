type Waiting<Ask, Answer> = { readonly ask: Ask; readonly done: PromiseWithResolvers<Answer> };

/**
 * Asks many things at once, one batch at a time: what arrives meanwhile, and until `gather` resolves, is the next.
 * @param options.answer one for each, in the order of the asks; when it rejects, all of them do.
 * @param options.onIdle nothing waits any more.
 */
export function inBatches<Ask, Answer>({
  most,
  gather,
  answer,
  onIdle,
}: {
  readonly most: number;
  readonly gather: () => Promise<unknown>;
  readonly answer: (asks: readonly Ask[]) => Promise<readonly Answer[]>;
  readonly onIdle?: () => void;
}): (ask: Ask) => Promise<Answer> {
  const waiting: Waiting<Ask, Answer>[] = [];
  let isDraining = false;

  const settle = async (batch: readonly Waiting<Ask, Answer>[]): Promise<void> => {
    try {
      const answers = await answer(batch.map(({ ask }) => ask));
      if (answers.length !== batch.length)
        throw new Error(`${answers.length} answers to ${batch.length} asks`);
      for (const [place, one] of answers.entries()) batch[place]?.done.resolve(one);
    } catch (error) {
      for (const { done } of batch) done.reject(error);
    }
  };
  const drain = async (): Promise<void> => {
    isDraining = true;
    while (waiting.length > 0) {
      await gather();
      await settle(waiting.splice(0, most));
    }
    isDraining = false;
    onIdle?.();
  };

  return ask => {
    const done = Promise.withResolvers<Answer>();
    waiting.push({ ask, done });
    if (!isDraining) void drain();
    return done.promise;
  };
}
