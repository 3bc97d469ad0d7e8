import type { JSX } from "preact";
import { useId } from "preact/hooks";

export interface SelectProps {
  label: string;
  value: string;
  /** Values with what they are called. */
  options: [string, string][];
  onPick: (value: string) => void;
}

/** One of a few words. A value of the address that is none of them shows as it is. */
export function Select({ label, value, options, onPick }: SelectProps): JSX.Element {
  const id = useId();
  const known = options.some(([v]) => v === value);
  return (
    <span class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onPick(e.currentTarget.value)}>
        {!known && <option value={value}>{value}</option>}
        {options.map(([v, name]) => (
          <option key={v} value={v}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}
