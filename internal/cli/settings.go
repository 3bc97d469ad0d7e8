package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/agent"
)

// configEnv names the file of the service's settings in the environment.
const configEnv = "VIRTAUDIT_CONFIG"

// settingFlags are --config and those of the service's settings.
type settingFlags struct {
	cmd  *cobra.Command
	file string
}

// add adds --config and the flags of some settings; of all, where none is named.
func (f *settingFlags) add(cmd *cobra.Command, names ...string) {
	f.cmd = cmd
	cmd.Flags().StringVar(&f.file, "config", agent.DefaultConfig, "the `FILE` with the settings, which may be missing unless it is named")
	for i := range agent.Settings {
		s := &agent.Settings[i]
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		flag := cmd.Flags().VarPF(&settingValue{setting: s, text: s.Default}, s.Flag(), "", settingUsage(s))
		if s.Bool {
			flag.NoOptDefVal = "true"
		}
		if len(s.Choices) > 0 {
			_ = cmd.RegisterFlagCompletionFunc(s.Flag(), cobra.FixedCompletions(s.Choices, cobra.ShellCompDirectiveNoFileComp))
		}
	}
}

// settingUsage is a setting's line in the help.
func settingUsage(s *agent.Setting) string {
	switch n := len(s.Choices); {
	case n == 0 && s.List:
		return s.Doc + "; several with commas, or repeated"
	case n == 0:
		return s.Doc
	case s.List:
		return s.Doc + "; several with commas, or repeated (or " + strings.Join(s.Choices, " or ") + ")"
	default:
		return s.Doc + " (" + strings.Join(s.Choices[:n-1], ", ") + " or " + s.Choices[n-1] + ")"
	}
}

// settingValue is what a flag says of a setting.
type settingValue struct {
	setting *agent.Setting
	text    string
	said    bool
}

func (v *settingValue) String() string { return v.text }

// Type is what stands for the value in the help.
func (v *settingValue) Type() string {
	switch {
	case v.setting.Bool:
		return "bool"
	case v.setting.Value != "":
		return v.setting.Value
	}
	return "WORD"
}

// Set takes a value. What is wrong with it is told when all flags are known.
func (v *settingValue) Set(text string) error {
	if v.said && v.setting.List {
		text = v.text + "," + text
	}
	v.text, v.said = text, true
	return nil
}

// load reads the settings: the file's, changed by the environment's, changed by
// those of the flags.
func (f *settingFlags) load() (agent.Config, error) {
	file, explicit := f.file, f.cmd.Flags().Changed("config")
	if named, ok := os.LookupEnv(configEnv); ok && !explicit {
		file, explicit = named, true
	}
	if err := agent.CheckEnv(envNames()); err != nil {
		return agent.Config{}, err
	}
	c, err := agent.Load(file, explicit, os.LookupEnv)
	if err != nil {
		return c, err
	}
	if err := f.apply(&c); err != nil {
		return c, err
	}
	return c, c.Finish()
}

// envNames gives the names of all variables of the environment.
func envNames() []string {
	names := os.Environ()
	for i := range names {
		names[i], _, _ = strings.Cut(names[i], "=")
	}
	return names
}

// apply changes settings as the flags say.
func (f *settingFlags) apply(c *agent.Config) error {
	for i := range agent.Settings {
		s := &agent.Settings[i]
		flag := f.cmd.Flags().Lookup(s.Flag())
		if flag == nil || !flag.Changed {
			continue
		}
		if err := s.Set(c, flag.Value.String()); err != nil {
			return fmt.Errorf("--%s: %w", s.Flag(), err)
		}
	}
	return nil
}
