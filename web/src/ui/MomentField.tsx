// A moment that somebody types.
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { now } from "../lib/clock";
import { local, parse, utc } from "../lib/time";

export interface MomentFieldProps {
  label: string;
  /** Undefined: empty. */
  value: number | undefined;
  onPick: (ms: number | undefined) => void;
  placeholder?: string;
  /** Whether milliseconds matter; otherwise they are shown where there are any. */
  precise?: boolean;
}

export function MomentField({ label, value, onPick, placeholder = "now", precise }: MomentFieldProps): JSX.Element {
  const shown = value === undefined ? "" : local(value, precise ?? value % 1000 !== 0);
  const [text, setText] = useState(shown);
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const typing = useRef(false);
  useEffect(() => {
    if (typing.current) return; // a value that goes with the clock waits for who types
    setText(shown);
    setWrong(false);
  }, [shown]);
  const take = (): void => {
    typing.current = false;
    if (text === shown) return;
    const t = text.trim();
    const ms = t === "" ? undefined : parse(t, now());
    setWrong(t !== "" && ms === undefined);
    if (t === "" || ms !== undefined) onPick(ms);
  };
  return (
    <span class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class={shown.length > 19 ? "moment precise" : "moment"}
        value={text}
        placeholder={placeholder}
        title={value === undefined ? "YYYY-MM-DD HH:MM:SS, local; with a Z behind it UTC" : utc(value)}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        spellcheck={false}
        autocomplete="off"
        onInput={(e) => {
          typing.current = true;
          setText(e.currentTarget.value);
        }}
        onBlur={take}
        onKeyDown={(e) => e.key === "Enter" && take()}
      />
      {wrong && (
        <span id={`${id}-wrong`} class="wrong" role="alert">
          Write it as 2026-11-23 14:05
        </span>
      )}
    </span>
  );
}
