/** Prints a command's result: as JSON, or as text for a person. */
export function print(result: unknown, json: boolean | undefined, text: () => string): void {
  process.stdout.write(`${json === true ? JSON.stringify(result, null, 2) : text()}\n`);
}
