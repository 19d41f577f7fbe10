/**
 * How messages come in past the bus, where the broker is in this process: each is handed over before its sender is told
 * that the broker has it, which is when what `take` returns resolves. It gives the way to shut it.
 */
export type Door = (filter: string, take: (topic: string, payload: Buffer) => Promise<void>) => () => void;
