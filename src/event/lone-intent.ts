/** What views show in `error` for an intent that no result followed; its record has no error. */
export const NO_RESULT = "its stream ended without a result: whether it was done is not known";
