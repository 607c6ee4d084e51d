/** What a command leaves: its exit code, and text for the standard output, or for the error when it failed. */
export type CommandResult = { readonly code: number; readonly text: string };
