import type { Problem } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { ApiError } from './getJson.js';

/**
 * Why a request failed, to be shown where it was made.
 * @throws the error itself where it is not an ApiError: then the fault is the page's own
 */
export function refusalOf(error: unknown): Problem {
  if (!(error instanceof ApiError)) throw error;
  return error.problem ?? { type: 'about:blank', title: t('error.network'), status: 0 };
}
