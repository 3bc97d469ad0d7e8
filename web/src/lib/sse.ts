// Server-sent events over fetch: EventSource can't send a token in a header,
// and a token in an address ends up in logs.

export interface Message {
  event: string;
  data: string;
  id: string;
}

/** Takes a stream of text apart into messages, as they come. */
export class Parser {
  private rest = "";
  private event = "";
  private data: string[] = [];
  private id = "";

  constructor(private readonly give: (m: Message) => void) {}

  /** Longest line that is kept: a peer that never ends one must not fill memory. */
  private static readonly longest = 1 << 20;

  push(text: string): void {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    if (this.rest.length > Parser.longest) throw new Error("a line of the event stream has no end");
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === "") {
      if (this.data.length > 0) this.give({ event: this.event || "message", data: this.data.join("\n"), id: this.id });
      this.event = "";
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.event = value;
    else if (name === "data") this.data.push(value);
    else if (name === "id") this.id = value;
  }
}
