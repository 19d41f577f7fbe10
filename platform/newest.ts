/**
 * Stands for the newest of several things of one kind: whoever holds it always asks the one that counts now.
 * @param now gives the one that counts
 */
export function newestOf<T extends object>(now: () => T): T {
  return new Proxy({} as T, {
    get: (_, key) => Reflect.get(now(), key) as unknown,
    has: (_, key) => Reflect.has(now(), key),
  });
}
