import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** The keys of the search attributes; the embedded server registers them, other servers are checked. */
export const ATTRIBUTE = {
  machineId: keyword(SEARCH_ATTRIBUTES.machineId),
  machineType: keyword(SEARCH_ATTRIBUTES.machineType),
  step: keyword(SEARCH_ATTRIBUTES.step),
  fleetRun: keyword(SEARCH_ATTRIBUTES.fleetRun),
} as const;
