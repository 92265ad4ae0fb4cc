/**
 * Do something with every item, some of them at a time, and give the results in the order of the
 * items.
 *
 * @param ahead how many may be begun before the first of them is done; it bounds what is held
 * @param act must not reject: the others would go on unheard
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  ahead: number,
  act: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  for (const item of items) {
    begun.push(act(item));
    if (begun.length === ahead) yield begun.shift() as Promise<Result>;
  }
  for (const result of begun) yield await result;
}
