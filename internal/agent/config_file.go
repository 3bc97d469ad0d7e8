package agent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxConfig is the size of the largest file that is read: settings are a few
// lines, and YAML can say much in little.
const maxConfig = 1 << 20

// loadFile changes a config as a file says.
func (c *Config) loadFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err // names the file
	}
	defer f.Close()
	limited := &io.LimitedReader{R: f, N: maxConfig}
	d := yaml.NewDecoder(limited)
	var doc yaml.Node
	err = d.Decode(&doc)
	switch {
	case limited.N <= 0:
		return fmt.Errorf("%s: more than 1 MiB", path)
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return fmt.Errorf("%s: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := c.loadSettings(&doc); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var next yaml.Node
	if err := d.Decode(&next); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: more than one document", path)
	}
	return nil
}

// loadSettings takes the settings of a document, each once.
func (c *Config) loadSettings(doc *yaml.Node) error {
	root := doc
	if doc.Kind == yaml.DocumentNode {
		root = doc.Content[0]
	}
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: no settings of the form NAME: VALUE", root.Line)
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if line, twice := lines[key.Value]; twice {
			return fmt.Errorf("line %d: %s is set in line %d already", key.Line, key.Value, line)
		}
		lines[key.Value] = key.Line
		if err := c.loadSetting(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) loadSetting(key, value *yaml.Node) error {
	s := setting(key.Value)
	if s == nil || key.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: there is no setting %q", key.Line, key.Value)
	}
	if err := s.load(c, value); err != nil {
		return fmt.Errorf("line %d: %s: %w", value.Line, s.Name, err)
	}
	return nil
}

// setting finds a setting by its name in the file.
func setting(name string) *Setting {
	for i := range Settings {
		if Settings[i].Name == name {
			return &Settings[i]
		}
	}
	return nil
}

// load takes the value that stands in a file. One that is left out leaves the
// setting as it is.
func (s *Setting) load(c *Config, value *yaml.Node) error {
	switch {
	case value.Kind == yaml.ScalarNode && value.Tag == "!!null":
		return nil
	case value.Kind == yaml.ScalarNode && s.List:
		return s.setList(c, one(value.Value))
	case value.Kind == yaml.ScalarNode:
		return s.set(c, value.Value)
	case value.Kind == yaml.SequenceNode && s.List:
		var values []string
		for i, item := range value.Content {
			if item.Kind != yaml.ScalarNode {
				return fmt.Errorf("item %d of the list is no text", i+1)
			}
			values = append(values, item.Value)
		}
		return s.setList(c, values)
	case s.List:
		return errors.New("neither a value nor a list of them")
	}
	return errors.New("not one value")
}

// one gives a list of one, or of none for an empty text.
func one(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}
