package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/virtaudit/virtaudit/internal/report"
)

// The values of --proof.
const (
	proofIDs     = "ids"
	proofRecords = "records"
)

func parseProof(text string) (report.Proof, error) {
	switch text {
	case "":
		return report.NoProof, nil
	case proofIDs:
		return report.ProofIDs, nil
	case proofRecords:
		return report.ProofRecords, nil
	}
	return 0, fmt.Errorf("--proof=%s: there are %s and %s", text, proofIDs, proofRecords)
}

// strayValue finds an input that is no file and was meant as a flag's value: that
// of --proof needs a =, and a time with a blank in it quotes.
func (v *viewFlags) strayValue(args []string) error {
	for _, arg := range args {
		if _, err := os.Stat(arg); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := v.strayProof(arg); err != nil {
			return err
		}
		if flag := v.restOfTime(arg); flag != "" {
			return fmt.Errorf("%s: no such file: did you mean %s?", arg, flag)
		}
	}
	return nil
}

func (v *viewFlags) strayProof(arg string) error {
	if (arg == proofIDs || arg == proofRecords) && v.cmd.Flags().Changed("proof") {
		return fmt.Errorf("%s: no such file: did you mean --proof=%s?", arg, arg)
	}
	return nil
}
