// Command gendoc writes docs/records.md from the catalogue of package record.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/virtaudit/virtaudit/record"
)

func main() {
	out := flag.String("o", "records.md", "the file to write")
	flag.Parse()
	var b strings.Builder
	write(&b, record.Kinds())
	if err := os.WriteFile(*out, []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}

const intro = `# The records

Generated from the catalogue in record/catalogue_table.go; change it there and
run ` + "`make generate`" + `.

A record's text is a list of name=value, in this order. Encodings:

| encoding | how a value is written |
|---|---|
| encoded | "value", or upper-case hex without quotes where it holds a byte below 0x21, a double quote, 0x7f or above; none is "?" |
| raw | as it stands, as libvirt does; we write upper-case hex where it holds a blank, a double quote or a control byte; none is ? |
| word | a keyword or an address, bare; none is ? |
| integer, hex integer | decimal, or upper-case hex of two digits at least |
| uuid | lower case, with dashes |
| device number | MAJOR:MINOR in upper-case hex of two digits at least; ? where it isn't known |

Behind the sender's fields libaudit appends exe= hostname= addr= terminal= and
res=success or res=failed. VIRT_RESOURCE records of a start say res=success even
where the guest's process never ran: only the VIRT_CONTROL tells.
`

func write(w io.Writer, rows []*record.Kind) {
	fmt.Fprint(w, intro)
	for _, k := range rows {
		fmt.Fprintf(w, "\n## %s\n\n%v (%d). %s\n\n    %s\n\n", k.Name, k.Type, uint16(k.Type), k.Doc, shape(k))
		if len(k.Reasons) > 0 {
			fmt.Fprintf(w, "reason: %s.\n\n", strings.Join(k.Reasons, ", "))
		}
		fmt.Fprint(w, "| field | encoding | what |\n|---|---|---|\n")
		for _, s := range k.Fields {
			fmt.Fprintf(w, "| %s | %v | %s |\n", s.Name, s.Encoding, what(s))
		}
	}
}

// shape gives the text of a record of that kind without its values.
func shape(k *record.Kind) string {
	words := make([]string, 0, len(k.Fields))
	for _, s := range k.Fields {
		words = append(words, s.Name+"="+s.Const)
	}
	return strings.Join(words, " ")
}

func what(s record.Spec) string {
	doc := s.Doc
	if s.Const != "" {
		doc = "always " + s.Const
	}
	if s.Unit != "" {
		doc += ", in " + s.Unit
	}
	return doc
}
