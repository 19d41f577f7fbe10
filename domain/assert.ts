/** Stops on a bug: something that cannot be unless our own code is wrong. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`A bug: ${message}`);
}
