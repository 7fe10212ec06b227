import { createContext, use } from 'react';
import type { Faults } from './form.ts';
import { sayFault } from './say-fault.ts';

/** What is wrong with the draft that is being written, once somebody has tried to save it. */
export const FaultsContext = createContext<Faults>(new Map());

/** In words; `undefined` where nothing is wrong. */
export function useFault(place: string): string | undefined {
  const fault = use(FaultsContext).get(place);
  return fault === undefined ? undefined : sayFault(fault);
}

/** The id of the element that a fault of this place is shown at. */
export const fieldId = (place: string): string => `field-${place.replaceAll('.', '-')}`;
