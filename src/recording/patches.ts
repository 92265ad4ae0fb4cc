/** Changes of objects, which can be taken back. */
export class Patches {
  readonly #undo: (() => void)[] = [];

  /** Give an object a property of its own. */
  define(object: object, name: string, property: PropertyDescriptor): void {
    const before = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { configurable: true, ...property });
    this.#undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, before);
    });
  }

  /** Something to be done when all is taken back. */
  atEnd(undo: () => void): void {
    this.#undo.push(undo);
  }

  takeBack(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }
}
