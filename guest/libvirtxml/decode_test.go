package libvirtxml

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func decodeString(xml string) (*node, error) { return decode(strings.NewReader(xml), DefaultMaxBytes) }

// outline prints a tree so that it can be compared.
func outline(n *node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d", n.name, n.line)
	for _, a := range n.attrs {
		fmt.Fprintf(&b, " %s=%q", a.name, a.value)
	}
	if n.text != "" {
		fmt.Fprintf(&b, " %q", n.text)
	}
	for _, c := range n.children {
		b.WriteString(" [" + outline(c) + "]")
	}
	return b.String()
}

func TestDecode(t *testing.T) {
	for xml, want := range map[string]string{
		"<a/>":                               "a:1",
		"\ufeff\n<a> </a>":                   `a:2 " "`,
		"<a> <b/> </a>":                      "a:1 [b:1]",
		"<a>1<!-- > ' -->2<![CDATA[<]]></a>": `a:1 "12<"`,
		"<a>1<b>2</b>3</a>":                  `a:1 "13" [b:1 "2"]`,
		"<a b='1\n2\t3&#10;4' c=\"'\n\"/>":   `a:1 b="1 2 3\n4" c="' "`,
		"<a>\r\n</a>":                        `a:1 "\n"`,
		"<a b='\r\n'/>":                      `a:1 b=" "`,
		"<a b='1\r\n2\r\r\n3\n\r4&#13;\n'\n><c/></a>":                       `a:1 b="1 2  3  4\r " [c:6]`,
		"<a\nb='\n'\n><c/></a>":                                             `a:1 b=" " [c:4]`,
		"<!-- <x y='\n -->\n<?p <x y='\n ?>\n<a/>":                          "a:5",
		"<!DOCTYPE a [<!ENTITY b 'c'><!-- ' -->]>\n<a b='\n'/>":             `a:2 b=" "`,
		"<a xmlns:x='y' x:b='1' c='2'><x:d/><d/></a>":                       `a:1 c="2" [d:1]`,
		"<a><metadata><b>no</b></metadata><b>yes</b></a>":                   `a:1 [b:1 "yes"]`,
		"<a>&lt;&gt;&amp;&apos;&quot;&#x41;&#66;</a>":                       `a:1 "<>&'\"AB"`,
		"<?xml version='1.0' encoding='UTF-8'?><a>é</a>":                    `a:1 "é"`,
		"<?xml version='1.0' encoding='Latin1'?><a b='\xe9\n'>\xe9\xff</a>": `a:1 b="é " "éÿ"`,
		"<?xml version='1.0' encoding='US-ASCII'?><a/>":                     "a:1",
		"<?xml version='1.0' encoding='UTF8'?><a>é</a>":                     `a:1 "é"`,
		"<a><![CDATA[]]]]><![CDATA[>]]></a>\n<!-- end -->\n":                `a:1 "]]>"`,
	} {
		n, err := decodeString(xml)
		if err != nil {
			t.Errorf("%q: %v", xml, err)
			continue
		}
		if got := outline(n); got != want {
			t.Errorf("%q:\n got %s\nwant %s", xml, got, want)
		}
	}
}

func TestBroken(t *testing.T) {
	for xml, want := range map[string]string{
		"":                    "no element",
		"\n\n<a":              "line 3: read the XML: unexpected EOF",
		"<a>":                 "unexpected EOF",
		"<a></b>":             "closed by </b>",
		"<a/><b/>":            "a second element",
		"<a/>b":               "text outside",
		"b<a/>":               "text outside",
		"<a b='1' b='2'/>":    `/a/@b "1": given twice`,
		"<a b=1/>":            "read the XML",
		"<a>&b;</a>":          "invalid character entity &b;",
		"<a>\x00</a>":         "illegal character",
		"<a>\xff</a>":         "invalid UTF-8",
		"<x:a xmlns:x='y'/>":  "no element without a namespace",
		"<domain xmlns='y'/>": "no element without a namespace",
		"<?xml version='1.0' encoding='EBCDIC'?><a/>":                                        `encoding "EBCDIC" is not supported`,
		"<?xml version='1.0' encoding='latin1'?><?xml version='1.0' encoding='latin1'?><a/>": "said twice",
		"<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>":                      "invalid character entity &c;",
	} {
		n, err := decodeString(xml)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %s", xml, n, err, want)
		}
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := decode(io.MultiReader(strings.NewReader("<a>"), iotest.ErrReader(broken)), DefaultMaxBytes)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestTooLarge(t *testing.T) {
	attrs := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, " a%d=''", i)
		}
		return "<a" + b.String() + "/>"
	}
	for name, xml := range map[string]string{
		"length":     "<a>" + strings.Repeat(" ", 1<<20) + "</a>",
		"depth":      strings.Repeat("<a>", maxDepth+1),
		"skipped":    "<a><metadata>" + strings.Repeat("<a>", maxDepth),
		"namespaced": "<a xmlns:b='c'>" + strings.Repeat("<b:a>", maxDepth),
		"attributes": attrs(maxAttrs + 1),
		"tag":        "<a b='" + strings.Repeat("x", maxTag) + "'/>",
	} {
		limit := int64(len(xml))
		if name == "length" {
			limit--
		}
		if n, err := decode(strings.NewReader(xml), limit); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v, %v", name, n, err)
		}
	}
	if _, err := decodeString(attrs(maxAttrs)); err != nil {
		t.Errorf("as many attributes as are allowed: %v", err)
	}
	if _, err := decodeString(strings.Repeat("<a>", maxDepth) + strings.Repeat("</a>", maxDepth)); err != nil {
		t.Errorf("as deep as is allowed: %v", err)
	}
}

// TestManyElements sends as many elements as the length allows: they are
// refused before they have taken much memory.
func TestManyElements(t *testing.T) {
	xml := "<domain>" + strings.Repeat("<a/>", DefaultMaxBytes/4-10)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	_, err := Parse(strings.NewReader(xml), Options{})
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 512 {
		t.Errorf("%d MiB allocated", used)
	}
}

// TestSourceFollows holds the source to where the decoder is, for what looks
// like something else.
func TestSourceFollows(t *testing.T) {
	for _, xml := range []string{
		"<!-->--><a b='\n'/>",
		"<!---><a b='\n'/>--><a b='\n'/>",
		"<?x?><a b='\n'/>",
		"<!x><a b='\n'/>",
		"<a b='\n'><![CDATA[]]><c d=''/></a>",
	} {
		s := newSource(strings.NewReader(xml), DefaultMaxBytes)
		read, err := io.ReadAll(s)
		if err != nil {
			t.Errorf("%q: %v", xml, err)
		}
		last := strings.LastIndex(xml, "b='\n'")
		if string(read[last:last+5]) != "b=' '" {
			t.Errorf("%q is read as %q", xml, read)
		}
	}
}
