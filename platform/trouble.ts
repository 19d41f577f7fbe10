/** Something that is not as it should be: a stable code for programs, and what to do for people. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}
