/**
 * `TYPE: message`, and below it the stack as the engine has it, innermost call first.
 *
 * @param {unknown} error
 */
export function inWords(error: unknown): string;
