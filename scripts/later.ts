/**
 * An action whose code is loaded when it is called: `--help`, and every other command, need none of it.
 * @param load imports a module and gives its function
 */
export function later<Args extends unknown[]>(
  load: () => Promise<(...args: Args) => Promise<void>>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const action = await load();
    await action(...args);
  };
}
