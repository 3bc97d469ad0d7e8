package main

import (
	"os"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

func TestDocumentIsUpToDate(t *testing.T) {
	var b strings.Builder
	write(&b, record.Kinds())
	have, err := os.ReadFile("../../docs/records.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("docs/records.md is not what the catalogue gives; run make generate")
	}
}

func TestEveryFieldIsExplained(t *testing.T) {
	for _, k := range record.Kinds() {
		for _, s := range k.Fields {
			if what(s) == "" {
				t.Errorf("%s of %s has no words", s.Name, k.Name)
			}
		}
	}
}
