// Gen writes a generated audit log, and what it proves, to files. It knows only
// its flags; what a log looks like is in package loggen.
//
//	go run ./internal/loggen/gen -size 1GiB -seed 1 -o audit.log -truth truth.json
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "gen:", err)
		}
		os.Exit(2)
	}
}

// options are the flags that are not loggen's.
type options struct {
	log, truth string
}

var labels = map[string]loggen.Labels{
	"apparmor": loggen.AppArmor, "selinux": loggen.SELinux, "dac": loggen.DACOnly,
}

func parse(args []string, stderr io.Writer) (loggen.Config, options, error) {
	var cfg loggen.Config
	var opt options
	fs := flag.NewFlagSet("gen", flag.ContinueOnError)
	fs.SetOutput(stderr)
	size := fs.String("size", "64MiB", "size of the log")
	model := fs.String("labels", "apparmor", "security model: apparmor, selinux or dac")
	fs.Uint64Var(&cfg.Seed, "seed", 1, "seed; the same seed gives the same log")
	fs.IntVar(&cfg.Guests, "guests", 2000, "number of guests")
	fs.IntVar(&cfg.Nodes, "nodes", 1, "number of hosts")
	fs.IntVar(&cfg.Late, "late", 8, "by how many records a line may be overtaken; negative: none")
	fs.BoolVar(&cfg.Raw, "raw", false, "write log_format=RAW")
	fs.BoolVar(&cfg.OnlyVirt, "only-virt", false, "write VIRT records only")
	fs.BoolVar(&cfg.ClockSteps, "clock-steps", false, "let the clock step back at times")
	fs.StringVar(&opt.log, "o", "", "file for the log (default standard output)")
	fs.StringVar(&opt.truth, "truth", "", "file for the truth, as JSON")
	if err := fs.Parse(args); err != nil {
		return cfg, opt, err
	}
	var known bool
	if cfg.Labels, known = labels[*model]; !known {
		return cfg, opt, fmt.Errorf("labels %q: want apparmor, selinux or dac", *model)
	}
	var err error
	cfg.Size, err = loggen.ParseSize(*size)
	return cfg, opt, err
}

func run(args []string, stdout, stderr io.Writer) error {
	cfg, opt, err := parse(args, stderr)
	if err != nil {
		return err
	}
	truth, err := write(cfg, opt.log, stdout)
	if err != nil || opt.truth == "" {
		return err
	}
	text, err := json.MarshalIndent(truth, "", "  ")
	if err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	return os.WriteFile(opt.truth, append(text, '\n'), 0o644)
}

func write(cfg loggen.Config, path string, stdout io.Writer) (loggen.Truth, error) {
	if path == "" {
		return loggen.Generate(stdout, cfg)
	}
	f, err := os.Create(path)
	if err != nil {
		return loggen.Truth{}, err
	}
	truth, err := loggen.Generate(f, cfg)
	return truth, errors.Join(err, f.Close())
}
