import { type Catalog, messages as english } from './en.ts';

export const messages: Catalog = english;
