package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A document is the API's description, as far as the tests look into it.
type document struct {
	Paths      map[string]map[string]operation `yaml:"paths"`
	Components struct {
		Parameters map[string]parameter `yaml:"parameters"`
		Responses  map[string]response  `yaml:"responses"`
		Schemas    map[string]*schema   `yaml:"schemas"`
	} `yaml:"components"`
}

type operation struct {
	OperationID string              `yaml:"operationId"`
	Security    *[]any              `yaml:"security"`
	Parameters  []parameter         `yaml:"parameters"`
	Responses   map[string]response `yaml:"responses"`
}

type parameter struct {
	Ref     string  `yaml:"$ref"`
	Name    string  `yaml:"name"`
	In      string  `yaml:"in"`
	Explode bool    `yaml:"explode"`
	Schema  *schema `yaml:"schema"`
}

type response struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct {
		Schema *schema `yaml:"schema"`
	} `yaml:"content"`
}

// A schema is one of the part of JSON Schema that the description uses.
type schema struct {
	Ref         string             `yaml:"$ref"`
	Type        oneOrMore          `yaml:"type"`
	Description string             `yaml:"description"`
	Properties  map[string]*schema `yaml:"properties"`
	Required    []string           `yaml:"required"`
	Additional  additional         `yaml:"additionalProperties"`
	Enum        []any              `yaml:"enum"`
	Items       *schema            `yaml:"items"`
	OneOf       []*schema          `yaml:"oneOf"`
	Minimum     *int               `yaml:"minimum"`
	Maximum     *int               `yaml:"maximum"`
}

// oneOrMore is a word or a list of words.
type oneOrMore []string

func (o *oneOrMore) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*o = []string{n.Value}
		return nil
	}
	return n.Decode((*[]string)(o))
}

// additional is whether an object may have other properties, and of which form.
type additional struct {
	forbidden bool
	form      *schema
}

func (a *additional) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		a.forbidden = n.Value == "false"
		return nil
	}
	return n.Decode(&a.form)
}

// readDocument reads the description.
func readDocument(t *testing.T) *document {
	t.Helper()
	var d document
	if err := yaml.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

func (d *document) parameters(t *testing.T, o operation) []parameter {
	var all []parameter
	for _, p := range o.Parameters {
		if p.Ref != "" {
			name := strings.TrimPrefix(p.Ref, "#/components/parameters/")
			var ok bool
			if p, ok = d.Components.Parameters[name]; !ok {
				t.Errorf("%s: there is no parameter %s", o.OperationID, name)
			}
		}
		all = append(all, p)
	}
	return all
}

// check tells where a value is not of a schema's form.
func (d *document) check(at string, s *schema, v any) (faults []string) {
	if s.Ref != "" {
		of := d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
		if of == nil {
			return []string{at + ": there is no " + s.Ref}
		}
		return d.check(at, of, v)
	}
	if len(s.OneOf) > 0 {
		return d.checkOneOf(at, s, v)
	}
	if len(s.Type) > 0 && !slices.Contains(s.Type, typeOf(v)) && !(typeOf(v) == "integer" && slices.Contains(s.Type, "number")) {
		return []string{fmt.Sprintf("%s: %.100v is of type %s, not %v", at, v, typeOf(v), s.Type)}
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		faults = append(faults, fmt.Sprintf("%s: %.100v is none of %v", at, v, s.Enum))
	}
	switch v := v.(type) {
	case map[string]any:
		faults = append(faults, d.checkObject(at, s, v)...)
	case []any:
		for i, item := range v {
			if s.Items != nil {
				faults = append(faults, d.check(fmt.Sprintf("%s[%d]", at, i), s.Items, item)...)
			}
		}
	}
	return faults
}

func (d *document) checkOneOf(at string, s *schema, v any) []string {
	var fit int
	var faults []string
	for _, of := range s.OneOf {
		if f := d.check(at, of, v); len(f) == 0 {
			fit++
		} else {
			faults = append(faults, f...)
		}
	}
	if fit == 1 {
		return nil
	}
	return append(faults, fmt.Sprintf("%s: it is of %d of the forms", at, fit))
}

func (d *document) checkObject(at string, s *schema, v map[string]any) (faults []string) {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			faults = append(faults, at+": it has no "+name)
		}
	}
	for name, value := range v {
		switch of := s.Properties[name]; {
		case of != nil:
			faults = append(faults, d.check(at+"."+name, of, value)...)
		case s.Additional.forbidden:
			faults = append(faults, at+": "+name+" is not described")
		case s.Additional.form != nil:
			faults = append(faults, d.check(at+"."+name, s.Additional.form, value)...)
		}
	}
	return faults
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// TestCheck: what isn't of the form is found.
func TestCheck(t *testing.T) {
	var d document
	err := yaml.Unmarshal([]byte(`
components:
  schemas:
    A: {type: object, additionalProperties: false, required: [n], properties: {n: {type: integer}, of: {oneOf: [{$ref: "#/components/schemas/A"}, {type: "null"}]}}}
    B: {type: array, items: {type: [string, "null"], enum: [a, null]}}
    C: {type: object, additionalProperties: {type: integer}}
`), &d)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		schema, value string
		good          bool
	}{
		{"A", `{"n":1}`, true},
		{"A", `{"n":1,"of":null}`, true},
		{"A", `{"n":1,"of":{"n":2}}`, true},
		{"A", `{"n":1,"of":{}}`, false},
		{"A", `{"n":1.5}`, false},
		{"A", `{"n":"1"}`, false},
		{"A", `{}`, false},
		{"A", `{"n":1,"m":1}`, false},
		{"A", `[]`, false},
		{"B", `["a",null]`, true},
		{"B", `["b"]`, false},
		{"B", `[1]`, false},
		{"C", `{"x":1}`, true},
		{"C", `{"x":"1"}`, false},
		{"none", `1`, false},
	} {
		var v any
		if err := json.Unmarshal([]byte(tc.value), &v); err != nil {
			t.Fatal(err)
		}
		faults := d.check("", &schema{Ref: "#/components/schemas/" + tc.schema}, v)
		if (len(faults) == 0) != tc.good {
			t.Errorf("%s as %s: %v", tc.value, tc.schema, faults)
		}
	}
}
