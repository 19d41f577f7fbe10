/** What a message says, or `null` when it is not JSON: a stranger's message must not stop us. */
export function parsedJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return null;
  }
}
