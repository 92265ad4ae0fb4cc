import {
  baseMask,
  type Flag,
  type FlagSet,
  flagsCode,
  flagsValue,
  hasFlag,
  withBits,
} from "../calls/flag-set.ts";
import type { Field, Parameter } from "../calls/parameter.ts";
import { hex } from "../session/words.ts";
import type { Form } from "./form.ts";

interface FieldProps {
  readonly form: Form;
  readonly parameter: Parameter;
  readonly field: Field;
}

/** One field of a parameter, as its kind is put in. */
export function FieldView(props: FieldProps) {
  const { kind } = props.field;
  if (typeof kind === "string") return <TextField {...props} />;
  if ("flags" in kind) return <FlagsField {...props} set={kind.flags} />;
  return <ChoiceField {...props} choices={kind.choices} />;
}

function TextField({ form, parameter, field }: FieldProps) {
  const { label, kind, hint } = field;
  const isAddress = kind === "address";
  return (
    <div class="field">
      <label>
        {label}
        <input
          type="text"
          class="fixed"
          spellcheck={false}
          autocomplete="off"
          aria-keyshortcuts={isAddress ? "F2" : undefined}
          value={form.text(parameter, field)}
          onInput={({ currentTarget }) => form.put(parameter, field, currentTarget.value)}
          onKeyDown={(event) => {
            if (!isAddress || event.key !== "F2") return;
            event.preventDefault();
            form.putFocus(parameter, field);
          }}
        />
        {hint && <span class="quiet"> {hint}</span>}
      </label>
      {isAddress && (
        <button
          type="button"
          title="The page with the focus of the map (F2 in the field)"
          aria-label={`${label}: the page with the focus of the map`}
          onClick={() => form.putFocus(parameter, field)}
        >
          Focus
        </button>
      )}
    </div>
  );
}

interface ChoiceFieldProps extends FieldProps {
  readonly choices: readonly (readonly [title: string, code: string])[];
}

function ChoiceField({ form, parameter, field, choices }: ChoiceFieldProps) {
  return (
    <div class="field">
      <label>
        {field.label}
        <select
          value={form.text(parameter, field)}
          onChange={({ currentTarget }) => form.put(parameter, field, currentTarget.value)}
        >
          {choices.map(([title, code]) => (
            <option key={code} value={code}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function FlagsField({ form, parameter, field, set }: FieldProps & { readonly set: FlagSet }) {
  const text = form.text(parameter, field);
  const value = flagsValue(text) >>> 0;
  const put = (number: number) => form.put(parameter, field, flagsCode(number, set));
  const name = `${parameter.name}-${field.label}`;
  const base = baseMask(set);
  return (
    <fieldset class="flags">
      <legend>{field.label}</legend>
      {set.bases.length > 0 && (
        <div class="flag-row">
          {set.bases.map((flag) => (
            <label key={flag.name}>
              <input
                type="radio"
                name={name}
                checked={withBits(value, ~base, 0) === flag.value}
                onChange={() => put(withBits(value, base, flag.value))}
              />
              {flag.name}
            </label>
          ))}
        </div>
      )}
      <div class="flag-row">
        {set.bits.map((flag) => (
          <FlagBox key={flag.name} flag={flag} value={value} put={put} />
        ))}
        <label>
          ={" "}
          <input
            type="text"
            class="fixed value"
            aria-label={`${field.label} as a number`}
            spellcheck={false}
            value={hex(value)}
            onChange={({ currentTarget }) => {
              const number = Number(currentTarget.value);
              if (Number.isInteger(number)) put(number >>> 0);
            }}
          />
        </label>
      </div>
    </fieldset>
  );
}

interface FlagBoxProps {
  readonly flag: Flag;
  readonly value: number;
  readonly put: (value: number) => void;
}

function FlagBox({ flag, value, put }: FlagBoxProps) {
  return (
    <label>
      <input
        type="checkbox"
        checked={hasFlag(value, flag)}
        onChange={({ currentTarget }) => {
          put(withBits(value, flag.value, currentTarget.checked ? flag.value : 0));
        }}
      />
      {flag.name}
    </label>
  );
}
