/**
 * How bad things are at this moment, as probabilities for each single step. All fakes look at the same weather; healing
 * makes it calm. What happens to whole machines is in `faults.ts`.
 */
export type Weather = {
  /** A batch for a broker gets lost on its way, and is sent again by the producer after a while. */
  appendLost: number;
  /** The broker's confirmation gets lost, and the producer asks again after a while. */
  confirmationLost: number;
  /** The producer gives up with an error; the batch may have been appended, may be later, or never. */
  appendFails: number;
  /** A database session breaks at a statement, before or after it was carried out: also at `commit`. */
  sessionLost: number;
  requestLost: number;
  answerLost: number;
  /** A request arrives once more, some time later. */
  requestRepeated: number;
  /** A single hint is wrong: a counted vote looks uncounted, or the other way round. */
  hintWrong: number;
  /** A write to the disk of a local queue is refused; it may have been done all the same. */
  diskFails: number;
};

export const CALM: Weather = {
  appendLost: 0,
  confirmationLost: 0,
  appendFails: 0,
  sessionLost: 0,
  requestLost: 0,
  answerLost: 0,
  requestRepeated: 0,
  hintWrong: 0,
  diskFails: 0,
};
