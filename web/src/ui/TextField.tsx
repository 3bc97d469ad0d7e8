import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";

export interface TextFieldProps {
  label: string;
  value: string;
  placeholder?: string;
  wide?: boolean;
  onPick: (value: string) => void;
}

/** A text that holds once it is whole: on Enter, or when the field is left. */
export function TextField({ label, value, placeholder, wide, onPick }: TextFieldProps): JSX.Element {
  const [text, setText] = useState(value);
  const id = useId();
  useEffect(() => setText(value), [value]);
  const take = (): void => {
    if (text.trim() !== value) onPick(text.trim());
  };
  return (
    <span class={`field${wide ? " wide" : ""}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        value={text}
        placeholder={placeholder}
        spellcheck={false}
        autocomplete="off"
        onInput={(e) => setText(e.currentTarget.value)}
        onBlur={take}
        onKeyDown={(e) => e.key === "Enter" && take()}
      />
    </span>
  );
}
