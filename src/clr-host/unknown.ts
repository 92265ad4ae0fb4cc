import { IID_IUnknown } from "../constants/hosting.ts";
import { E_NOINTERFACE, S_OK } from "../constants/hresult.ts";
import { shown, text } from "../door.ts";
import { type Gate, Rule } from "./gate.ts";
import type { InterfaceOut, IUnknown } from "./interface.ts";

const IDENTIFIER = /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i;

/** References to one object, of which it has one at first. */
export class References {
  readonly #name: string;
  readonly #ended: () => void;
  #count = 1;

  /** `ended` is called when the last reference has gone. */
  constructor(name: string, ended: () => void) {
    this.#name = name;
    this.#ended = ended;
  }

  add(): number {
    this.check();
    this.#count++;
    return this.#count;
  }

  release(): number {
    this.check();
    this.#count--;
    if (this.#count === 0) this.#ended();
    return this.#count;
  }

  /** @throws Error when nobody has a reference */
  check(): void {
    if (this.#count === 0) throw new Error(`${this.#name}: its last reference has been released`);
  }
}

/** The methods that every interface has. AddRef and Release count whatever state there is. */
export function unknownMethods(
  gate: Gate,
  references: References,
  self: { readonly identifier: string; readonly object: () => IUnknown },
): IUnknown {
  return {
    QueryInterface(riid, object) {
      const identifier = text(riid, "riid").toLowerCase();
      if (!IDENTIFIER.test(identifier)) {
        throw new RangeError(`riid must look like "${IID_IUnknown}", not ${shown(riid)}`);
      }
      references.check();
      const out = new ObjectOut(object, "object");
      out.set(null);
      const admitted = gate.admit("QueryInterface", [riid, object], [out]);
      if (admitted !== S_OK) return admitted;
      if (identifier !== IID_IUnknown && identifier !== self.identifier) {
        return gate.answer(Rule.Unknown, E_NOINTERFACE);
      }
      references.add();
      out.set(self.object());
      return gate.answer(Rule.Unknown, S_OK);
    },

    AddRef() {
      gate.process.alive();
      return references.add();
    },

    Release() {
      gate.process.alive();
      return references.release();
    },
  };
}

/** An out-parameter that is an interface. */
export class ObjectOut<T> {
  readonly #out: InterfaceOut<T>;

  /** @throws TypeError for a guest address */
  constructor(out: InterfaceOut<T>, name: string) {
    if (out !== null && out !== undefined && typeof out !== "object") {
      throw new TypeError(`${name} must be { value } or null, not ${shown(out)}`);
    }
    this.#out = out;
  }

  get isThere(): boolean {
    return this.#out !== null && this.#out !== undefined;
  }

  set(value: T | null): void {
    if (this.#out !== null && this.#out !== undefined) this.#out.value = value;
  }
}
