package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestToken: it is made once, for the owner alone, and then read.
func TestToken(t *testing.T) {
	c := Config{TokenFile: filepath.Join(t.TempDir(), "token")}
	first, err := c.Token()
	if err != nil || len(first) < leastToken {
		t.Fatalf("the token that is made: %q, %v", first, err)
	}
	info, err := os.Stat(c.TokenFile)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the token's file has mode %v, %v", info.Mode(), err)
	}
	if again, err := c.Token(); err != nil || again != first {
		t.Errorf("then %q, %v", again, err)
	}
	other := Config{TokenFile: filepath.Join(t.TempDir(), "token")}
	if token, err := other.Token(); err != nil || token == first {
		t.Errorf("two tokens are %q, %v", token, err)
	}
	if files, err := os.ReadDir(filepath.Dir(c.TokenFile)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

func TestTokenErrors(t *testing.T) {
	for _, tc := range []struct {
		text string
		mode os.FileMode
		want string
	}{
		{strings.Repeat("a", 30) + "\n", 0o640, "only its owner may be able to read it"},
		{"short\n", 0o600, "5 characters are too few"},
		{"", 0o600, "0 characters are too few"},
		{strings.Repeat("a", 20) + "\nb", 0o600, "byte 0x0a can't be in a token"},
	} {
		c := Config{TokenFile: filepath.Join(t.TempDir(), "token")}
		if err := os.WriteFile(c.TokenFile, []byte(tc.text), tc.mode); err != nil {
			t.Fatal(err)
		}
		if token, err := c.Token(); err == nil || token != "" || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: %q, %v, want %s", tc.text, token, err, tc.want)
		}
	}
	c := Config{TokenFile: filepath.Join(t.TempDir(), "missing", "token")}
	if token, err := c.Token(); err == nil || !strings.Contains(err.Error(), c.TokenFile) {
		t.Errorf("the token in a folder that is missing: %q, %v", token, err)
	}
}
