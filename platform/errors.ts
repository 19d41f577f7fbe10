/**
 * What the world did to us: a cable, a disk, a port, a wrong file. It has a stable `code` for programs, a
 * sentence for people that says what to change, and the library's own error as `cause`. A bug is an assertion
 * instead, and stops the process.
 */
export class OperationalError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "OperationalError";
    this.code = code;
  }
}

/** The system's or library's own code of a failure (`EADDRINUSE`, `SQLITE_BUSY`), or `null`. */
export function systemCode(error: unknown): string | null {
  const code = error instanceof Error ? (error as Error & { readonly code?: unknown }).code : null;
  return typeof code === "string" ? code : null;
}

/** One line that says what went wrong, for a log or a reply; never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
